#include "eval/matches.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/parallel.h"
#include "eval/grouping.h"
#include "eval/score_order.h"

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

/// What is evaluated, object or detection: the rows of a table by column. `category` is the one
/// that it is evaluated in; -1: it doesn't count.
struct Items {
  std::vector<int32_t> source;  ///< index into the objects, or into the list of results
  std::vector<int32_t> image;
  std::vector<int32_t> category;

  explicit Items(size_t size) : source(size), image(size), category(size) {
    std::iota(source.begin(), source.end(), 0);
  }
  int64_t size() const { return static_cast<int64_t>(source.size()); }
};

void prefetch(const void* place) {
#if defined(__GNUC__)
  __builtin_prefetch(place);
#else
  (void)place;
#endif
}

/// Finds an id's place, quicker if it is that of the call before.
class Lookup {
 public:
  template <class Find>
  std::optional<int64_t> operator()(int64_t id, const Find& find) {
    if (!known_ || id != id_) {
      place_ = find(id);
      id_ = id;
      known_ = true;
    }
    return place_;
  }

 private:
  bool known_ = false;
  int64_t id_ = 0;
  std::optional<int64_t> place_;
};

Items take_objects(const CocoGroundTruth& ground_truth, bool class_agnostic) {
  const auto& objects = ground_truth.objects();
  Items items(objects.size());
  for (size_t i = 0; i < objects.size(); ++i) {
    const bool counts = class_agnostic || objects[i].counts_by_category;
    items.image[i] = static_cast<int32_t>(objects[i].image);
    items.category[i] = counts ? static_cast<int32_t>(objects[i].category) : -1;
  }
  return items;
}

void check_box(const CocoResult& result, int64_t record) {
  if (std::none_of(result.bbox.begin(), result.bbox.end(), [](double x) { return x != x; })) return;
  fail(
      "detections: record {}: image {}: has NaN in its box, expected x, y, width, height; "
      "has the training diverged?",
      record, result.image_id);
}

Items take_detections(const CocoGroundTruth& ground_truth, std::span<const CocoResult> detections,
                      int threads) {
  if (detections.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    fail("detections: found {} records, expected fewer than 2^31; keep the best of each image",
         detections.size());
  }
  Items items(detections.size());
  constexpr int64_t kPart = 1 << 14;
  const auto parts = (items.size() + kPart - 1) / kPart;
  parallel_for(parts, threads, [&](int64_t part) {
    Lookup image_of, category_of;
    for (int64_t i = part * kPart; i < std::min(items.size(), (part + 1) * kPart); ++i) {
      const CocoResult& result = detections[i];
      const auto image =
          image_of(result.image_id, [&](int64_t id) { return ground_truth.image_index(id); });
      if (!image) {
        fail(
            "detections: record {}: image {} is not in the ground truth (it has {} images); "
            "evaluate the detections against the annotations that they were made for",
            i, result.image_id, ground_truth.image_ids().size());
      }
      check_box(result, i);
      const auto category = category_of(
          result.category_id, [&](int64_t id) { return ground_truth.category_index(id); });
      items.image[i] = static_cast<int32_t>(*image);
      items.category[i] = static_cast<int32_t>(category.value_or(-1));
    }
  });
  return items;
}

/// All in one category: within an image by category, and a category as often as the file has it.
Items join_categories(const Items& items, const CocoGroundTruth& ground_truth) {
  std::vector<int32_t> order;
  for (int64_t i = 0; i < items.size(); ++i) {
    if (items.category[i] >= 0) order.push_back(static_cast<int32_t>(i));
  }
  const auto key = [&](int32_t i) { return std::pair(items.image[i], items.category[i]); };
  std::stable_sort(order.begin(), order.end(),
                   [&](int32_t a, int32_t b) { return key(a) < key(b); });
  Items joined(0);
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && key(order[end]) == key(order[begin])) ++end;
    const int64_t times = ground_truth.category_records(items.category[order[begin]]);
    for (int64_t time = 0; time < times; ++time) {
      for (size_t i = begin; i < end; ++i) joined.source.push_back(items.source[order[i]]);
    }
    joined.image.resize(joined.source.size(), items.image[order[begin]]);
    begin = end;
  }
  joined.category.resize(joined.source.size(), 0);
  return joined;
}

