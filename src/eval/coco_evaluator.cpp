#include "eval/coco_evaluator.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/parallel.h"
#include "eval/accumulate.h"
#include "eval/coco_params.h"
#include "eval/matching.h"
#include "eval/summary.h"

namespace rn {
namespace {

using Object = CocoGroundTruth::Object;

constexpr size_t kSummaryLimits = 3;
constexpr int64_t kAnyCategoryId = -1;

void check_options(const EvalOptions& options) {
  const auto& limits = options.max_detections;
  if (limits.size() < kSummaryLimits || *std::min_element(limits.begin(), limits.end()) < 0) {
    fail("max_detections: found [{}], expected at least {} numbers >= 0, such as 1, 10, 100",
         fmt::join(limits, ", "), kSummaryLimits);
  }
}

std::vector<EvalDetection> take_detections(const CocoGroundTruth& ground_truth,
                                           std::span<const CocoResult> detections) {
  std::vector<EvalDetection> taken;
  taken.reserve(detections.size());
  for (size_t i = 0; i < detections.size(); ++i) {
    const CocoResult& record = detections[i];
    const auto image = ground_truth.image_index(record.image_id);
    if (!image) {
      fail(
          "detections: record {}: image {} is not in the ground truth (it has {} images); "
          "evaluate the detections against the annotations that they were made for",
          i, record.image_id, ground_truth.image_ids().size());
    }
    if (std::any_of(record.bbox.begin(), record.bbox.end(), [](double x) { return x != x; })) {
      fail(
          "detections: record {}: image {}: has NaN in its box, expected x, y, width, height; "
          "has the training diverged?",
          i, record.image_id);
    }
    const auto category = ground_truth.category_index(record.category_id);
    if (!category) continue;
    taken.push_back(
        {*image, *category, record.bbox, record.bbox[2] * record.bbox[3], record.score});
  }
  return taken;
}

/// The objects, or the detections, that are evaluated together: image by image.
template <class Item>
using ByCategory = std::vector<std::vector<Item>>;

template <class Item>
ByCategory<Item> split_by_category(std::span<const Item> items, int64_t categories) {
  ByCategory<Item> split(categories);
  for (const Item& item : items) split[item.category].push_back(item);
  for (auto& list : split) {
    std::stable_sort(list.begin(), list.end(),
                     [](const Item& a, const Item& b) { return a.image < b.image; });
  }
  return split;
}

/// All in one list: within an image by category, and a category as often as the file has it.
template <class Item>
ByCategory<Item> join_categories(std::span<const Item> items, const CocoGroundTruth& ground_truth) {
  std::vector<Item> sorted(items.begin(), items.end());
  const auto key = [](const Item& item) { return std::pair(item.image, item.category); };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const Item& a, const Item& b) { return key(a) < key(b); });
  ByCategory<Item> joined(1);
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const auto end = std::find_if(begin, sorted.end(),
                                  [&](const Item& item) { return key(item) != key(*begin); });
    for (int64_t i = 0; i < ground_truth.category_records(begin->category); ++i) {
      joined[0].insert(joined[0].end(), begin, end);
    }
    begin = end;
  }
  return joined;
}

/// The leading items of one image.
template <class Item>
std::span<Item> leading_of_image(std::span<Item> items, int64_t image) {
  size_t count = 0;
  while (count < items.size() && items[count].image == image) ++count;
  return items.first(count);
}

/// Matches all images of a category; the outcomes are by descending score, ties by image.
std::vector<MatchOutcome> match_category(std::span<const Object> objects,
                                         std::span<EvalDetection> detections,
                                         int64_t max_detections) {
  std::vector<MatchOutcome> outcomes;
  outcomes.reserve(detections.size());
  while (!detections.empty()) {
    const int64_t image = detections.front().image;
    while (!objects.empty() && objects.front().image < image) objects = objects.subspan(1);
    const auto image_objects = leading_of_image(objects, image);
    const auto image_detections = leading_of_image(detections, image);
    std::stable_sort(image_detections.begin(), image_detections.end(),
                     [](const EvalDetection& a, const EvalDetection& b) {
                       return ranks_before(a.score, b.score);
                     });
    const auto count = std::min<int64_t>(image_detections.size(), max_detections);
    match_image(image_objects, image_detections.first(count), outcomes);
    objects = objects.subspan(image_objects.size());
    detections = detections.subspan(image_detections.size());
  }
  std::stable_sort(
      outcomes.begin(), outcomes.end(),
      [](const MatchOutcome& a, const MatchOutcome& b) { return ranks_before(a.score, b.score); });
  return outcomes;
}

