#include "eval/matches.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/parallel.h"
#include "core/prefetch.h"
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

/// items[i] becomes the former items[order[i]].
/// @param order of all indices; what it holds afterwards is of no use
void put_in_order(std::span<MatchOutcome> items, std::span<uint32_t> order) {
  for (uint32_t i = 0; i < order.size(); ++i) {
    if (order[i] == i) continue;
    const MatchOutcome first = items[i];
    uint32_t to = i;
    while (order[to] != i) {
      const uint32_t from = std::exchange(order[to], to);
      items[to] = items[from];
      to = from;
    }
    order[to] = to;
    items[to] = first;
  }
}

/// One matching: goes through the images and writes what became of their detections to where the
/// categories have room for them, in the images' order; then sorts each category by score. So each
/// pass reads and writes a few streams, and the sort stays in the cache.
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
      objects_ = join_categories(std::move(objects_), ground_truth, "objects");
      detections_ = join_categories(std::move(detections_), ground_truth, "detections");
    }
    matches_.categories.resize(options.class_agnostic ? 1 : ground_truth.categories().size());
  }

  Matches run() && {
    count_positives();
    match_images();
    sort_outcomes();
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
    ScoreOrder order;
    std::vector<double> scores;
  };

  int64_t categories() const { return static_cast<int64_t>(matches_.categories.size()); }

  void count_positives();
  void match_images();
  void make_room(std::vector<int32_t>& places);
  void match_one_image(std::span<const int32_t> objects, std::span<const int32_t> detections,
                       std::span<int32_t> places, Scratch& scratch);
  void group_by_category(std::span<const int32_t> items, Scratch& scratch) const;
  void match_group(std::span<int32_t> items, std::span<const int32_t> image_objects,
                   std::span<MatchOutcome> outcomes, Scratch& scratch);
  bool comes_before(int32_t a, int32_t b) const;
  void sort_outcomes();

  const CocoGroundTruth& ground_truth_;
  std::span<const CocoResult> results_;
  int threads_;
  Items objects_;
  Items detections_;
  std::vector<int32_t> room_;  ///< where each category begins in the storage; one more: the end
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

void Matching::match_images() {
  const auto images = static_cast<int64_t>(ground_truth_.image_ids().size());
  const Grouping objects =
      group_items(objects_.size(), images, threads_, [&](size_t i) { return objects_[i].image; });
  const Grouping detections = group_items(detections_.size(), images, threads_,
                                          [&](size_t i) { return detections_[i].image; });
  // Blocks of images, each with a table of all categories, which fewer detections don't pay for.
  constexpr int64_t kDetections = 1 << 12;
  const int64_t blocks = std::clamp<int64_t>(
      static_cast<int64_t>(detections_.size()) / std::max(kDetections, categories()), 1,
      std::max<int64_t>(1, images));
  const auto first_image = [&](int64_t block) { return images * block / blocks; };

  // First the number of the block's detections in each category, then where the next one goes.
  std::vector<int32_t> places(blocks * categories());
  parallel_for(blocks, threads_, [&](int64_t block) {
    int32_t* counts = places.data() + block * categories();
    const auto end = detections.begins[first_image(block + 1)];
    for (auto i = detections.begins[first_image(block)]; i < end; ++i) {
      const int32_t k = detections_[detections.items[i]].category;
      if (k >= 0) ++counts[k];
    }
  });
  make_room(places);
  parallel_for_with<Scratch>(blocks, threads_, [&](Scratch& scratch, int64_t block) {
    const auto block_places = std::span(places).subspan(block * categories(), categories());
    for (int64_t i = first_image(block); i < first_image(block + 1); ++i) {
      match_one_image(objects[i], detections[i], block_places, scratch);
    }
  });
}