/// One matching: finds each detection's place in the order of scores, then goes through the images
/// and puts what became of their detections in those places.
class Matching {
 public:
  Matching(const CocoGroundTruth& ground_truth, std::span<const CocoResult> detections,
           const EvalOptions& options)
      : ground_truth_(ground_truth),
        results_(detections),
        threads_(options.threads),
        objects_(take_objects(ground_truth, options.class_agnostic)),
        detections_(take_detections(ground_truth, detections, options.threads)) {
    matches_.max_detections = options.max_detections;
    matches_.class_agnostic = options.class_agnostic;
    std::sort(matches_.max_detections.begin(), matches_.max_detections.end());
    if (options.class_agnostic) {
      objects_ = join_categories(objects_, ground_truth);
      detections_ = join_categories(detections_, ground_truth);
    }
    matches_.categories.resize(options.class_agnostic ? 1 : ground_truth.categories().size());
  }

  Matches run() && {
    count_positives();
    order_detections();
    match_images();
    drop_those_beyond_the_limit();
    return std::move(matches_);
  }

 private:
  static constexpr int32_t kBeyondLimit = -1;  // rank

  /// Buffers of a thread.
  struct Scratch {
    ImageMatcher matcher;
    std::vector<int32_t> counts;      ///< by category; 0 between images
    std::vector<int32_t> categories;  ///< of the image's detections, each once
    std::vector<int32_t> items;       ///< the image's detections, by category
    std::vector<Object> objects;
  };
  struct SortScratch {
    ScoreSorter sorter;
    std::vector<ScoreKey> keys;
  };

  int64_t categories() const { return static_cast<int64_t>(matches_.categories.size()); }

  void count_positives();
  void order_detections();
  void match_images();
  void group_by_category(std::span<const int32_t> items, Scratch& scratch) const;
  void match_group(std::span<int32_t> items, std::span<const int32_t> image_objects,
                   Scratch& scratch);
  void drop_those_beyond_the_limit();

  const CocoGroundTruth& ground_truth_;
  std::span<const CocoResult> results_;
  int threads_;
  Items objects_;
  Items detections_;
  std::vector<int32_t> places_;  ///< of each detection among its category's outcomes
  std::atomic<bool> any_beyond_limit_{false};
  Matches matches_;
};

void Matching::count_positives() {
  for (int64_t i = 0; i < objects_.size(); ++i) {
    const Object& object = ground_truth_.objects()[objects_.source[i]];
    if (objects_.category[i] < 0 || object.crowd) continue;
    auto& positives = matches_.categories[objects_.category[i]].positives;
    for (int64_t a = 0; a < kAreaRangeCount; ++a) {
      positives[a] += !kAreaRanges[a].excludes(object.area);
    }
  }
}

void Matching::order_detections() {
  std::vector<uint64_t> keys(detections_.size());
  constexpr int64_t kPart = 1 << 14;
  parallel_for((detections_.size() + kPart - 1) / kPart, threads_, [&](int64_t part) {
    const int64_t end = std::min(detections_.size(), (part + 1) * kPart);
    for (int64_t i = part * kPart; i < end; ++i) {
      keys[i] = descending_key(results_[detections_.source[i]].score);
    }
  });
  places_.resize(detections_.size());
  const Grouping by_category = group_items(detections_.category, categories(), threads_);
  std::vector<int32_t> largest_first(categories());
  std::iota(largest_first.begin(), largest_first.end(), 0);
  std::stable_sort(largest_first.begin(), largest_first.end(), [&](int32_t a, int32_t b) {
    return by_category[a].size() > by_category[b].size();
  });
  parallel_for_with<SortScratch>(categories(), threads_, [&](SortScratch& scratch, int64_t i) {
    const auto items = by_category[largest_first[i]];
    scratch.keys.clear();
    for (const int32_t item : items) {
      scratch.keys.push_back({keys[item], detections_.image[item], item});
    }
    scratch.sorter.sort(scratch.keys);
    for (size_t place = 0; place < scratch.keys.size(); ++place) {
      places_[scratch.keys[place].item] = static_cast<int32_t>(place);
    }
    MatchOutcome none;
    none.rank = kBeyondLimit;
    matches_.categories[largest_first[i]].outcomes.resize(items.size(), none);
  });
}

