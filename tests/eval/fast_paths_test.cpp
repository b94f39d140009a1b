// The evaluator's short ways against the long ones: matching against pycocotools' loop as it is
// written, curves against accumulate_curves().
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "eval/accumulate.h"
#include "eval/category_curves.h"
#include "eval/id_index.h"
#include "eval/matching.h"
#include "eval/special_values.h"

namespace rn {
namespace {

using Object = CocoGroundTruth::Object;

/// cocoeval.py, evaluateImg, for one area range: the names are its own.
std::vector<MatchOutcome> evaluate_img(const std::vector<Object>& objects,
                                       const std::vector<EvalDetection>& dt, int64_t range) {
  const AreaRange& area = kAreaRanges[range];
  std::vector<Object> gt = objects;
  const auto ignore = [&](const Object& g) { return g.crowd || area.excludes(g.area); };
  std::stable_sort(gt.begin(), gt.end(),
                   [&](const Object& a, const Object& b) { return ignore(a) < ignore(b); });
  std::vector<MatchOutcome> outcomes(dt.size());
  for (int64_t tind = 0; tind < kIouThresholdCount; ++tind) {
    const auto bit = static_cast<uint16_t>(1u << tind);
    std::vector<bool> gtm(gt.size());
    for (size_t dind = 0; dind < dt.size(); ++dind) {
      double iou = std::min(kIouThresholds[tind], 1 - 1e-10);
      int64_t m = -1;
      for (size_t gind = 0; gind < gt.size(); ++gind) {
        if (gtm[gind] && !gt[gind].crowd) continue;
        if (m > -1 && !ignore(gt[m]) && ignore(gt[gind])) break;
        const double found = coco_iou(dt[dind].bbox, gt[gind].bbox, gt[gind].crowd);
        if (found < iou) continue;
        iou = found;
        m = static_cast<int64_t>(gind);
      }
      int64_t dtm = 0;
      bool dt_ig = false;
      if (m > -1) {
        dt_ig = ignore(gt[m]);
        dtm = gt[m].id;
        gtm[m] = true;
        if (range == 0 && tind == 0) outcomes[dind].object = static_cast<int32_t>(gt[m].index);
      }
      if (dtm == 0 && area.excludes(dt[dind].area)) dt_ig = true;
      if (dt_ig) continue;
      (dtm != 0 ? outcomes[dind].true_positive : outcomes[dind].false_positive)[range] |= bit;
    }
  }
  return outcomes;
}

/// Few different numbers, so that boxes coincide and IoUs are equal; now and then an extreme one.
struct RandomScene {
  explicit RandomScene(uint64_t seed) : random(seed) {}

  double length() {
    static constexpr std::array<double, 8> kLengths = {4, 8, 10, 32, 33, 96, 97, 200};
    if (extreme && random() % 12 == 0) return random() % 2 ? kInf : 1e-200;
    return kLengths[random() % kLengths.size()];
  }
  std::array<double, 4> box() {
    const double x = random() % 6;
    const double y = random() % 3;
    return {x, y, length(), length()};
  }
  void make() {
    extreme = random() % 4 == 0;
    const auto n = random() % 7;
    for (uint64_t i = 0; i < n; ++i) {
      Object object;
      object.id = static_cast<int64_t>(random() % 12);  // 0 among them
      object.index = static_cast<int64_t>(i);
      object.bbox = box();
      object.area = object.bbox[2] * object.bbox[3] * (random() % 3 == 0 ? 0.5 : 1);
      object.crowd = random() % 6 == 0;
      objects.push_back(object);
    }
    const auto m = random() % 9;
    for (uint64_t i = 0; i < m; ++i) {
      EvalDetection detection;
      detection.bbox = n > 0 && random() % 2 ? objects[random() % n].bbox : box();
      if (random() % 2) detection.bbox[2] *= 0.9;
      detection.area = detection.bbox[2] * detection.bbox[3];
      detection.score = 1.0 - 0.1 * static_cast<double>(i);
      detections.push_back(detection);
    }
  }

