#include "eval/matches.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "core/allocation.h"
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

/// What is evaluated: an object or a detection.
struct Item {
  int32_t source = 0;  ///< index into the objects, or into the list of results
  int32_t image = 0;
  int32_t category = 0;  ///< that it is evaluated in; -1: it doesn't count
  int32_t place = 0;     ///< of a detection among its category's outcomes
};
using Items = std::vector<Item>;

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
  Items items;
  items.reserve(objects.size());
  for (const Object& object : objects) {
    const bool counts = class_agnostic || object.counts_by_category;
    items.push_back({static_cast<int32_t>(object.index), static_cast<int32_t>(object.image),
                     counts ? static_cast<int32_t>(object.category) : -1});
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
  auto items = vector_on_huge_pages<Item>(detections.size());
  const auto size = static_cast<int64_t>(items.size());
  constexpr int64_t kPart = 1 << 14;
  const int64_t parts = (size + kPart - 1) / kPart;
  parallel_for(parts, threads, [&](int64_t part) {
    Lookup image_of, category_of;
    for (int64_t i = part * kPart; i < std::min(size, (part + 1) * kPart); ++i) {
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
      items[i] = {static_cast<int32_t>(i), static_cast<int32_t>(*image),
                  static_cast<int32_t>(category.value_or(-1))};
    }
  });
  return items;
}

/// All in one category: within an image by category, and a category as often as the file has it.
Items join_categories(Items items, const CocoGroundTruth& ground_truth) {
  std::erase_if(items, [](const Item& item) { return item.category < 0; });
  const auto key = [](const Item& item) { return std::pair(item.image, item.category); };
  std::stable_sort(items.begin(), items.end(),
                   [&](const Item& a, const Item& b) { return key(a) < key(b); });
  Items joined;
  for (auto begin = items.begin(); begin != items.end();) {
    const auto end = std::find_if(begin, items.end(),
                                  [&](const Item& item) { return key(item) != key(*begin); });
    for (int64_t i = 0; i < ground_truth.category_records(begin->category); ++i) {
      joined.insert(joined.end(), begin, end);
    }
    begin = end;
  }
  for (Item& item : joined) item.category = 0;
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
  void reserve_outcomes(const Grouping& by_category);
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

/// Reserves the memory of all outcomes. They are written to in random order, which takes pages
/// larger than most categories need; but blocks asked for one after the other lie side by side.
void Matching::reserve_outcomes(const Grouping& by_category) {
  std::vector<std::span<MatchOutcome>> blocks;
  for (int64_t k = 0; k < categories(); ++k) {
    auto& outcomes = matches_.categories[k].outcomes;
    outcomes.reserve(by_category[k].size());
    if (outcomes.capacity() > 0) blocks.emplace_back(outcomes.data(), outcomes.capacity());
  }
  std::sort(blocks.begin(), blocks.end(),
            [](const auto& a, const auto& b) { return std::less<>()(a.data(), b.data()); });
  const auto begin_of = [](const auto& block) { return reinterpret_cast<uintptr_t>(block.data()); };
  constexpr uintptr_t kGap = 1 << 16;  // what the allocator may have in between
  for (auto first = blocks.begin(); first != blocks.end();) {
    auto last = first;
    while (last + 1 != blocks.end() &&
           begin_of(last[1]) - begin_of(*last) < last->size_bytes() + kGap) {
      ++last;
    }
    use_huge_pages(first->data(), begin_of(*last) + last->size_bytes() - begin_of(*first));
    first = last + 1;
  }
}

void Matching::order_detections() {
  const Grouping by_category = group_items(detections_.size(), categories(), threads_,
                                           [&](size_t i) { return detections_[i].category; });
  reserve_outcomes(by_category);
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
