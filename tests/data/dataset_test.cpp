#include "data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "data/picture_checks.h"
#include "test_pictures.h"

namespace rn {
namespace {

using test::error_of;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<std::string> picture_faults(const Dataset& dataset) {
  std::vector<std::string> faults;
  for (const PictureCheck& check : check_pictures(dataset)) {
    if (!check.fault.empty()) faults.push_back(check.fault);
  }
  return faults;
}

CocoAnnotation object(int64_t id, int64_t image, int64_t category, std::array<double, 4> bbox) {
  CocoAnnotation annotation;
  annotation.id = id;
  annotation.image_id = image;
  annotation.category_id = category;
  annotation.bbox = bbox;
  return annotation;
}

/// Two images of 100 x 50, the second empty; categories 7 and 3, in that order.
CocoFile small_file() {
  CocoFile file;
  file.images = {{10, "a.jpg", 100, 50}, {4, "b.jpg", 100, 50}};
  file.categories = {{7, "cat"}, {3, "dog"}};
  file.annotations = {object(1, 10, 7, {10, 20, 30, 25})};
  return file;
}

Dataset make(const CocoFile& file, InvalidBoxes invalid_boxes = InvalidBoxes::kDrop) {
  return Dataset(file, "pictures", "gt.json", {invalid_boxes});
}

TEST(Dataset, MapsCategoryIdsWithGapsToClasses) {
  CocoFile file = small_file();
  file.annotations.push_back(object(2, 10, 3, {0, 0, 5, 5}));
  const Dataset dataset = make(file);
  EXPECT_THAT(dataset.categories(), ElementsAre(Category{3, "dog"}, Category{7, "cat"}));
  EXPECT_THAT(dataset[0].objects.labels, ElementsAre(1, 0));
  EXPECT_THAT(dataset.summary().objects_per_class, ElementsAre(1, 1));
}

TEST(Dataset, LabelsCanBeTheIdsOfTheCategories) {
  CocoFile file = small_file();
  file.annotations.push_back(object(2, 10, 3, {0, 0, 5, 5}));
  const DatasetPolicy by_id{InvalidBoxes::kDrop, LabelRule::kCategoryId};
  const Dataset dataset(file, "pictures", "gt.json", by_id);
  ASSERT_EQ(dataset.num_classes(), 8);  // 0 to 7
  EXPECT_EQ(dataset.categories()[3], (Category{3, "dog"}));
  EXPECT_EQ(dataset.categories()[5], (Category{5, ""}));
  EXPECT_FALSE(dataset.categories()[0].is_used());
  EXPECT_THAT(dataset[0].objects.labels, ElementsAre(7, 3));
  EXPECT_THAT(dataset.summary().objects_per_class, ElementsAre(0, 0, 0, 1, 0, 0, 0, 1));
  // An unused id stays unknown, and the same classes agree whatever the rule.
  check_same_categories(dataset.categories(), "a", make(small_file()).categories(), "b");
  file.annotations.push_back(object(3, 10, 5, {0, 0, 5, 5}));
  EXPECT_THAT(error_of([&] { Dataset(file, "pictures", "gt.json", by_id); }),
              HasSubstr("category_id 5"));
}

TEST(Dataset, IdsThatAreNoIndicesCannotBeLabels) {
  CocoFile file = small_file();
  file.categories.push_back({12345, "far"});
  const DatasetPolicy by_id{InvalidBoxes::kDrop, LabelRule::kCategoryId};
  EXPECT_THAT(error_of([&] { Dataset(file, "pictures", "gt.json", by_id); }),
              AllOf(HasSubstr("3 to 12345"), HasSubstr("data.labels=contiguous")));
  file = small_file();
  file.categories[0].name = "";
  EXPECT_THAT(error_of([&] { make(file); }), HasSubstr("category 7 has no name"));
}

TEST(Dataset, KeepsImagesWithoutObjectsAndCrowdsApart) {
  CocoFile file = small_file();
  file.annotations.push_back(object(2, 4, 3, {5, 5, 50, 40}));
  file.annotations.back().iscrowd = true;
  const Dataset dataset = make(file);
  ASSERT_EQ(dataset.size(), 2);
  EXPECT_EQ(dataset[0].id, 10);
  EXPECT_EQ(dataset[0].path, "pictures/a.jpg");
  EXPECT_EQ(dataset[0].size, (ImageSize{50, 100}));
  EXPECT_THAT(dataset[0].objects.boxes, ElementsAre(XyxyBox{10, 20, 40, 45}));
  EXPECT_THAT(dataset[1].objects.boxes, ElementsAre());
  EXPECT_THAT(dataset[1].objects.crowds, ElementsAre(XyxyBox{5, 5, 55, 45}));
  EXPECT_EQ(dataset.summary().images, 2);
  EXPECT_EQ(dataset.summary().empty_images, 1);
  EXPECT_EQ(dataset.summary().objects, 1);
  EXPECT_EQ(dataset.summary().crowds, 1);
  EXPECT_THAT(dataset.warnings(), ElementsAre());
}

TEST(Dataset, DropsBoxesThatCannotBeTargetsAndSaysWhich) {
  CocoFile file = small_file();
  file.annotations = {object(1, 10, 7, {kNaN, 0, 5, 5}),  object(2, 10, 7, {0, 0, kInfinity, 5}),
                      object(3, 10, 7, {5, 5, 0, 9}),     object(4, 10, 7, {5, 5, 9, -2}),
                      object(5, 10, 7, {100, 5, 20, 20}), object(6, 10, 7, {5, -20, 20, 20}),
                      object(7, 10, 7, {1, 2, 3, 4}),     object(8, 10, 7, {0, 0, 1, 1})};
  file.annotations[7].bbox.reset();
  const Dataset dataset = make(file);
  EXPECT_EQ(dataset.summary().dropped_boxes, 7);
  EXPECT_EQ(dataset.summary().objects, 1);
  EXPECT_THAT(dataset[0].objects.boxes, ElementsAre(XyxyBox{1, 2, 4, 6}));
  const auto says = [](int64_t id, const std::string& text) {
    return AllOf(HasSubstr(fmt::format("gt.json: image 10 annotation {}: ", id)), HasSubstr(text),
                 HasSubstr("; left out of training"));
  };
  EXPECT_THAT(dataset.warnings(),
              ElementsAre(says(1, "bbox [nan, 0, 5, 5] must be finite"), says(2, "inf"),
                          says(3, "box width 0 must be > 0"), says(4, "box height -2 must be > 0"),
                          says(5, "bbox [100, 5, 20, 20] lies outside its 100x50 picture"),
                          says(6, "lies outside"), says(8, "it has no bbox")));
}

TEST(Dataset, RefusesInvalidBoxesIfAsked) {
  CocoFile file = small_file();
  file.annotations.push_back(object(12, 4, 3, {5, 5, 0, 9}));
  EXPECT_EQ(error_of([&] { make(file, InvalidBoxes::kRefuse); }),
            "gt.json: image 4 annotation 12: box width 0 must be > 0; fix it, or set "
            "data.invalid_boxes=drop");
  EXPECT_EQ(error_of([] { make(small_file(), InvalidBoxes::kRefuse); }), "");
}

TEST(Dataset, ClipsBoxesToThePicture) {
  CocoFile file = small_file();
  file.annotations = {object(1, 10, 7, {-10, -5, 30, 25}), object(2, 10, 7, {90, 40, 30, 30}),
                      object(3, 10, 7, {50, 20, 50.4, 10})};
  const Dataset dataset = make(file);
  EXPECT_THAT(dataset[0].objects.boxes, ElementsAre(XyxyBox{0, 0, 20, 20}, XyxyBox{90, 40, 100, 50},
                                                    XyxyBox{50, 20, 100, 30}));
  EXPECT_EQ(dataset.summary().clipped_boxes, 2);  // less than a pixel is rounding
}

TEST(Dataset, KeepsBoxesOfOnePixelAndMentionsThem) {
  CocoFile file = small_file();
  file.annotations = {object(1, 10, 7, {5, 5, 1, 1}), object(2, 10, 7, {5, 5, 0.2, 30})};
  const Dataset dataset = make(file);
  EXPECT_EQ(dataset.summary().objects, 2);
  EXPECT_EQ(dataset.summary().tiny_boxes, 2);
  EXPECT_THAT(dataset.warnings()[0], HasSubstr("image 10 annotation 1: the box has only 1x1"));
}

TEST(Dataset, RefusesWhatNoRuleCanMend) {
  CocoFile file = small_file();
  file.images.push_back({10, "c.jpg", 100, 50});
  EXPECT_EQ(error_of([&] { make(file); }),
            "gt.json: image id 10 occurs twice (\"a.jpg\" and \"c.jpg\"); give each image an id of "
            "its own");
  file = small_file();
  file.annotations.push_back(object(5, 99, 7, {1, 1, 5, 5}));
  EXPECT_THAT(error_of([&] { make(file); }),
              HasSubstr("gt.json: annotation 5: its image_id 99 is not among the images; add"));
  file = small_file();
  file.annotations.push_back(object(5, 10, 1, {1, 1, 5, 5}));
  EXPECT_THAT(error_of([&] { make(file); }),
              HasSubstr("image 10 annotation 5: its category_id 1 is not among the categories"));
  file = small_file();
  file.categories.push_back({7, "cow"});
  EXPECT_THAT(error_of([&] { make(file); }),
              HasSubstr("category id 7 occurs twice (\"cat\" and \"cow\")"));
  file = small_file();
  file.categories.clear();
  EXPECT_THAT(error_of([&] { make(file); }), HasSubstr("\"categories\" is empty"));
  file = small_file();
  file.images.clear();
  EXPECT_THAT(error_of([&] { make(file); }), HasSubstr("\"images\" is empty"));
  file = small_file();
  file.images[1].file_name.clear();
  EXPECT_THAT(error_of([&] { make(file); }), HasSubstr("image 4: its file_name is empty"));
  file = small_file();
  file.images[1].width = -3;
  EXPECT_THAT(error_of([&] { make(file); }), HasSubstr("image 4: size -3x50 must be positive"));
}

TEST(Dataset, BoundsItsMessages) {
  CocoFile file = small_file();
  for (int64_t id = 100; id < 150; ++id)
    file.annotations.push_back(object(id, 10, 7, {0, 0, 0, 0}));
  const Dataset dataset = make(file);
  ASSERT_EQ(dataset.warnings().size(), 11u);
  EXPECT_EQ(dataset.warnings()[10], "... and 40 more");
  const std::string error = error_of([&] { make(file, InvalidBoxes::kRefuse); });
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 10);
  EXPECT_THAT(error, HasSubstr("... and 40 more"));
}

TEST(Dataset, HoldsFiveHundredObjectsInAnImage) {
  CocoFile file = small_file();
  for (int64_t i = 0; i < 499; ++i) {
    file.annotations.push_back(object(i + 2, 10, 3, {i / 10.0, 1, 5, 5}));
  }
  EXPECT_EQ(make(file)[0].objects.boxes.size(), 500u);
}

TEST(Dataset, AsksThePictureForAnAbsentSize) {
  const test::TempFolder folder("absent");
  test::write_picture(folder / "a.png", cv::Mat(12, 34, CV_8UC3, cv::Scalar(1, 2, 3)));
  CocoFile file = small_file();
  file.images = {{10, "a.png", 0, 0}};
  const Dataset dataset(file, folder.path(), "gt.json");
  EXPECT_EQ(dataset[0].size, (ImageSize{12, 34}));
  EXPECT_EQ(dataset.summary().dropped_boxes, 1);  // (10, 20) is below this picture
  file.images[0].file_name = "none.png";
  EXPECT_THAT(
      error_of([&] { Dataset(file, folder.path(), "gt.json"); }),
      AllOf(HasSubstr("gt.json: image 10: width and height are absent"), HasSubstr("none.png")));
}

TEST(Dataset, LoadNamesWhatIsMissing) {
  const test::TempFolder folder("load");
  const std::string json = (folder / "gt.json").string();
  const auto load = [&](const DatasetConfig& config) {
    return error_of([&] { Dataset::load(config, {}, "data.train"); });
  };
  EXPECT_THAT(load({"", ""}), HasSubstr("data.train.annotations is not set"));
  EXPECT_THAT(load({"", json}), HasSubstr("data.train.images is not set"));
  EXPECT_THAT(load({folder.path().string(), json}), HasSubstr(json));
  write_file_atomically(json, std::string_view(R"({"images": [
      {"id": 1, "file_name": "a.png", "width": 34, "height": 12},
      {"id": 2, "file_name": "gone.png", "width": 34, "height": 12}],
      "annotations": [], "categories": [{"id": 1, "name": "cell"}]})"));
  EXPECT_THAT(load({(folder / "nowhere").string(), json}),
              HasSubstr("data.train.images: " + (folder / "nowhere").string()));
  test::write_picture(folder / "a.png", cv::Mat(12, 34, CV_8UC3, cv::Scalar(1, 2, 3)));
  EXPECT_THAT(load({folder.path().string(), json}),
              AllOf(HasSubstr("1 of 2 pictures"), HasSubstr("image 2: no file"),
                    HasSubstr("gone.png"), testing::Not(HasSubstr("a.png"))));
  write_file_atomically(folder / "gone.png", std::string_view("text"));
  EXPECT_EQ(load({folder.path().string(), json}), "");
  const Dataset dataset = Dataset::load({folder.path().string(), json}, {}, "data.train");
  EXPECT_THAT(picture_faults(dataset),
              ElementsAre(AllOf(HasSubstr("gt.json: image 2: "), HasSubstr("not a picture"))));
}

