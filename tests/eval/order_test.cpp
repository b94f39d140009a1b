// The evaluator's orders and groups against the standard library's.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "eval/grouping.h"
#include "eval/matches.h"
#include "eval/score_order.h"
#include "eval/special_values.h"

namespace rn {
namespace {

TEST(DescendingKey, OrdersAsRanksBefore) {
  const std::vector<double> scores = {kInf, 1e300,   2,    1,     0.5,   1e-320,
                                      0.0,  -1e-320, -0.5, -1e99, -kInf, kNan};
  for (size_t i = 0; i < scores.size(); ++i) {
    for (size_t j = 0; j < scores.size(); ++j) {
      EXPECT_EQ(descending_key(scores[i]) < descending_key(scores[j]),
                ranks_before(scores[i], scores[j]))
          << scores[i] << " " << scores[j];
    }
  }
  EXPECT_EQ(descending_key(0.0), descending_key(-0.0));
  EXPECT_EQ(descending_key(kNan), descending_key(-kNan));
}

TEST(ScoreOrder, SortsAsTheStandardLibrary) {
  std::mt19937_64 random(3);
  ScoreOrder order;  // one for all: nothing may be left from before
  for (const size_t size : {0u, 1u, 2u, 255u, 257u, 5000u}) {
    for (int kind = 0; kind < 5; ++kind) {
      std::vector<double> scores;
      for (size_t i = 0; i < size; ++i) {
        const std::array<double, 5> kinds = {
            static_cast<double>(random() % 100000) / 1e5,                          // decimals
            0.5,                                                                   // all equal
            std::nextafter(0.5, 1) + static_cast<double>(random() % 9) * 0x1p-53,  // the last bits
            std::bit_cast<double>(random()),                                       // anything
            static_cast<double>(random() % 3) - 1};
        scores.push_back(kinds[kind]);
      }
      std::vector<uint32_t> expected(size);
      std::iota(expected.begin(), expected.end(), 0);
      std::stable_sort(expected.begin(), expected.end(),
                       [&](uint32_t a, uint32_t b) { return ranks_before(scores[a], scores[b]); });
      const auto sorted = order.sort(scores);
      EXPECT_EQ(std::vector<uint32_t>(sorted.begin(), sorted.end()), expected)
          << "size " << size << " kind " << kind;
    }
  }
}

/// The records of each category by descending score, equal ones in the order of the images, cut to
/// `limit` an image; by one plain sort after the other, as pycocotools has it.
std::vector<std::vector<int32_t>> records_in_order(const std::vector<CocoResult>& results,
                                                   int64_t images, int64_t categories,
                                                   size_t limit) {
  const auto by_score = [&](int32_t a, int32_t b) {
    return ranks_before(results[a].score, results[b].score);
  };
  std::vector<std::vector<int32_t>> orders(categories);
  for (int64_t k = 0; k < categories; ++k) {
    for (int64_t image = 0; image < images; ++image) {
      std::vector<int32_t> records;
      for (size_t i = 0; i < results.size(); ++i) {
        if (results[i].category_id == k && results[i].image_id == image) {
          records.push_back(static_cast<int32_t>(i));
        }
      }
      std::stable_sort(records.begin(), records.end(), by_score);
      records.resize(std::min(records.size(), limit));
      orders[k].insert(orders[k].end(), records.begin(), records.end());
    }
    std::stable_sort(orders[k].begin(), orders[k].end(), by_score);
  }
  return orders;
}

TEST(MatchDetections, OrdersShuffledRecordsAsPlainSortsDoWithAnyNumberOfThreads) {
  constexpr int64_t kImages = 60;
  constexpr int64_t kCategories = 3;
  constexpr size_t kLimit = 70;  // an image and category has 100 or so
  CocoFile file;
  for (int64_t i = 0; i < kImages; ++i) file.images.emplace_back().id = i;
  for (int64_t k = 0; k < kCategories; ++k) file.categories.emplace_back().id = k;
  const CocoGroundTruth ground_truth(file);
  std::mt19937_64 random(5);
  std::vector<CocoResult> results(20000);  // enough for several blocks of images
  for (CocoResult& result : results) {
    result.image_id = static_cast<int64_t>(random() % kImages);
    result.category_id = static_cast<int64_t>(random() % kCategories);
    result.bbox = {0, 0, 10, 10};
    result.score = random() % 40 == 0 ? kNan : static_cast<double>(random() % 50) / 50;
  }
  const auto expected = records_in_order(results, kImages, kCategories, kLimit);
  for (const int threads : {1, 2, 5}) {
    EvalOptions options;
    options.max_detections = {1, 10, kLimit};
    options.threads = threads;
    const Matches matches = match_detections(ground_truth, results, options);
    for (int64_t k = 0; k < kCategories; ++k) {
      std::vector<int32_t> records;
      for (const MatchOutcome& outcome : matches.categories[k].outcomes) {
        records.push_back(outcome.record);
      }
      EXPECT_EQ(records, expected[k]) << "category " << k << ", " << threads << " threads";
    }
  }
}

TEST(GroupItems, IsAStableGroupingWithAnyNumberOfThreads) {
  std::mt19937_64 random(4);
  std::vector<int32_t> groups(200000);
  for (int32_t& group : groups) group = static_cast<int32_t>(random() % 8) - 1;
  for (const int threads : {1, 2, 5}) {
    const Grouping grouping =
        group_items(groups.size(), 9, threads, [&](size_t i) { return groups[i]; });
    ASSERT_EQ(grouping.groups(), 9);
    for (int32_t group = 0; group < 9; ++group) {
      std::vector<int32_t> expected;
      for (size_t i = 0; i < groups.size(); ++i) {
        if (groups[i] == group) expected.push_back(static_cast<int32_t>(i));
      }
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), grouping[group].begin(),
                             grouping[group].end()));
    }
  }
}

}  // namespace
}  // namespace rn