void Matching::match_images() {
  const auto images = static_cast<int64_t>(ground_truth_.image_ids().size());
  const Grouping objects = group_items(objects_.image, images, threads_);
  const Grouping detections = group_items(detections_.image, images, threads_);
  constexpr int64_t kImages = 32;  // that a thread takes at once
  parallel_for_with<Scratch>((images + kImages - 1) / kImages, threads_,
                             [&](Scratch& scratch, int64_t block) {
                               const int64_t end = std::min(images, (block + 1) * kImages);
                               for (int64_t i = block * kImages; i < end; ++i) {
                                 group_by_category(detections[i], scratch);
                                 std::span<int32_t> rest(scratch.items);
                                 for (const int32_t k : scratch.categories) {
                                   const auto size = static_cast<size_t>(scratch.counts[k]);
                                   match_group(rest.first(size), objects[i], scratch);
                                   rest = rest.subspan(size);
                                   scratch.counts[k] = 0;
                                 }
                               }
                             });
}

/// Fills `items`, `categories` in the order of their first detections, and their `counts`.
void Matching::group_by_category(std::span<const int32_t> items, Scratch& scratch) const {
  scratch.counts.resize(categories());
  scratch.categories.clear();
  size_t counted = 0;
  for (const int32_t item : items) {
    const int32_t k = detections_.category[item];
    if (k < 0) continue;
    if (scratch.counts[k]++ == 0) scratch.categories.push_back(k);
    ++counted;
  }
  scratch.items.resize(counted);
  int32_t begin = 0;
  for (const int32_t k : scratch.categories) begin = (scratch.counts[k] += begin);
  for (size_t i = items.size(); i-- > 0;) {
    const int32_t k = detections_.category[items[i]];
    if (k < 0) continue;
    scratch.items[--scratch.counts[k]] = items[i];
    // What match_group will read and write lies far apart.
    prefetch(&results_[detections_.source[items[i]]]);
    prefetch(&matches_.categories[k].outcomes[places_[items[i]]]);
  }
  // The counts are where each category begins now.
  auto end = static_cast<int32_t>(counted);
  for (size_t i = scratch.categories.size(); i-- > 0;) {
    int32_t& count = scratch.counts[scratch.categories[i]];
    const int32_t first = count;
    count = end - first;
    end = first;
  }
}

/// Matches the detections of one image and category.
void Matching::match_group(std::span<int32_t> items, std::span<const int32_t> image_objects,
                           Scratch& scratch) {
  const int32_t k = detections_.category[items.front()];
  const auto by_score = [&](int32_t a, int32_t b) { return places_[a] < places_[b]; };
  if (!std::is_sorted(items.begin(), items.end(), by_score)) {
    std::sort(items.begin(), items.end(), by_score);
  }
  const auto limit = static_cast<size_t>(matches_.max_detections.back());
  if (items.size() > limit) {
    items = items.first(limit);
    any_beyond_limit_ = true;
  }
  scratch.objects.clear();
  for (const int32_t object : image_objects) {
    if (objects_.category[object] == k) {
      scratch.objects.push_back(ground_truth_.objects()[objects_.source[object]]);
    }
  }
  scratch.matcher.start(scratch.objects);
  auto& outcomes = matches_.categories[k].outcomes;
  for (size_t rank = 0; rank < items.size(); ++rank) {
    const int32_t item = items[rank];
    const CocoResult& result = results_[detections_.source[item]];
    const EvalDetection detection = {
        detections_.image[item], k, result.bbox, result.bbox[2] * result.bbox[3], result.score,
        detections_.source[item]};
    scratch.matcher.match(detection, static_cast<int32_t>(rank), outcomes[places_[item]]);
  }
}

void Matching::drop_those_beyond_the_limit() {
  if (!any_beyond_limit_) return;
  for (CategoryMatches& category : matches_.categories) {
    std::erase_if(category.outcomes,
                  [](const MatchOutcome& outcome) { return outcome.rank == kBeyondLimit; });
  }
}

}  // namespace

Matches match_detections(const CocoGroundTruth& ground_truth,
                         std::span<const CocoResult> detections, const EvalOptions& options) {
  check_options(options);
  return Matching(ground_truth, detections, options).run();
}

}  // namespace rn
