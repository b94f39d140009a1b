#include "eval/matches.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/parallel.h"

namespace rn {
namespace {

using Object = CocoGroundTruth::Object;

constexpr size_t kSummaryLimits = 3;

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
    if (has_nan(record.bbox)) {
      fail(
          "detections: record {}: image {}: has NaN in its box, expected x, y, width, height; "
          "has the training diverged?",
          i, record.image_id);
    }
    const auto category = ground_truth.category_index(record.category_id);
    if (!category) continue;
    taken.push_back({*image, *category, record.bbox, record.bbox[2] * record.bbox[3], record.score,
                     static_cast<int32_t>(i)});
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

/// Objects and detections by the category, or all together, that they are evaluated in.
struct Lists {
  ByCategory<Object> objects;
  ByCategory<EvalDetection> detections;
};

Lists make_lists(const CocoGroundTruth& ground_truth, std::span<const EvalDetection> taken,
                 bool class_agnostic) {
  if (class_agnostic) {
    return {join_categories<Object>(ground_truth.objects(), ground_truth),
            join_categories<EvalDetection>(taken, ground_truth)};
  }
  const auto categories = static_cast<int64_t>(ground_truth.categories().size());
  std::vector<Object> counted;
  std::copy_if(ground_truth.objects().begin(), ground_truth.objects().end(),
               std::back_inserter(counted),
               [](const Object& object) { return object.counts_by_category; });
  return {split_by_category<Object>(counted, categories),
          split_by_category<EvalDetection>(taken, categories)};
}

}  // namespace

Matches match_detections(const CocoGroundTruth& ground_truth,
                         std::span<const CocoResult> detections, const EvalOptions& options) {
  check_options(options);
  Matches matches{options.max_detections, options.class_agnostic, {}};
  std::sort(matches.max_detections.begin(), matches.max_detections.end());
  Lists lists =
      make_lists(ground_truth, take_detections(ground_truth, detections), options.class_agnostic);
  matches.categories.resize(lists.objects.size());
  parallel_for(static_cast<int64_t>(lists.objects.size()), options.threads, [&](int64_t k) {
    CategoryMatches& category = matches.categories[k];
    category.outcomes =
        match_category(lists.objects[k], lists.detections[k], matches.max_detections.back());
    for (int64_t a = 0; a < kAreaRangeCount; ++a) {
      category.positives[a] = count_positives(lists.objects[k], kAreaRanges[a]);
    }
  });
  return matches;
}

}  // namespace rn
