#include "eval/analysis/precision_recall.h"

#include "eval/analysis/counted.h"
#include "eval/coco_params.h"
#include "eval/numpy_mean.h"

namespace rn {
namespace {

double precision_at(const EvaluationResult& result, int64_t threshold, int64_t point,
                    int64_t category) {
  const auto& shape = result.precision.shape;  // [T, R, K, A, M]
  const int64_t cell = (threshold * shape[1] + point) * shape[2] + category;
  return result.precision.values[(cell * shape[3] + kAllAreas) * shape[4] + kLargestLimit];
}

PrecisionRecallCurve curve_of(const EvaluationResult& result, int64_t category) {
  PrecisionRecallCurve curve;
  if (precision_at(result, kIou50, 0, category) < 0) return curve;  // no objects
  std::vector<double> values(kIouThresholdCount);
  for (int64_t r = 0; r < kRecallPoints; ++r) {
    for (int64_t t = 0; t < kIouThresholdCount; ++t) {
      values[t] = precision_at(result, t, r, category);
    }
    curve.iou50.push_back(values[kIou50]);
    curve.iou75.push_back(values[kIou75]);
    curve.mean.push_back(numpy_mean(values));
  }
  return curve;
}

using CurvePart = std::vector<double> PrecisionRecallCurve::*;

std::vector<double> mean_of_classes(const std::vector<PrecisionRecallCurve>& curves,
                                    CurvePart part) {
  std::vector<double> means;
  for (int64_t r = 0; r < kRecallPoints; ++r) {
    std::vector<double> values;
    for (const PrecisionRecallCurve& curve : curves) {
      if (!(curve.*part).empty()) values.push_back((curve.*part)[r]);
    }
    if (!values.empty()) means.push_back(numpy_mean(values));
  }
  return means;
}

}  // namespace

PrecisionRecall make_precision_recall(const EvaluationResult& result) {
  PrecisionRecall curves;
  for (int64_t r = 0; r < kRecallPoints; ++r) curves.recall.push_back(recall_point(r));
  const auto categories = static_cast<int64_t>(result.per_category.size());
  for (int64_t k = 0; k < categories; ++k) curves.per_class.push_back(curve_of(result, k));
  for (const CurvePart part :
       {&PrecisionRecallCurve::iou50, &PrecisionRecallCurve::iou75, &PrecisionRecallCurve::mean}) {
    curves.mean.*part = mean_of_classes(curves.per_class, part);
  }
  return curves;
}

}  // namespace rn
