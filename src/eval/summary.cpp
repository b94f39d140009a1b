#include "eval/summary.h"

#include <array>
#include <optional>

#include "core/parallel.h"
#include "eval/coco_params.h"
#include "eval/numpy_mean.h"

namespace rn {
namespace {

enum Area : int64_t { kAll, kSmall, kMedium, kLarge };

/// Which part of an array a mean is taken of.
struct Slice {
  std::optional<int64_t> threshold;  ///< none: all of them
  Area area = kAll;
  int64_t limit = kLimitOfAp;
};

/// Mean over thresholds, recall points (precision only) and categories of what was measured.
double mean_of(const MeasuredArray& array, const std::vector<int64_t>& max_detections,
               const Slice& slice) {
  const auto limits = static_cast<int64_t>(max_detections.size());
  const int64_t rows = array.points * array.categories;  // of a threshold
  const int64_t first = slice.threshold ? *slice.threshold * rows : 0;
  const int64_t last = slice.threshold ? first + rows : kIouThresholdCount * rows;
  std::vector<double> values;
  values.reserve(last - first);
  for (int64_t row = first; row < last; ++row) {
    const double* cells = array.values.data() + (row * kAreaRangeCount + slice.area) * limits;
    for (int64_t m = 0; m < limits; ++m) {  // a limit may be there twice
      if (max_detections[m] == slice.limit && cells[m] > -1) values.push_back(cells[m]);
    }
  }
  return values.empty() ? -1 : numpy_mean(values);
}

}  // namespace

void summarize(EvaluationResult& result, int threads) {
  const auto& limits = result.max_detections;
  const auto categories = static_cast<int64_t>(result.per_category.size());
  const MeasuredArray precision = {result.precision.values, kRecallPoints, categories};
  const MeasuredArray recall = {result.recall.values, 1, categories};
  struct Line {
    const MeasuredArray* array;
    Slice slice;
  };
  constexpr auto kAny = std::nullopt;
  const std::array<Line, 12> lines = {{
      {&precision, {kAny, kAll, kLimitOfAp}},
      {&precision, {kIou50, kAll, limits[kLargestLimit]}},
      {&precision, {kIou75, kAll, limits[kLargestLimit]}},
      {&precision, {kAny, kSmall, limits[kLargestLimit]}},
      {&precision, {kAny, kMedium, limits[kLargestLimit]}},
      {&precision, {kAny, kLarge, limits[kLargestLimit]}},
      {&recall, {kAny, kAll, limits[0]}},
      {&recall, {kAny, kAll, limits[1]}},
      {&recall, {kAny, kAll, limits[kLargestLimit]}},
      {&recall, {kAny, kSmall, limits[kLargestLimit]}},
      {&recall, {kAny, kMedium, limits[kLargestLimit]}},
      {&recall, {kAny, kLarge, limits[kLargestLimit]}},
  }};
  parallel_for(lines.size(), threads, [&](int64_t i) {
    result.stats.values[i] = mean_of(*lines[i].array, limits, lines[i].slice);
  });
}

void summarize_category(const MeasuredArray& precision, const MeasuredArray& recall,
                        const std::vector<int64_t>& max_detections, CategoryResult& row) {
  const auto& limits = max_detections;
  const auto mean = [&](const MeasuredArray& array, const Slice& slice) {
    return mean_of(array, limits, slice);
  };
  constexpr auto kAny = std::nullopt;
  row.ap = mean(precision, {kAny, kAll, limits[kLargestLimit]});
  row.ap50 = mean(precision, {kIou50, kAll, limits[kLargestLimit]});
  row.ap75 = mean(precision, {kIou75, kAll, limits[kLargestLimit]});
  row.ap_small = mean(precision, {kAny, kSmall, limits[kLargestLimit]});
  row.ap_medium = mean(precision, {kAny, kMedium, limits[kLargestLimit]});
  row.ap_large = mean(precision, {kAny, kLarge, limits[kLargestLimit]});
  row.ar1 = mean(recall, {kAny, kAll, limits[0]});
  row.ar10 = mean(recall, {kAny, kAll, limits[1]});
  row.ar100 = mean(recall, {kAny, kAll, limits[kLargestLimit]});
}

}  // namespace rn
