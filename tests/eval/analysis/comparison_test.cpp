#include "eval/analysis/comparison.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "eval/analysis/random_scene.h"

namespace rn {
namespace {

/// The scene's detections as A, those of `other` as B.
Comparison compare(const Scene& scene, const Scene& other, const BootstrapOptions& options = {}) {
  return compare_results(scene.ground_truth(), scene.detections, scene.matches(), other.detections,
                         other.matches(), options);
}

Scene with_less(Scene scene, size_t every) {
  size_t i = 0;
  std::erase_if(scene.detections, [&](const CocoResult&) { return i++ % every == 0; });
  return scene;
}

TEST(Comparison, OfAResultWithItselfFindsNoDifference) {
  const Scene scene = random_scene(15, 2, 4);
  const Comparison comparison = compare(scene, scene);
  EXPECT_EQ(comparison.images, 15);
  EXPECT_EQ(comparison.ap.a, scene.result().stats.ap());
  EXPECT_EQ(comparison.ap.b, scene.result().stats.ap());
  EXPECT_EQ(comparison.ap.difference, 0);
  EXPECT_EQ(comparison.ap.difference_interval.low, 0);
  EXPECT_EQ(comparison.ap.difference_interval.high, 0);
  EXPECT_EQ(comparison.ap.b_better, 0);
  EXPECT_EQ(comparison.ap.equal, 1);
  EXPECT_EQ(comparison.ap.resamples, 1000);
  EXPECT_LT(comparison.ap.a_interval.low, comparison.ap.a);
  EXPECT_GT(comparison.ap.a_interval.high, comparison.ap.a);
}

TEST(Comparison, SeesThatTheBetterIsBetter) {
  const Scene scene = random_scene(80, 2, 4);
  const Comparison comparison = compare(with_less(scene, 2), scene);
  EXPECT_GT(comparison.ap.difference_interval.low, 0);
  EXPECT_GT(comparison.ap.difference, comparison.ap.difference_interval.low);
  EXPECT_LT(comparison.ap.difference, comparison.ap.difference_interval.high);
  EXPECT_EQ(comparison.ap.b_better, 1);
  ASSERT_EQ(comparison.per_class.size(), 2u);
  EXPECT_EQ(comparison.per_class[1].name, "c2");
  EXPECT_EQ(comparison.per_class[1].ap.b, scene.result().per_category[1].ap);
  EXPECT_GT(comparison.ap50.difference, 0);
}

TEST(Comparison, IntervalHasTheShareThatABinomialHas) {
  // Two images with one object each, found by B in the first only, by A in neither. Of a resample's
  // two images 0, 1 or 2 are the first (1/4, 1/2, 1/4): AP is 0, 51/101 or 1.
  Scene a(2);
  a.object(10, 1, spot(0)).object(20, 1, spot(0));
  Scene b = a;
  b.detect(10, 1, spot(0), 0.9);
  BootstrapOptions options;
  options.resamples = 4000;
  options.confidence = 0.2;  // the middle fifth
  const Comparison comparison = compare(a, b, options);
  EXPECT_NEAR(comparison.ap.b_better, 0.75, 0.03);
  EXPECT_NEAR(comparison.ap.equal, 0.25, 0.03);
  EXPECT_NEAR(comparison.ap.difference_interval.low, 51.0 / 101, 1e-12);
  EXPECT_NEAR(comparison.ap.difference_interval.high, 51.0 / 101, 1e-12);
  options.confidence = 0.9;
  const ComparedNumber wide = compare(a, b, options).ap;
  EXPECT_EQ(wide.difference_interval.low, 0);
  EXPECT_EQ(wide.difference_interval.high, 1);
  // 0 and 1, reflected at 51/101: 102/101 and 1/101, of which an AP can be 1 at most.
  EXPECT_NEAR(wide.b_interval.low, 1.0 / 101, 1e-12);
  EXPECT_EQ(wide.b_interval.high, 1);
}

TEST(Comparison, IsTheSameWithAnyNumberOfThreads) {
  const Scene scene = random_scene(20, 3, 4);
  const Scene other = with_less(scene, 3);
  BootstrapOptions options;
  options.resamples = 100;
  options.threads = 1;
  const Comparison one = compare(scene, other, options);
  options.threads = 4;
  const Comparison four = compare(scene, other, options);
  EXPECT_EQ(one.ap.difference_interval.low, four.ap.difference_interval.low);
  EXPECT_EQ(one.ap.difference_interval.high, four.ap.difference_interval.high);
  EXPECT_EQ(one.per_class[2].ap.b_interval.low, four.per_class[2].ap.b_interval.low);
  options.seed = 1;
  EXPECT_NE(compare(scene, other, options).ap.difference_interval.low,
            one.ap.difference_interval.low);
}

TEST(Comparison, LeavesOutResamplesWithoutObjectsOfTheClass) {
  Scene scene(2, 3);  // class 2 is in the first image only, class 3 in none
  scene.object(10, 1, spot(0)).object(20, 1, spot(0)).object(10, 2, spot(1));
  scene.detect(10, 2, spot(1), 0.9);
  const Comparison comparison = compare(scene, scene);
  EXPECT_EQ(comparison.per_class[0].ap.resamples, 1000);
  EXPECT_NEAR(static_cast<double>(comparison.per_class[1].ap.resamples), 750, 60);
  EXPECT_NEAR(comparison.per_class[1].ap.a_interval.low, 1, 1e-12);
  EXPECT_EQ(comparison.per_class[2].ap.resamples, 0);
  EXPECT_EQ(comparison.per_class[2].ap.a, -1);
  EXPECT_EQ(comparison.per_class[2].ap.difference, 0);
}

TEST(Comparison, AClassOfFewImagesIsNotComparable) {
  Scene scene(40, 2);  // class 2 is in the first image only
  for (int64_t i = 0; i < 40; ++i) scene.object(10 * (i + 1), 1, spot(0));
  scene.object(10, 2, spot(1)).detect(10, 2, spot(1), 0.9);
  const Comparison comparison = compare(scene, scene);
  EXPECT_TRUE(is_comparable(comparison, comparison.per_class[0].ap));
  EXPECT_FALSE(is_comparable(comparison, comparison.per_class[1].ap));
  EXPECT_FALSE(is_clear(comparison.per_class[0].ap));
}

TEST(Comparison, OfFewImagesWithObjectsIsNotComparable) {
  // B finds the object of each image, A none: however few they are, the interval is clear.
  for (const int64_t with_objects : {1, 2, 9, 10}) {
    Scene a(12);
    Scene b = a;
    for (int64_t i = 1; i <= with_objects; ++i) {
      a.object(10 * i, 1, spot(0));
      b.object(10 * i, 1, spot(0)).detect(10 * i, 1, spot(0), 0.9);
    }
    const Comparison comparison = compare(a, b);
    EXPECT_TRUE(is_clear(comparison.ap));
    EXPECT_EQ(comparison.ap.images, with_objects);
    EXPECT_EQ(comparison.per_class[0].ap.images, with_objects);
    EXPECT_EQ(is_comparable(comparison, comparison.ap), with_objects >= kFewestComparedImages);
    EXPECT_EQ(is_comparable(comparison, comparison.ap50), with_objects >= kFewestComparedImages);
  }
}

TEST(Comparison, OfOneOrTwoImagesIsNotComparableThoughMeasuredInAllResamples) {
  for (const int64_t images : {1, 2}) {
    Scene a(images);
    for (int64_t i = 1; i <= images; ++i) a.object(10 * i, 1, spot(0));
    Scene b = a;
    for (int64_t i = 1; i <= images; ++i) b.detect(10 * i, 1, spot(0), 0.9);
    const Comparison comparison = compare(a, b);
    EXPECT_EQ(comparison.ap.resamples, 1000);
    EXPECT_TRUE(is_clear(comparison.ap));
    EXPECT_FALSE(is_comparable(comparison, comparison.ap));
  }
}

TEST(Comparison, CountsImagesOnceAndWithoutCrowds) {
  Scene scene(4, 2);
  scene.object(10, 1, spot(0)).object(10, 1, spot(1)).object(10, 2, spot(2));
  scene.object(20, 2, spot(0)).object(30, 1, spot(0), /*crowd=*/true);
  const Comparison comparison = compare(scene, scene);
  EXPECT_EQ(comparison.ap.images, 2);
  EXPECT_EQ(comparison.per_class[0].ap.images, 1);
  EXPECT_EQ(comparison.per_class[1].ap.images, 2);
  Scene agnostic = scene;
  agnostic.options.class_agnostic = true;
  EXPECT_EQ(compare(agnostic, agnostic).per_class[0].ap.images, 2);
}

TEST(Comparison, IsNotComparableWhereResamplesHaveNoneOfTheObjects) {
  Comparison comparison;
  ComparedNumber number;
  number.images = 50;
  number.resamples = 990;
  EXPECT_TRUE(is_comparable(comparison, number));
  number.resamples = 989;
  EXPECT_FALSE(is_comparable(comparison, number));
}

TEST(Comparison, OfNothingMeasuresNothing) {
  for (const int64_t images : {0, 3}) {
    const Scene scene(images);
    const Comparison comparison = compare(scene, scene);
    EXPECT_EQ(comparison.ap.a, -1);
    EXPECT_EQ(comparison.ap.resamples, 0);
  }
}

TEST(Comparison, RefusesResultsOfDifferentOptions) {
  const Scene scene = random_scene(2, 2, 2);
  Scene other = scene;
  other.options.class_agnostic = true;
  EXPECT_THROW(compare(scene, other), Error);
  other = scene;
  other.options.max_detections = {1, 10, 300};
  EXPECT_THROW(compare(scene, other), Error);
}

TEST(Comparison, RefusesOptionsThatCannotBe) {
  const Scene scene(1);
  BootstrapOptions options;
  options.resamples = 0;
  EXPECT_THROW(compare(scene, scene, options), Error);
  options = {};
  options.confidence = 1;
  EXPECT_THROW(compare(scene, scene, options), Error);
}

TEST(Comparison, RefusesMoreResamplesThanMemoryIsGivenFor) {
  BootstrapOptions options;
  options.resamples = 13981;  // of 1200 classes with two doubles each: just below 256 MiB
  EXPECT_NO_THROW(check_bootstrap(options, 1200));
  options.resamples = 13982;
  try {
    check_bootstrap(options, 1200);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "comparison: 13982 resamples of 1200 classes would take 257 MiB of memory, "
                 "expected at most 256; ask for 13981 resamples or fewer (--resamples)");
  }
}

}  // namespace
}  // namespace rn