int64_t count_positives(std::span<const Object> objects, const AreaRange& range) {
  return std::count_if(objects.begin(), objects.end(), [&](const Object& object) {
    return !object.crowd && !range.excludes(object.area);
  });
}

EvaluationResult empty_result(const CocoGroundTruth& ground_truth, const EvalOptions& options) {
  EvaluationResult result;
  result.max_detections = options.max_detections;
  std::sort(result.max_detections.begin(), result.max_detections.end());
  if (options.class_agnostic) {
    result.per_category.emplace_back().id = kAnyCategoryId;
    result.per_category.back().name = "any class";
  } else {
    for (const Category& category : ground_truth.categories()) {
      CategoryResult& row = result.per_category.emplace_back();
      row.id = category.id;
      row.name = category.name;
    }
  }
  const auto k = static_cast<int64_t>(result.per_category.size());
  const auto m = static_cast<int64_t>(result.max_detections.size());
  result.recall.shape = {kIouThresholdCount, k, kAreaRangeCount, m};
  result.recall.values.assign(kIouThresholdCount * k * kAreaRangeCount * m, -1);
  result.precision.shape = {kIouThresholdCount, kRecallPoints, k, kAreaRangeCount, m};
  result.precision.values.assign(result.recall.values.size() * kRecallPoints, -1);
  result.scores = result.precision;
  return result;
}

void write_curves(const std::array<PrecisionCurve, kIouThresholdCount>& curves, int64_t k,
                  int64_t a, int64_t m, EvaluationResult& result) {
  const int64_t categories = result.recall.shape[1];
  const int64_t limits = result.recall.shape[3];
  const auto cell = [&](int64_t leading) {
    return ((leading * categories + k) * kAreaRangeCount + a) * limits + m;
  };
  for (int64_t t = 0; t < kIouThresholdCount; ++t) {
    result.recall.values[cell(t)] = curves[t].recall;
    for (int64_t r = 0; r < kRecallPoints; ++r) {
      result.precision.values[cell(t * kRecallPoints + r)] = curves[t].precision[r];
      result.scores.values[cell(t * kRecallPoints + r)] = curves[t].scores[r];
    }
  }
}

/// One category's part of the arrays; no other category touches it.
void evaluate_category(std::span<const Object> objects, std::span<EvalDetection> detections,
                       int64_t k, EvaluationResult& result) {
  const auto& limits = result.max_detections;
  result.per_category[k].npos = count_positives(objects, kAreaRanges.front());
  const auto outcomes = match_category(objects, detections, limits.back());
  for (int64_t a = 0; a < kAreaRangeCount; ++a) {
    const int64_t positives = count_positives(objects, kAreaRanges[a]);
    if (positives == 0) continue;
    for (size_t m = 0; m < limits.size(); ++m) {
      write_curves(accumulate_curves(outcomes, a, limits[m], positives), k, a,
                   static_cast<int64_t>(m), result);
    }
  }
}

}  // namespace

EvaluationResult evaluate(const CocoGroundTruth& ground_truth,
                          std::span<const CocoResult> detections, const EvalOptions& options) {
  check_options(options);
  EvaluationResult result = empty_result(ground_truth, options);
  const std::vector<EvalDetection> taken = take_detections(ground_truth, detections);
  const auto categories = static_cast<int64_t>(ground_truth.categories().size());
  ByCategory<Object> objects;
  ByCategory<EvalDetection> split;
  if (options.class_agnostic) {
    objects = join_categories<Object>(ground_truth.objects(), ground_truth);
    split = join_categories<EvalDetection>(taken, ground_truth);
  } else {
    std::vector<Object> counted;
    std::copy_if(ground_truth.objects().begin(), ground_truth.objects().end(),
                 std::back_inserter(counted),
                 [](const Object& object) { return object.counts_by_category; });
    objects = split_by_category<Object>(counted, categories);
    split = split_by_category<EvalDetection>(taken, categories);
  }
  parallel_for(static_cast<int64_t>(split.size()), options.threads,
               [&](int64_t k) { evaluate_category(objects[k], split[k], k, result); });
  summarize(result);
  return result;
}

}  // namespace rn
