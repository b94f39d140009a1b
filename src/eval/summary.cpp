#include "eval/summary.h"

#include <optional>

#include "eval/coco_params.h"
#include "eval/numpy_mean.h"

namespace rn {
namespace {

constexpr int64_t kIou50 = 0;
constexpr int64_t kIou75 = 5;
enum Area : int64_t { kAll, kSmall, kMedium, kLarge };

/// Which part of an array a mean is taken of.
struct Slice {
  std::optional<int64_t> threshold;  ///< none: all of them
  std::optional<int64_t> category;   ///< none: all of them
  Area area = kAll;
  int64_t limit = 100;
};

/// Mean over thresholds, recall points (precision only) and categories of what was measured.
double mean_of(const EvaluationResult& result, const EvalArray& array, const Slice& slice) {
  const bool has_points = array.shape.size() == 5;
  const int64_t points = has_points ? array.shape[1] : 1;
  const int64_t categories = array.shape[has_points ? 2 : 1];
  const auto limits = static_cast<int64_t>(result.max_detections.size());
  const int64_t first = slice.category.value_or(0);
  const int64_t last = slice.category ? first + 1 : categories;
  std::vector<double> values;
  for (int64_t t = 0; t < kIouThresholdCount; ++t) {
    if (slice.threshold && t != *slice.threshold) continue;
    for (int64_t r = 0; r < points; ++r) {
      for (int64_t k = first; k < last; ++k) {
        for (int64_t m = 0; m < limits; ++m) {  // a limit may be there twice
          if (result.max_detections[m] != slice.limit) continue;
          const int64_t cell = ((t * points + r) * categories + k) * kAreaRangeCount + slice.area;
          const double value = array.values[cell * limits + m];
          if (value > -1) values.push_back(value);
        }
      }
    }
  }
  return values.empty() ? -1 : numpy_mean(values);
}

}  // namespace

void summarize(EvaluationResult& result) {
  const auto& limits = result.max_detections;
  const auto precision = [&](const Slice& slice) {
    return mean_of(result, result.precision, slice);
  };
  const auto recall = [&](const Slice& slice) { return mean_of(result, result.recall, slice); };
  constexpr auto kAny = std::nullopt;
  result.stats.values = {
      precision({kAny, kAny, kAll, 100}),  // pycocotools' AP is that of limit 100 whatever is asked
      precision({kIou50, kAny, kAll, limits[2]}), precision({kIou75, kAny, kAll, limits[2]}),
      precision({kAny, kAny, kSmall, limits[2]}), precision({kAny, kAny, kMedium, limits[2]}),
      precision({kAny, kAny, kLarge, limits[2]}), recall({kAny, kAny, kAll, limits[0]}),
      recall({kAny, kAny, kAll, limits[1]}),      recall({kAny, kAny, kAll, limits[2]}),
      recall({kAny, kAny, kSmall, limits[2]}),    recall({kAny, kAny, kMedium, limits[2]}),
      recall({kAny, kAny, kLarge, limits[2]}),
  };
  for (size_t i = 0; i < result.per_category.size(); ++i) {
    CategoryResult& row = result.per_category[i];
    const auto k = static_cast<int64_t>(i);
    row.ap = precision({kAny, k, kAll, limits[2]});
    row.ap50 = precision({kIou50, k, kAll, limits[2]});
    row.ap75 = precision({kIou75, k, kAll, limits[2]});
    row.ap_small = precision({kAny, k, kSmall, limits[2]});
    row.ap_medium = precision({kAny, k, kMedium, limits[2]});
    row.ap_large = precision({kAny, k, kLarge, limits[2]});
    row.ar1 = recall({kAny, k, kAll, limits[0]});
    row.ar10 = recall({kAny, k, kAll, limits[1]});
    row.ar100 = recall({kAny, k, kAll, limits[2]});
  }
}

}  // namespace rn
