#include "infer/truth.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "infer/temp_folder.h"
#include "infer/truth_drawing.h"

namespace rn {
namespace {

const std::vector<Category> kModel = {{1, "cat"}, {2, "dog"}};

class TruthFile : public TempFolder {
 protected:
  Truth truth(const std::string& images, const std::string& annotations,
              const std::string& categories = R"([{"id": 7, "name": "dog"},
                                                  {"id": 9, "name": "cat"}])") const {
    const auto path = touch("gt.json", R"({"images": )" + images + R"(, "annotations": )" +
                                           annotations + R"(, "categories": )" + categories + "}");
    return {path, kModel};
  }
  /// One picture a.jpg, 100 x 80.
  Truth of_one(const std::string& annotations) const {
    return truth(R"([{"id": 5, "file_name": "a.jpg", "width": 100, "height": 80}])", annotations);
  }
};

Detections found(const std::vector<std::vector<float>>& boxes, const std::vector<int64_t>& labels) {
  Detections detections;
  const auto count = static_cast<int64_t>(boxes.size());
  detections.boxes = torch::zeros({count, 4});
  for (int64_t i = 0; i < count; ++i) {
    detections.boxes[i] = torch::tensor(boxes[static_cast<size_t>(i)]);
  }
  detections.scores = torch::linspace(0.9, 0.6, count);
  detections.labels = torch::tensor(labels, torch::kInt64);
  return detections;
}

TEST_F(TruthFile, ClassesAreMatchedByNameNotById) {
  const Truth truth = of_one(R"([{"id": 1, "image_id": 5, "category_id": 9, "bbox": [1, 2, 3, 4]},
                                 {"id": 2, "image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4]},
                                 {"id": 3, "image_id": 5, "category_id": 7,
                                  "bbox": [1, 2, 0, 4]}])");
  EXPECT_TRUE(truth.notes().empty());
  const PictureTruth picture = truth.find("folder/a.jpg", {80, 100});
  ASSERT_TRUE(picture.is_known);
  ASSERT_EQ(picture.objects.size(), 2U);  // one has no width
  EXPECT_EQ(picture.objects[0].label, 0);
  EXPECT_EQ(picture.objects[1].label, 1);
  EXPECT_EQ(picture.objects[0].box, (std::array<float, 4>{1, 2, 4, 6}));
}

TEST_F(TruthFile, SaysWhichClassesDoNotFit) {
  const Truth some = truth("[]", "[]", R"([{"id": 1, "name": "dog"}, {"id": 2, "name": "bird"}])");
  ASSERT_EQ(some.notes().size(), 2U);
  EXPECT_NE(some.notes()[0].find("bird"), std::string::npos);
  EXPECT_NE(some.notes()[1].find("cat"), std::string::npos);
  EXPECT_FALSE(some.has_class(0));
  EXPECT_EQ(some.names(), (std::vector<std::string>{"cat", "dog", "bird"}));
  const std::string none = error_text([&] { truth("[]", "[]", R"([{"id": 1, "name": "Cat"}])"); });
  EXPECT_NE(none.find("none of its classes (Cat) is one of the model's (cat, dog)"),
            std::string::npos)
      << none;
  const std::string twice = error_text(
      [&] { truth("[]", "[]", R"([{"id": 1, "name": "cat"}, {"id": 2, "name": "cat"}])"); });
  EXPECT_NE(twice.find("two categories are called \"cat\""), std::string::npos) << twice;
}

TEST_F(TruthFile, PicturesAreFoundByNameAndIfNeedBeByFolder) {
  const Truth several = truth(R"([{"id": 1, "file_name": "x/a.jpg", "width": 10, "height": 10},
                                  {"id": 2, "file_name": "y/a.jpg", "width": 20, "height": 20},
                                  {"id": 3, "file_name": "b.jpg"}])",
                              "[]");
  EXPECT_TRUE(several.find("set/y/a.jpg", {20, 20}).is_known);
  EXPECT_TRUE(several.find("b.jpg", {7, 9}).is_known);  // a record without a size
  EXPECT_EQ(several.find("set/a.jpg", {20, 20}).reason, "several records of that name in gt.json");
  EXPECT_EQ(several.find("c.jpg", {20, 20}).reason, "no record in gt.json");
  EXPECT_EQ(several.find("x/a.jpg", {10, 30}).reason, "gt.json has it as 10x10, it is 30x10");
}

