#include "data/synth.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <set>

#include "coco/coco_file.h"
#include "core/error.h"
#include "core/files.h"
#include "data/synth_paint.h"
#include "data/synth_scene.h"

namespace rn {
namespace {

namespace fs = std::filesystem;

class SynthFolder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(testing::TempDir()) /
        (std::string("rn_synth_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static SynthConfig small() {
    SynthConfig config;
    config.train_images = 24;
    config.val_images = 8;
    config.width = 160;
    config.height = 120;
    return config;
  }

  std::string error_of_writing() {
    try {
      write_synthetic_dataset(folder_, small());
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
};

TEST(SynthShapes, FrequenciesFallAndAddUpToOne) {
  double sum = 0;
  double last = 1;
  for (const ShapeClass& shape : shape_classes()) {
    EXPECT_LT(shape.frequency, last) << shape.category.name;
    last = shape.frequency;
    sum += last;
  }
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_GE(shape_classes().front().frequency / shape_classes().back().frequency, 10);
}

TEST(SynthShapes, DistanceOfADiscIsExact) {
  const ShapePose pose{{10, 20}, 5, 0.3F};
  EXPECT_FLOAT_EQ(shape_distance(Shape::kDisc, pose, {10, 20}), -5);
  EXPECT_FLOAT_EQ(shape_distance(Shape::kDisc, pose, {18, 20}), 3);
}

TEST(SynthShapes, RingIsHollow) {
  const ShapePose pose{{0, 0}, 10, 0};
  EXPECT_GT(shape_distance(Shape::kRing, pose, {0, 0}), 5);
  EXPECT_NEAR(shape_distance(Shape::kRing, pose, {10, 0}), 0, 1e-5);
  EXPECT_LT(shape_distance(Shape::kRing, pose, {8, 0}), -1);
}

TEST(SynthShapes, EveryShapeFitsItsCircleAndTouchesIt) {
  for (const ShapeClass& shape : shape_classes()) {
    const ShapePose pose{{0, 0}, 50, 0.7F};
    float nearest = 1e9F;
    for (int degree = 0; degree < 360; ++degree) {
      const double angle = degree * CV_PI / 180;
      const cv::Point2f on_circle(static_cast<float>(50 * std::cos(angle)),
                                  static_cast<float>(50 * std::sin(angle)));
      nearest = std::min(nearest, shape_distance(shape.shape, pose, on_circle));
    }
    EXPECT_GT(nearest, -0.2) << shape.category.name;
    EXPECT_LT(nearest, 3) << shape.category.name;
  }
}

TEST(SynthScene, IsAFunctionOfSeedSplitAndIndex) {
  SynthConfig config;
  config.width = 96;
  config.height = 80;
  const auto same = [](const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b) == 0; };
  const cv::Mat image = draw_scene(config, SynthSplit::kTrain, 3).image;
  EXPECT_EQ(image.size(), cv::Size(96, 80));
  EXPECT_TRUE(same(image, draw_scene(config, SynthSplit::kTrain, 3).image));
  EXPECT_FALSE(same(image, draw_scene(config, SynthSplit::kTrain, 4).image));
  EXPECT_FALSE(same(image, draw_scene(config, SynthSplit::kVal, 3).image));
  config.seed = 2;
  EXPECT_FALSE(same(image, draw_scene(config, SynthSplit::kTrain, 3).image));
}

TEST(SynthScene, BoxOfALoneObjectIsTight) {
  SynthConfig config;
  config.max_objects = 1;
  config.crowd_fraction = 0;
  config.empty_fraction = 0;
  for (int64_t index = 0; index < 40; ++index) {
    const Scene scene = draw_scene(config, SynthSplit::kTrain, index);
    ASSERT_EQ(scene.objects.size(), 1U);
    const SceneObject& object = scene.objects[0];
    // Rendered again on its own: white on black, without light or shadow.
    cv::Mat canvas = cv::Mat::zeros(scene.image.size(), CV_32FC3);
    paint_shape(canvas, shape_classes()[object.class_index].shape, object.pose, cv::Vec3f::all(1),
                {{0, 0}, 0});
    cv::Mat channel;
    cv::extractChannel(canvas, channel, 0);
    const cv::Mat mask = channel >= 0.5F;
    std::vector<cv::Point> pixels;
    cv::findNonZero(mask, pixels);
    cv::Point low = pixels.front();
    cv::Point high = low;
    for (const cv::Point& p : pixels) {
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
    EXPECT_EQ(object.box, cv::Rect(low, high + cv::Point(1, 1))) << "scene " << index;
    EXPECT_EQ(object.visible, static_cast<int64_t>(pixels.size())) << "scene " << index;
  }
}

TEST(SynthScene, ObjectsAreInsideVisibleAndOfManySizes) {
  SynthConfig config;
  config.width = 160;
  config.height = 120;
  config.crowd_fraction = 0.3;
  int small = 0;
  int large = 0;
  int cut = 0;
  int crowds = 0;
  int empty = 0;
  std::map<size_t, int> counts;
  for (int64_t index = 0; index < 150; ++index) {
    const Scene scene = draw_scene(config, SynthSplit::kVal, index);
    EXPECT_LE(scene.objects.size(),
              static_cast<size_t>(SynthConfig{}.max_objects + 1));  // 12 and a crowd
    empty += scene.objects.empty();
    for (const SceneObject& object : scene.objects) {
      const cv::Rect& box = object.box;
      EXPECT_EQ(box & cv::Rect(0, 0, 160, 120), box) << "scene " << index;
      EXPECT_GT(box.area(), 0) << "scene " << index;
      EXPECT_GT(object.visible, 0);
      EXPECT_LE(object.visible, box.area());
      crowds += object.crowd;
      if (object.crowd) continue;
      ++counts[object.class_index];
      const int side = std::max(box.width, box.height);
      small += side <= 14;
      large += side >= 45;
      cut += box.x == 0 || box.y == 0 || box.br().x == 160 || box.br().y == 120;
    }
  }
  EXPECT_GT(small, 20);
  EXPECT_GT(large, 20);
  EXPECT_GT(cut, 20);
  EXPECT_GT(crowds, 20);
  EXPECT_GT(empty, 1);
  ASSERT_EQ(counts.size(), shape_classes().size());
  EXPECT_GT(counts[0], counts[1]);
  EXPECT_GT(counts[1], counts[2]);
  EXPECT_GT(counts[2], counts[4]);
  EXPECT_GT(counts[0], 6 * counts[5]);
}

TEST(SynthScene, EmptyScenesHaveNoObjects) {
  SynthConfig config;
  config.empty_fraction = 1;
  EXPECT_TRUE(draw_scene(config, SynthSplit::kTrain, 0).objects.empty());
}

TEST_F(SynthFolder, WritesWhatItSays) {
  SynthConfig config = small();
  config.crowd_fraction = 0.5;
  config.empty_fraction = 0.2;
  int64_t last_done = 0;
  const SynthSummary summary =
      write_synthetic_dataset(folder_, config, false, [&](int64_t done, int64_t total) {
        EXPECT_EQ(done, ++last_done);
        EXPECT_EQ(total, 32);
      });
  EXPECT_EQ(last_done, 32);
  EXPECT_EQ(summary.images, 32);

  int64_t objects = 0;
  int64_t crowds = 0;
  int64_t empty = 0;
  for (const char* split : {"train", "val"}) {
    const CocoFile file = read_coco_file(folder_ / "annotations" / (std::string(split) + ".json"));
    ASSERT_EQ(file.categories.size(), 6U);
    EXPECT_EQ(file.categories.back(), (Category{13, "cross"}));
    std::set<int64_t> with_objects;
    for (const CocoAnnotation& annotation : file.annotations) {
      const auto& [x, y, w, h] = annotation.bbox.value();
      EXPECT_TRUE(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 160 && y + h <= 120);
      EXPECT_GT(annotation.area.value(), 0);
      annotation.iscrowd.value() ? ++crowds : ++objects;
      with_objects.insert(annotation.image_id);
    }
    empty += static_cast<int64_t>(file.images.size() - with_objects.size());
    for (const CocoImage& image : file.images) {
      const cv::Mat picture = cv::imread((folder_ / split / image.file_name).string());
      EXPECT_EQ(picture.size(), cv::Size(160, 120)) << image.file_name;
    }
  }
  EXPECT_EQ(objects, summary.objects);
  EXPECT_EQ(crowds, summary.crowds);
  EXPECT_EQ(empty, summary.empty_images);
  EXPECT_GT(crowds, 0);
  EXPECT_GT(empty, 0);
}

TEST_F(SynthFolder, SameSeedSameFilesWhateverTheThreads) {
  const std::vector<fs::path> names = {"train/000005.jpg", "val/000001.jpg",
                                       "annotations/train.json", "annotations/val.json"};
  std::vector<std::string> before;
  write_synthetic_dataset(folder_, small(), false, {}, 1);
  for (const auto& name : names) before.push_back(read_file(folder_ / name));
  write_synthetic_dataset(folder_, small(), false, {}, 4);
  for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(before[i], read_file(folder_ / names[i]));
}

TEST_F(SynthFolder, SmallerSetLeavesNoPicturesOfTheLargerOne) {
  write_synthetic_dataset(folder_, small());
  SynthConfig config = small();
  config.train_images = 3;
  write_synthetic_dataset(folder_, config);
  EXPECT_TRUE(fs::exists(folder_ / "train/000003.jpg"));
  EXPECT_FALSE(fs::exists(folder_ / "train/000004.jpg"));
  EXPECT_FALSE(fs::exists(folder_ / "train/000024.jpg"));
}

TEST_F(SynthFolder, RefusesAFolderWithOtherFilesUnlessTold) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "thesis.tex") << "precious";
  const std::string text = error_of_writing();
  EXPECT_NE(text.find(folder_.string()), std::string::npos) << text;
  EXPECT_NE(text.find("--overwrite"), std::string::npos) << text;
  EXPECT_FALSE(fs::exists(folder_ / "train"));
  write_synthetic_dataset(folder_, small(), true);
  EXPECT_EQ(read_file(folder_ / "thesis.tex"), "precious");
  EXPECT_TRUE(fs::exists(folder_ / "annotations/val.json"));
}

TEST_F(SynthFolder, RefusesAFile) {
  std::ofstream(folder_) << "a file";
  EXPECT_NE(error_of_writing().find("is a file"), std::string::npos);
}

TEST_F(SynthFolder, SetThatWasCutShortHasNoAnnotations) {
  write_synthetic_dataset(folder_, small());
  const auto stop = [](int64_t done, int64_t) {
    if (done == 5) throw Error("stopped");
  };
  EXPECT_THROW(write_synthetic_dataset(folder_, small(), false, stop), Error);
  EXPECT_FALSE(fs::exists(folder_ / "annotations/train.json"));
  EXPECT_FALSE(fs::exists(folder_ / "annotations/val.json"));
  write_synthetic_dataset(folder_, small());  // it is still ours, and can be made whole
  EXPECT_TRUE(fs::exists(folder_ / "annotations/train.json"));
}

}  // namespace
}  // namespace rn
