#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "data/dataset.h"
#include "test_pictures.h"

namespace rn {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

CocoAnnotation box(int64_t id, int64_t image, int64_t category, std::array<double, 4> bbox,
                   bool is_crowd = false) {
  return {id, image, category, bbox, {}, is_crowd};
}

std::vector<std::string> texts(const std::vector<Fault>& faults) {
  std::vector<std::string> all;
  for (const Fault& fault : faults) all.push_back(fault.text);
  return all;
}

TEST(RepeatedBoxes, AreOfTheSameImageClassAndNumbers) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  CocoFile file;
  file.annotations = {box(1, 1, 1, {1, 2, 3, 4}),       box(2, 2, 1, {1, 2, 3, 4}),
                      box(3, 1, 2, {1, 2, 3, 4}),       box(4, 1, 1, {1, 2, 3, 4.5}),
                      box(5, 1, 1, {1, 2, 3, 4}),       box(6, 1, 1, {1, 2, 3, 4}),
                      box(7, 1, 1, {1, 2, 3, 4}, true), box(8, 3, 1, {kNaN, 2, 3, 4}),
                      box(9, 3, 1, {kNaN, 2, 3, 4})};
  file.annotations.push_back({10, 3, 1, {}, {}, {}});
  EXPECT_THAT(texts(repeated_boxes(file, "gt.json")),
              ElementsAre(AllOf(HasSubstr("gt.json: image 1 annotation 5: "),
                                HasSubstr("[1, 2, 3, 4] of annotation 1")),
                          AllOf(HasSubstr("annotation 6: "), HasSubstr("of annotation 1"))));
}

TEST(DatasetChecksum, OfTheObjectsChangesWithEachOfThem) {
  CocoFile file;
  file.images = {{1, "a.png", 40, 30}, {2, "b.png", 40, 30}};
  file.categories = {{1, "cat"}, {2, "dog"}};
  file.annotations = {box(1, 1, 1, {1, 2, 3, 4}), box(2, 2, 2, {5, 6, 7, 8})};
  const auto of = [&] { return Dataset(file, "pictures", "gt.json"); };
  const int64_t images = of().checksum();
  std::vector<int64_t> sums = {of().objects_checksum()};
  const auto next = [&] {
    EXPECT_EQ(of().checksum(), images);  // a run may go on
    sums.push_back(of().objects_checksum());
  };
  file.annotations[0].bbox = {1, 2, 3, 4.25};
  next();
  file.annotations[0].category_id = 2;
  next();
  file.annotations[0].iscrowd = true;
  next();
  file.annotations[0].image_id = 2;
  next();
  file.annotations.pop_back();
  next();
  std::sort(sums.begin(), sums.end());
  EXPECT_EQ(std::unique(sums.begin(), sums.end()), sums.end());
  const int64_t before = of().objects_checksum();
  file.images[0].file_name = "c.png";  // a folder that was moved
  EXPECT_EQ(of().objects_checksum(), before);
}

Dataset with_categories(std::vector<Category> categories, std::vector<int64_t> used) {
  CocoFile file;
  file.images = {{1, "a.png", 40, 30}};
  file.categories = std::move(categories);
  for (const int64_t category : used) file.annotations.push_back(box(1, 1, category, {1, 1, 9, 9}));
  return Dataset(file, "pictures", "gt.json");
}

TEST(DoubtfulCategories, HaveNoObjectsOrAnothersNameOrAreBackground) {
  EXPECT_THAT(texts(doubtful_categories(with_categories({{1, "cat"}, {2, "dog"}}, {1, 2}))),
              ElementsAre());
  EXPECT_THAT(texts(doubtful_categories(with_categories({{1, "cat"}, {2, "dog"}}, {1}))),
              ElementsAre(HasSubstr("gt.json: category 2 \"dog\" has no objects")));
  EXPECT_THAT(
      texts(doubtful_categories(with_categories({{1, "red cell"}, {2, "Red_Cell"}}, {1, 2}))),
      ElementsAre(AllOf(HasSubstr("category 2 \"Red_Cell\" has the name of category 1"))));
  EXPECT_THAT(texts(doubtful_categories(with_categories({{0, "__background__"}, {1, "cat"}}, {1}))),
              ElementsAre(HasSubstr("category 0 \"__background__\" would be a class to detect")));
}

TEST(InspectedDataset, TellsAllThatWasFoundByKind) {
  const test::TempFolder folder("inspect");
  test::write_picture(folder / "a.png", cv::Mat(30, 40, CV_8UC3, cv::Scalar(1, 2, 3)));
  const auto json = folder / "gt.json";
  write_file_atomically(json, std::string_view(R"({
      "images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 30},
                 {"id": 2, "file_name": "gone.png", "width": 40, "height": 30}],
      "categories": [{"id": 1, "name": "cell"}],
      "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [30, 5, 20, 10]},
                      {"id": 2, "image_id": 1, "category_id": 1, "bbox": [30, 5, 20, 10]},
                      {"id": 3, "image_id": 1, "category_id": 1, "bbox": [3, 5, 0, 10]},
                      {"id": 4, "image_id": 1, "category_id": 1, "bbox": [50, 5, 5, 10]},
                      {"id": 5, "image_id": 9, "category_id": 1, "bbox": [3, 5, 5, 10]}]})"));
  DatasetFaults faults;
  const Dataset set =
      Dataset::inspect({folder.path().string(), json.string()}, {}, "data.train", faults);
  EXPECT_EQ(set.summary().clipped_boxes, 2);
  const auto kinds = [](const std::vector<Fault>& found) {
    std::vector<std::string> all;
    for (const Fault& fault : found) all.emplace_back(fault.kind);
    return all;
  };
  EXPECT_THAT(kinds(faults.fatal),
              ElementsAre("missing pictures", "annotations of unknown images"));
  EXPECT_THAT(kinds(faults.mended),
              ElementsAre("boxes partly outside their picture",
                          "boxes partly outside their picture", "boxes that can't be a target",
                          "boxes that can't be a target", "boxes that occur twice"));
  EXPECT_THAT(faults.mended[0].text,
              AllOf(HasSubstr("image 1 annotation 1: bbox [30, 5, 20, 10] reaches out of its 40x30 "
                              "picture")));
}

}  // namespace
}  // namespace rn
