#include "eval/coco_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "core/error.h"
#include "eval/report_text.h"

namespace rn {
namespace {

CocoFile one_image() {
  CocoFile file;
  file.images = {{7, "7.jpg", 640, 480}};
  file.categories = {{3, "cat"}};
  return file;
}

CocoAnnotation annotation(int64_t id, int64_t image, int64_t category,
                          const std::array<double, 4>& box) {
  CocoAnnotation made;
  made.id = id;
  made.image_id = image;
  made.category_id = category;
  made.bbox = box;
  made.area = box[2] * box[3];
  made.iscrowd = false;
  return made;
}

std::string error_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(CocoEvaluator, OneMissedOfTwoGivesHalfTheRecallPoints) {
  CocoFile file = one_image();
  file.annotations = {annotation(1, 7, 3, {0, 0, 100, 100}),
                      annotation(2, 7, 3, {300, 0, 100, 100})};
  const std::vector<CocoResult> found = {{7, 3, {0, 0, 100, 100}, 0.9}};
  const EvaluationResult result = evaluate(CocoGroundTruth(file), found);
  // Recall 0.5 is reached with precision 1 (less one ulp, pycocotools adds 2^-52): points 0..50.
  EXPECT_NEAR(result.stats.ap(), 51.0 / 101.0, 1e-12);
  EXPECT_NEAR(result.stats.ap50(), 51.0 / 101.0, 1e-12);
  EXPECT_EQ(result.stats.values[3], -1);   // no small object
  EXPECT_EQ(result.stats.values[8], 0.5);  // AR100
  ASSERT_EQ(result.per_category.size(), 1u);
  EXPECT_EQ(result.per_category[0].name, "cat");
  EXPECT_EQ(result.per_category[0].npos, 2);
  EXPECT_EQ(result.precision.shape, (std::vector<int64_t>{10, 101, 1, 4, 3}));
}

TEST(CocoEvaluator, FalsePositiveAboveATruePositiveHalvesPrecision) {
  CocoFile file = one_image();
  file.annotations = {annotation(1, 7, 3, {0, 0, 100, 100})};
  const std::vector<CocoResult> found = {{7, 3, {300, 300, 50, 50}, 0.9},
                                         {7, 3, {0, 0, 100, 100}, 0.8}};
  EXPECT_NEAR(evaluate(CocoGroundTruth(file), found).stats.ap(), 0.5, 1e-12);
}

TEST(CocoEvaluator, NoDetectionsGiveZero) {
  CocoFile file = one_image();
  file.annotations = {annotation(1, 7, 3, {0, 0, 100, 100})};
  const EvaluationResult result = evaluate(CocoGroundTruth(file), {});
  EXPECT_EQ(result.stats.ap(), 0);
  EXPECT_EQ(result.stats.values[8], 0);
}

TEST(CocoEvaluator, NoObjectsOrNothingAtAllGiveMinusOne) {
  const std::vector<CocoResult> found = {{7, 3, {0, 0, 10, 10}, 0.9}};
  for (const double value : evaluate(CocoGroundTruth(one_image()), found).stats.values) {
    EXPECT_EQ(value, -1);
  }
  for (const double value : evaluate(CocoGroundTruth(CocoFile{}), {}).stats.values) {
    EXPECT_EQ(value, -1);
  }
}

TEST(CocoEvaluator, CutsToTheLimitInEachImageAndCategory) {
  CocoFile file = one_image();
  file.annotations = {annotation(1, 7, 3, {0, 0, 100, 100}),
                      annotation(2, 7, 3, {300, 0, 100, 100})};
  const std::vector<CocoResult> found = {{7, 3, {0, 0, 100, 100}, 0.9},
                                         {7, 3, {300, 0, 100, 100}, 0.8}};
  const EvaluationResult result = evaluate(CocoGroundTruth(file), found);
  EXPECT_EQ(result.stats.values[6], 0.5);  // AR1
  EXPECT_EQ(result.stats.values[7], 1);    // AR10
}

TEST(CocoEvaluator, ClassAgnosticCountsAWrongClassAsFound) {
  CocoFile file = one_image();
  file.categories.push_back({5, "dog"});
  file.annotations = {annotation(1, 7, 3, {0, 0, 100, 100})};
  const std::vector<CocoResult> found = {{7, 5, {0, 0, 100, 100}, 0.9}};
  const CocoGroundTruth ground_truth(file);
  EvalOptions options;
  EXPECT_EQ(evaluate(ground_truth, found, options).stats.ap(), 0);
  options.class_agnostic = true;
  const EvaluationResult result = evaluate(ground_truth, found, options);
  EXPECT_NEAR(result.stats.ap(), 1, 1e-12);
  EXPECT_EQ(result.per_category.size(), 1u);
  EXPECT_EQ(result.per_category[0].id, -1);
}

TEST(CocoEvaluator, ClassAgnosticRefusesToCopyWithoutABound) {
  CocoFile file = one_image();
  file.annotations = {annotation(1, 7, 3, {0, 0, 100, 100})};
  std::vector<CocoResult> found(4098, {7, 3, {0, 0, 100, 100}, 0.9});
  EvalOptions options;
  options.class_agnostic = true;
  file.categories.resize(2, file.categories.front());
  EXPECT_EQ(evaluate(CocoGroundTruth(file), found, options).per_category[0].npos, 2);
  file.categories.resize(4097, file.categories.front());
  const CocoGroundTruth ground_truth(file);
  EXPECT_EQ(error_of([&] { evaluate(ground_truth, found, options); }),
            "class-agnostic evaluation takes a category as often as the annotation file lists it: "
            "4098 detections would become 16789506, expected at most 16777216 more; list each "
            "category once");
  options.class_agnostic = false;
  EXPECT_EQ(evaluate(ground_truth, found, options).per_category[0].npos, 1);
}

TEST(CocoEvaluator, TakesTheLastRecordOfADuplicateIdForEach) {
  CocoFile file = one_image();
  file.annotations = {annotation(1, 7, 3, {0, 0, 100, 100}),
                      annotation(1, 7, 3, {300, 0, 100, 100})};
  const std::vector<CocoResult> found = {{7, 3, {0, 0, 100, 100}, 0.9}};
  const EvaluationResult result = evaluate(CocoGroundTruth(file), found);
  EXPECT_EQ(result.per_category[0].npos, 2);
  EXPECT_EQ(result.stats.ap(), 0);  // the first record's box is gone
}

TEST(CocoEvaluator, DropsAnnotationsOfUnknownImagesAndCategories) {
  CocoFile file = one_image();
  file.annotations = {annotation(1, 8, 3, {0, 0, 10, 10}), annotation(2, 7, 4, {0, 0, 10, 10}),
                      annotation(3, 7, 3, {0, 0, 100, 100})};
  const std::vector<CocoResult> found = {{7, 3, {0, 0, 100, 100}, 0.9},
                                         {7, 4, {0, 0, 10, 10}, 0.8}};
  const EvaluationResult result = evaluate(CocoGroundTruth(file), found);
  EXPECT_EQ(result.per_category[0].npos, 1);
  EXPECT_NEAR(result.stats.ap(), 1, 1e-12);
}

TEST(CocoEvaluator, SaysWhichDetectionIsOfAnUnknownImage) {
  const std::vector<CocoResult> found = {{7, 3, {0, 0, 9, 9}, 0.9}, {99, 3, {0, 0, 9, 9}, 0.9}};
  EXPECT_EQ(error_of([&] { evaluate(CocoGroundTruth(one_image()), found); }),
            "detections: record 1: image 99 is not in the ground truth (it has 1 image); evaluate "
            "the detections against the annotations that they were made for");
}

TEST(CocoEvaluator, SaysWhichDetectionHasNan) {
  const std::vector<CocoResult> found = {{7, 3, {0, std::nan(""), 9, 9}, 0.9}};
  EXPECT_EQ(error_of([&] { evaluate(CocoGroundTruth(one_image()), found); }),
            "detections: record 0: image 7: has NaN in its box, expected x, y, width, height; has "
            "the training diverged?");
}

TEST(CocoEvaluator, TakesInfiniteBoxesUnlessAnEdgeIsNan) {
  const double inf = std::numeric_limits<double>::infinity();
  const CocoGroundTruth ground_truth(one_image());
  const auto error_with = [&](const std::array<double, 4>& box) {
    return error_of([&] { evaluate(ground_truth, std::vector<CocoResult>{{7, 3, box, 0.9}}); });
  };
  EXPECT_EQ(error_with({0, 0, inf, inf}), "no error");
  EXPECT_EQ(error_with({-inf, 0, 9, 9}), "no error");
  EXPECT_THAT(error_with({-inf, 0, inf, 9}), testing::HasSubstr("has NaN in its box"));
  EXPECT_THAT(error_with({0, inf, 9, -inf}), testing::HasSubstr("has NaN in its box"));
}

TEST(CocoEvaluator, RefusesTooFewLimits) {
  EvalOptions options;
  options.max_detections = {1, 100};
  EXPECT_EQ(error_of([&] { evaluate(CocoGroundTruth(one_image()), {}, options); }),
            "max_detections: found [1, 100], expected at least 3 numbers >= 0, such as 1, 10, 100");
}

TEST(CocoGroundTruth, SaysWhichAnnotationLacksWhat) {
  CocoFile file = one_image();
  file.annotations = {annotation(4, 7, 3, {0, 0, 10, 10})};
  const auto error_with = [&](auto change) {
    CocoFile changed = file;
    change(changed.annotations[0]);
    return error_of([&] { CocoGroundTruth(changed, "val.json"); });
  };
  EXPECT_EQ(error_with([](CocoAnnotation& a) { a.bbox.reset(); }),
            "val.json: image 7 annotation 4: has no \"bbox\"; expected x, y, width, height");
  EXPECT_EQ(
      error_with([](CocoAnnotation& a) { a.iscrowd.reset(); }),
      "val.json: image 7 annotation 4: has no \"iscrowd\"; expected 0 or 1; add \"iscrowd\": 0");
  EXPECT_EQ(
      error_with([](CocoAnnotation& a) { a.area.reset(); }),
      "val.json: image 7 annotation 4: has no \"area\"; expected the object's area in pixels; "
      "without masks, add width * height of its box");
  EXPECT_EQ(error_with([](CocoAnnotation& a) { (*a.bbox)[2] = std::nan(""); }),
            "val.json: image 7 annotation 4: has NaN in its box; expected x, y, width, height; fix "
            "or remove it");
  EXPECT_EQ(error_with([](CocoAnnotation& a) { a.area.reset(), a.iscrowd = true; }), "no error");
  EXPECT_EQ(error_with([](CocoAnnotation& a) { a.iscrowd.reset(), a.image_id = 8; }), "no error");
}

TEST(CocoEvaluator, IsTheSameWithAnyNumberOfThreads) {
  CocoFile file;
  std::vector<CocoResult> found;
  std::mt19937_64 random(5);
  const auto number = [&](double scale) { return scale * (random() % 1000) / 1000.0; };
  for (int64_t k = 0; k < 9; ++k) file.categories.push_back({k * k + 1, std::to_string(k)});
  for (int64_t i = 0; i < 60; ++i) {
    file.images.push_back({i, "", 100, 100});
    for (int64_t o = 0; o < 5; ++o) {
      const std::array<double, 4> box = {number(80), number(80), number(50), number(50)};
      const int64_t category = file.categories[random() % 9].id;
      file.annotations.push_back(annotation(i * 5 + o + 1, i, category, box));
      found.push_back({i, category, {box[0] + number(5), box[1], box[2], box[3]}, number(1)});
    }
  }
  const CocoGroundTruth ground_truth(file);
  EvalOptions options;
  options.threads = 1;
  const EvaluationResult one = evaluate(ground_truth, found, options);
  options.threads = 4;
  const EvaluationResult four = evaluate(ground_truth, found, options);
  EXPECT_GT(one.stats.ap50(), 0.1);
  EXPECT_EQ(one.precision.values, four.precision.values);
  EXPECT_EQ(to_json(one).dump(), to_json(four).dump());
}

}  // namespace
}  // namespace rn
