#include "eval/matches.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>

#include "core/allocation.h"
#include "core/error.h"
#include "core/parallel.h"
#include "eval/eval_items.h"
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

void prefetch(const void* place) {
#if defined(__GNUC__)
  __builtin_prefetch(place);
#else
  (void)place;
#endif
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
        objects_(objects_to_evaluate(ground_truth, options.class_agnostic)),
        detections_(detections_to_evaluate(ground_truth, detections, options.threads)) {
    matches_.max_detections = options.max_detections;
    matches_.class_agnostic = options.class_agnostic;
    std::sort(matches_.max_detections.begin(), matches_.max_detections.end());
    if (options.class_agnostic) {
      objects_ = join_categories(std::move(objects_), ground_truth);
      detections_ = join_categories(std::move(detections_), ground_truth);
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
  void match_one_image(std::span<const int32_t> objects, std::span<const int32_t> detections,
                       Scratch& scratch);
  void group_by_category(std::span<const int32_t> items, Scratch& scratch) const;
  void match_group(std::span<int32_t> items, std::span<const int32_t> image_objects,
                   Scratch& scratch);
  void drop_those_beyond_the_limit();

  const CocoGroundTruth& ground_truth_;
  std::span<const CocoResult> results_;
  int threads_;
  Items objects_;
  Items detections_;
  std::atomic<bool> any_beyond_limit_{false};
  Matches matches_;
};

void Matching::count_positives() {
  for (const Item& item : objects_) {
    const Object& object = ground_truth_.objects()[item.source];
    if (item.category < 0 || object.crowd) continue;
    auto& positives = matches_.categories[item.category].positives;
    for (int64_t a = 0; a < kAreaRangeCount; ++a) {
      positives[a] += !kAreaRanges[a].excludes(object.area);
    }
  }
}

void Matching::order_detections() {
  const Grouping by_category = group_items(detections_.size(), categories(), threads_,
                                           [&](size_t i) { return detections_[i].category; });
  std::vector<int32_t> largest_first(categories());
  std::iota(largest_first.begin(), largest_first.end(), 0);
  std::stable_sort(largest_first.begin(), largest_first.end(), [&](int32_t a, int32_t b) {
    return by_category[a].size() > by_category[b].size();
  });
  parallel_for_with<SortScratch>(categories(), threads_, [&](SortScratch& scratch, int64_t i) {
    const auto items = by_category[largest_first[i]];
    scratch.keys.clear();
    constexpr size_t kAhead = 16;  // reads that are on their way: the records lie far apart
    for (size_t i_item = 0; i_item < items.size(); ++i_item) {
      if (i_item + kAhead < items.size()) {
        prefetch(&results_[detections_[items[i_item + kAhead]].source].score);
      }
      const Item& item = detections_[items[i_item]];
      scratch.keys.push_back(
          {descending_key(results_[item.source].score), item.image, items[i_item]});
    }
    scratch.sorter.sort(scratch.keys);
    for (size_t place = 0; place < scratch.keys.size(); ++place) {
      detections_[scratch.keys[place].item].place = static_cast<int32_t>(place);
    }
    MatchOutcome none;
    none.rank = kBeyondLimit;
    matches_.categories[largest_first[i]].outcomes.resize(items.size(), none);
  });
}

void Matching::match_images() {
  const auto images = static_cast<int64_t>(ground_truth_.image_ids().size());
  const Grouping objects =
      group_items(objects_.size(), images, threads_, [&](size_t i) { return objects_[i].image; });
  const Grouping detections = group_items(detections_.size(), images, threads_,
                                          [&](size_t i) { return detections_[i].image; });
  constexpr int64_t kImages = 32;  // that a thread takes at once
  parallel_for_with<Scratch>((images + kImages - 1) / kImages, threads_,
                             [&](Scratch& scratch, int64_t block) {
                               const int64_t end = std::min(images, (block + 1) * kImages);
                               for (int64_t i = block * kImages; i < end; ++i) {
                                 match_one_image(objects[i], detections[i], scratch);
                               }
                             });
}

void Matching::match_one_image(std::span<const int32_t> objects,
                               std::span<const int32_t> detections, Scratch& scratch) {
  group_by_category(detections, scratch);
  std::span<int32_t> rest(scratch.items);
  for (const int32_t k : scratch.categories) {
    const auto size = static_cast<size_t>(scratch.counts[k]);
    match_group(rest.first(size), objects, scratch);
    rest = rest.subspan(size);
    scratch.counts[k] = 0;
  }
}

/// Fills `items`, `categories` in the order of their first detections, and their `counts`.
void Matching::group_by_category(std::span<const int32_t> items, Scratch& scratch) const {
  scratch.counts.resize(categories());
  scratch.categories.clear();
  size_t counted = 0;
  for (const int32_t item : items) {
    const int32_t k = detections_[item].category;
    if (k < 0) continue;
    if (scratch.counts[k]++ == 0) scratch.categories.push_back(k);
    ++counted;
  }
  scratch.items.resize(counted);
  int32_t begin = 0;
  for (const int32_t k : scratch.categories) begin = (scratch.counts[k] += begin);
  for (size_t i = items.size(); i-- > 0;) {
    const int32_t k = detections_[items[i]].category;
    if (k < 0) continue;
    scratch.items[--scratch.counts[k]] = items[i];
    // What match_group will read and write lies far apart.
    prefetch(&results_[detections_[items[i]].source].bbox);
    prefetch(&results_[detections_[items[i]].source].score);
    prefetch(&matches_.categories[k].outcomes[detections_[items[i]].place]);
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
  const int32_t k = detections_[items.front()].category;
  const auto by_score = [&](int32_t a, int32_t b) {
    return detections_[a].place < detections_[b].place;
  };
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
    if (objects_[object].category == k) {
      scratch.objects.push_back(ground_truth_.objects()[objects_[object].source]);
    }
  }
  scratch.matcher.start(scratch.objects);
  auto& outcomes = matches_.categories[k].outcomes;
  for (size_t rank = 0; rank < items.size(); ++rank) {
    const Item& item = detections_[items[rank]];
    const CocoResult& result = results_[item.source];
    const EvalDetection detection = {
        item.image, k, result.bbox, result.bbox[2] * result.bbox[3], result.score, item.source};
    scratch.matcher.match(detection, static_cast<int32_t>(rank), outcomes[item.place]);
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