TEST_F(TruthFile, EachObjectIsFoundOnceAndByItsClass) {
  const Truth truth = of_one(R"([{"id": 1, "image_id": 5, "category_id": 9, "bbox": [0, 0, 10, 10]},
                 {"id": 2, "image_id": 5, "category_id": 9, "bbox": [50, 50, 10, 10]},
                 {"id": 3, "image_id": 5, "category_id": 7, "bbox": [20, 20, 10, 10]}])");
  const PictureTruth picture = truth.find("a.jpg", {80, 100});
  // IoU 1, a second one of the same object, another class, and IoU 50 / 150 of the last cat.
  const TruthMatch match = match_truth(
      found({{0, 0, 10, 10}, {0, 0, 10, 9}, {20, 20, 30, 30}, {55, 50, 65, 60}}, {0, 0, 0, 0}),
      picture, truth);
  EXPECT_EQ(match.detections, (std::vector<Verdict>{Verdict::kRight, Verdict::kWrong,
                                                    Verdict::kWrong, Verdict::kWrong}));
  EXPECT_EQ(match.is_found, (std::vector<bool>{true, false, false}));
  EXPECT_EQ(match.right, 1);
  EXPECT_EQ(match.wrong, 3);
  EXPECT_EQ(match.missed, 2);
}

TEST_F(TruthFile, HalfIsEnoughAndTheBestFreeObjectIsTaken) {
  const Truth truth = of_one(R"([{"id": 1, "image_id": 5, "category_id": 9, "bbox": [0, 0, 10, 5]},
                                 {"id": 2, "image_id": 5, "category_id": 9,
                                  "bbox": [0, 0, 10, 9]}])");
  const TruthMatch match = match_truth(found({{0, 0, 10, 10}, {0, 0, 10, 10}}, {0, 0}),
                                       truth.find("a.jpg", {80, 100}), truth);
  // The first takes the one of IoU 0.9, the second the one of exactly 0.5.
  EXPECT_EQ(match.right, 2);
  EXPECT_EQ(match.missed, 0);
}

TEST_F(TruthFile, CrowdsAreNeitherRightNorWrongNorMissed) {
  const Truth truth = of_one(
      R"([{"id": 1, "image_id": 5, "category_id": 9, "bbox": [0, 0, 50, 50], "iscrowd": 1}])");
  const TruthMatch match =
      match_truth(found({{0, 0, 10, 10}, {5, 5, 20, 20}, {60, 60, 70, 70}}, {0, 0, 0}),
                  truth.find("a.jpg", {80, 100}), truth);
  EXPECT_EQ(match.detections,
            (std::vector<Verdict>{Verdict::kIgnored, Verdict::kIgnored, Verdict::kWrong}));
  EXPECT_EQ(match.missed, 0);
}

TEST_F(TruthFile, PanelsStandBesideEachOtherOfWidePicturesAboveEachOther) {
  const Truth truth =
      of_one(R"([{"id": 1, "image_id": 5, "category_id": 9, "bbox": [10, 10, 30, 30]}])");
  const PictureTruth known = truth.find("a.jpg", {80, 100});
  const Detections none;
  const auto drawn = [&](int width, int height, const PictureTruth& picture) {
    const cv::Mat image(height, width, CV_8UC3, cv::Scalar(90, 90, 90));
    const TruthMatch match = picture.is_known ? match_truth(none, picture, truth) : TruthMatch{};
    return draw_beside_truth(image, none, picture, match, truth).size();
  };
  const cv::Size tall = drawn(800, 1000, known), wide = drawn(2000, 700, known);
  EXPECT_GT(tall.width, 1600);
  EXPECT_LT(tall.height, 1060);
  EXPECT_EQ(wide.width, 2000);
  EXPECT_GT(wide.height, 1400);
  EXPECT_EQ(drawn(800, 1000, PictureTruth{}).width, 800);  // no truth: one panel
  drawn(1, 1, known);                                      // whatever the size
  drawn(3, 2000, known);
}

}  // namespace
}  // namespace rn