/// Makes the counts of each block and category places in the storage, category by category.
void Matching::make_room(std::vector<int32_t>& places) {
  room_.resize(categories() + 1);
  int32_t total = 0;
  for (int64_t k = 0; k < categories(); ++k) {
    room_[k] = total;
    for (size_t i = k; i < places.size(); i += categories()) {
      places[i] = std::exchange(total, total + places[i]);
    }
  }
  room_.back() = total;
  matches_.storage = block_on_huge_pages<MatchOutcome>(total);
}

void Matching::match_one_image(std::span<const int32_t> objects,
                               std::span<const int32_t> detections, std::span<int32_t> places,
                               Scratch& scratch) {
  group_by_category(detections, scratch);
  std::span<int32_t> rest(scratch.items);
  for (const int32_t k : scratch.categories) {
    const int32_t size = std::exchange(scratch.counts[k], 0);
    match_group(rest.first(size), objects,
                {&matches_.storage[places[k]], static_cast<size_t>(size)}, scratch);
    rest = rest.subspan(size);
    places[k] += size;
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
    // What match_group will read lies far apart if the records aren't in the images' order.
    prefetch_to_read(&results_[detections_[items[i]].source].bbox);
    prefetch_to_read(&results_[detections_[items[i]].source].score);
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

/// Whether pycocotools takes the first one before the other, of the same image.
bool Matching::comes_before(int32_t a, int32_t b) const {
  const double score_a = results_[detections_[a].source].score;
  const double score_b = results_[detections_[b].source].score;
  if (ranks_before(score_a, score_b)) return true;
  return a < b && !ranks_before(score_b, score_a);
}

/// Matches the detections of one image and category; those beyond the limit are left out.
void Matching::match_group(std::span<int32_t> items, std::span<const int32_t> image_objects,
                           std::span<MatchOutcome> outcomes, Scratch& scratch) {
  const int32_t k = detections_[items.front()].category;
  const auto by_score = [this](int32_t a, int32_t b) { return comes_before(a, b); };
  if (!std::is_sorted(items.begin(), items.end(), by_score)) {
    std::sort(items.begin(), items.end(), by_score);
  }
  const auto limit = static_cast<size_t>(matches_.max_detections.back());
  for (size_t rank = limit; rank < items.size(); ++rank) outcomes[rank].rank = kBeyondLimit;
  items = items.first(std::min(items.size(), limit));
  scratch.objects.clear();
  for (const int32_t object : image_objects) {
    if (objects_[object].category == k) {
      scratch.objects.push_back(ground_truth_.objects()[objects_[object].source]);
    }
  }
  scratch.matcher.start(scratch.objects);
  for (size_t rank = 0; rank < items.size(); ++rank) {
    const Item& item = detections_[items[rank]];
    const CocoResult& result = results_[item.source];
    const EvalDetection detection = {
        item.image, k, result.bbox, result.bbox[2] * result.bbox[3], result.score, item.source};
    scratch.matcher.match(detection, static_cast<int32_t>(rank), outcomes[rank]);
  }
}

/// By descending score; equal ones stay in the order of the images.
void Matching::sort_outcomes() {
  const auto size = [&](int64_t k) { return room_[k + 1] - room_[k]; };
  const std::vector<int64_t> order = largest_first(categories(), size);
  parallel_for_with<SortScratch>(categories(), threads_, [&](SortScratch& scratch, int64_t i) {
    const int64_t k = order[i];
    const std::span room(matches_.storage.get() + room_[k], size(k));
    const auto end = std::remove_if(room.begin(), room.end(), [](const MatchOutcome& outcome) {
      return outcome.rank == kBeyondLimit;
    });
    const auto outcomes = room.first(end - room.begin());
    scratch.scores.clear();
    for (const MatchOutcome& outcome : outcomes) scratch.scores.push_back(outcome.score);
    put_in_order(outcomes, scratch.order.sort(scratch.scores));
    matches_.categories[k].outcomes = outcomes;
  });
}

}  // namespace

Matches match_detections(const CocoGroundTruth& ground_truth,
                         std::span<const CocoResult> detections, const EvalOptions& options) {
  check_options(options);
  return Matching(ground_truth, detections, options).run();
}

}  // namespace rn