TEST(CheckSameCategories, NamesTheFirstDifference) {
  const std::vector<Category> train = {{1, "cat"}, {3, "dog"}};
  const auto check = [&](const std::vector<Category>& val) {
    return error_of([&] { check_same_categories(train, "train.json", val, "val.json"); });
  };
  EXPECT_EQ(check(train), "");
  EXPECT_THAT(
      check({{1, "cat"}, {3, "cow"}}),
      HasSubstr("val.json: class 1 is category 3 \"cow\", but in train.json it is 3 \"dog\""));
  EXPECT_THAT(check({{1, "cat"}}), HasSubstr("category 3 \"dog\" is only in the latter"));
  EXPECT_THAT(check({{1, "cat"}, {3, "dog"}, {4, "cow"}}),
              HasSubstr("val.json has 3 categories, but train.json has 2: category 4 \"cow\" is "
                        "only in the former"));
}

std::string shared(const std::string& name) {
  return std::string(RN_SOURCE_DIR) + "/../shared/data/" + name;
}

TEST(Dataset, ReadsTheBloodCells) {
  if (!std::filesystem::exists(shared("bccd"))) GTEST_SKIP() << "no " << shared("bccd");
  const std::array<std::array<int64_t, 4>, 3> expected = {
      {{205, 2805, 1, 0}, {87, 1138, 1, 0}, {72, 945, 0, 0}}};  // images, objects, tiny, dropped
  const std::array<std::string, 3> splits = {"train", "val", "test"};
  std::vector<Category> categories;
  for (size_t i = 0; i < 3; ++i) {
    const Dataset dataset =
        Dataset::load({shared("bccd/images"), shared("bccd/annotations/" + splits[i] + ".json")},
                      {InvalidBoxes::kRefuse}, "data.train");
    const DatasetSummary& summary = dataset.summary();
    EXPECT_EQ((std::array<int64_t, 4>{summary.images, summary.objects, summary.tiny_boxes,
                                      summary.dropped_boxes}),
              expected[i])
        << splits[i];
    EXPECT_EQ(dataset.warnings().size(), static_cast<size_t>(expected[i][2]));
    if (i == 0) {
      EXPECT_THAT(dataset.warnings()[0], HasSubstr("annotation 2288: the box has only 1x1 pixels"));
      categories = dataset.categories();
      EXPECT_EQ(categories[2].name, "Platelets");
    }
    check_same_categories(categories, "train", dataset.categories(), splits[i]);
    if (i == 2) {
      EXPECT_THAT(picture_faults(dataset), ElementsAre());
    }
  }
}

TEST(Dataset, ReadsTheCocoSample) {
  if (!std::filesystem::exists(shared("coco-sample"))) GTEST_SKIP() << "no coco-sample";
  for (const std::string split : {"train2017", "val2017"}) {
    const bool is_train = split == "train2017";
    const Dataset dataset =
        Dataset::load({shared("coco-sample/" + split),
                       shared("coco-sample/annotations/instances_" + split + ".json")},
                      {InvalidBoxes::kRefuse}, "data.train");
    EXPECT_EQ(dataset.num_classes(), 80);
    EXPECT_EQ(dataset.size(), 128);
    EXPECT_EQ(dataset.summary().crowds, is_train ? 6 : 5);
    EXPECT_EQ(dataset.summary().objects, is_train ? 929 : 898);
    EXPECT_GE(dataset.summary().empty_images, is_train ? 2 : 0);
    EXPECT_EQ(dataset.categories().back().id, 90);
    EXPECT_THAT(picture_faults(dataset), ElementsAre());
  }
}

}  // namespace
}  // namespace rn
