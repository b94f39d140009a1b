#include "eval/eval_items.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "core/allocation.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/text.h"

namespace rn {
namespace {

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

void check_box(const CocoResult& result, int64_t record) {
  if (!has_nan(result.bbox)) return;
  fail(
      "detections: record {}: image {}: has NaN in its box, expected x, y, width, height; "
      "has the training diverged?",
      record, result.image_id);
}

/// How many items there are once each category has been taken as often as the file lists it.
int64_t joined_size(const Items& items, const CocoGroundTruth& ground_truth,
                    std::string_view what) {
  const auto size = static_cast<int64_t>(items.size());
  int64_t joined = 0;
  for (const Item& item : items) joined += ground_truth.category_records(item.category);
  if (joined - size > kMostCopies || joined > std::numeric_limits<int32_t>::max()) {
    fail(
        "class-agnostic evaluation takes a category as often as the annotation file lists it: {} "
        "{} would become {}, expected at most {} more; list each category once",
        size, what, joined, kMostCopies);
  }
  return joined;
}

}  // namespace

Items objects_to_evaluate(const CocoGroundTruth& ground_truth, bool class_agnostic) {
  const auto& objects = ground_truth.objects();
  Items items;
  items.reserve(objects.size());
  for (const CocoGroundTruth::Object& object : objects) {
    const bool counts = class_agnostic || object.counts_by_category;
    items.push_back({static_cast<int32_t>(object.index), static_cast<int32_t>(object.image),
                     counts ? static_cast<int32_t>(object.category) : -1});
  }
  return items;
}

Items detections_to_evaluate(const CocoGroundTruth& ground_truth,
                             std::span<const CocoResult> detections, int threads) {
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
            "detections: record {}: image {} is not in the ground truth (it has {}); "
            "evaluate the detections against the annotations that they were made for",
            i, result.image_id,
            counted(static_cast<int64_t>(ground_truth.image_ids().size()), "image"));
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

Items join_categories(Items items, const CocoGroundTruth& ground_truth, std::string_view what) {
  std::erase_if(items, [](const Item& item) { return item.category < 0; });
  const int64_t size = joined_size(items, ground_truth, what);
  const auto key = [](const Item& item) { return std::pair(item.image, item.category); };
  std::stable_sort(items.begin(), items.end(),
                   [&](const Item& a, const Item& b) { return key(a) < key(b); });
  Items joined;
  joined.reserve(size);
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

}  // namespace rn