  std::mt19937_64 random;
  bool extreme = false;
  std::vector<Object> objects;
  std::vector<EvalDetection> detections;
};

TEST(ImageMatcher, EqualsPycocotoolsLoop) {
  int64_t hits = 0;
  ImageMatcher matcher;  // one for all, as the evaluator has it: nothing may be left from before
  for (uint64_t seed = 0; seed < 6000; ++seed) {
    RandomScene scene(seed);
    scene.make();
    matcher.start(scene.objects);
    std::vector<MatchOutcome> outcomes(scene.detections.size());
    for (size_t d = 0; d < outcomes.size(); ++d) {
      matcher.match(scene.detections[d], static_cast<int32_t>(d), outcomes[d]);
    }
    for (int64_t a = 0; a < kAreaRangeCount; ++a) {
      const auto expected = evaluate_img(scene.objects, scene.detections, a);
      for (size_t d = 0; d < outcomes.size(); ++d) {
        ASSERT_EQ(outcomes[d].true_positive[a], expected[d].true_positive[a])
            << "seed " << seed << " detection " << d << " range " << a;
        ASSERT_EQ(outcomes[d].false_positive[a], expected[d].false_positive[a])
            << "seed " << seed << " detection " << d << " range " << a;
        if (a == 0) {
          ASSERT_EQ(outcomes[d].object, expected[d].object) << "seed " << seed;
        }
        hits += outcomes[d].true_positive[a] != 0;
      }
    }
  }
  EXPECT_GT(hits, 5000);
}

/// Outcomes as matching makes them: an object of each hit, many false at all thresholds.
struct RandomMatches : CategoryMatches {
  explicit RandomMatches(uint64_t seed);
  std::vector<MatchOutcome> storage;
};
RandomMatches::RandomMatches(uint64_t seed) {
  std::mt19937_64 random(seed);
  positives = {static_cast<int64_t>(random() % 300), static_cast<int64_t>(random() % 100), 0,
               static_cast<int64_t>(random() % 9)};
  const auto n = random() % 400;
  for (uint64_t i = 0; i < n; ++i) {
    MatchOutcome& outcome = storage.emplace_back();
    outcome.score = 1.0 - static_cast<double>(i / 3) * 1e-3;
    outcome.rank = static_cast<int32_t>(random() % 15);
    for (int64_t a = 0; a < kAreaRangeCount; ++a) {
      if (random() % 3 == 0) continue;  // ignored
      const auto hits = static_cast<uint16_t>(random() % 4 == 0 ? random() % 1024 : 0);
      outcome.true_positive[a] = hits;
      outcome.false_positive[a] =
          static_cast<uint16_t>((random() % 5 == 0 ? random() % 1024 : 1023) & ~hits);
    }
  }
  outcomes = storage;
}

TEST(CategoryCurves, EqualThePlainCurves) {
  const std::vector<std::vector<int64_t>> limit_lists = {{1, 10, 100}, {0, 3, 3}, {1, 2, 5, 300}};
  CategoryCurves curves;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const RandomMatches matches(seed);
    const auto& limits = limit_lists[seed % limit_lists.size()];
    curves.compute(matches, limits);
    const size_t cells = kAreaRangeCount * limits.size();
    for (size_t cell = 0; cell < cells; ++cell) {
      const auto a = static_cast<int64_t>(cell / limits.size());
      const int64_t limit = limits[cell % limits.size()];
      if (matches.positives[a] == 0) {
        EXPECT_EQ(curves.precision()[cell], -1);
        EXPECT_EQ(curves.recall()[cell], -1);
        continue;
      }
      const auto plain = accumulate_curves(matches.outcomes, a, limit, matches.positives[a]);
      for (int64_t t = 0; t < kIouThresholdCount; ++t) {
        ASSERT_EQ(curves.recall()[t * cells + cell], plain[t].recall);
        for (int64_t r = 0; r < kRecallPoints; ++r) {
          const size_t at = (t * kRecallPoints + r) * cells + cell;
          ASSERT_EQ(curves.precision()[at], plain[t].precision[r]) << "seed " << seed << " r " << r;
          ASSERT_EQ(curves.scores()[at], plain[t].scores[r]) << "seed " << seed << " r " << r;
        }
      }
    }
  }
}

TEST(CategoryCurves, CountsMoreFalsePositivesThanALaneHolds) {
  CategoryMatches matches;
  matches.positives = {1, 0, 0, 0};
  MatchOutcome miss;
  miss.false_positive = {1023, 1023, 0, 0};
  std::vector<MatchOutcome> outcomes(200000, miss);
  MatchOutcome hit;
  hit.true_positive[0] = 1023;
  outcomes.push_back(hit);
  matches.outcomes = outcomes;
  CategoryCurves curves;
  curves.compute(matches, std::vector<int64_t>{1, 10, 100});
  EXPECT_EQ(curves.precision()[0], 1.0 / (200001.0 + 0x1p-52));
}

TEST(IdIndex, FindsTheLastPlaceOfAnId) {
  const std::vector<int64_t> ids = {5, -1, std::numeric_limits<int64_t>::max(), 5, 0, 1 << 20};
  const IdIndex index(ids);
  EXPECT_EQ(index.find(5), 3);
  EXPECT_EQ(index.find(-1), 1);
  EXPECT_EQ(index.find(std::numeric_limits<int64_t>::max()), 2);
  EXPECT_EQ(index.find(0), 4);
  EXPECT_EQ(index.find(7), std::nullopt);
  EXPECT_EQ(index.size(), 5);
  EXPECT_EQ(IdIndex().find(0), std::nullopt);
  EXPECT_EQ(IdIndex(std::vector<int64_t>{}).find(0), std::nullopt);
}

}  // namespace
}  // namespace rn
