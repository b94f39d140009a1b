#include "evalreport/analysis_json.h"

#include "eval/analysis_text.h"
#include "eval/report_text.h"

namespace rn {
namespace {

/// One entry for each of `items`.
template <class Items, class ToJson>
Json json_list(const Items& items, const ToJson& to_json_of) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json_of(item));
  return list;
}

template <class T, class ToJson>
Json json_or_null(const std::optional<T>& value, const ToJson& to_json_of) {
  return value ? to_json_of(*value) : Json();
}

Json point_json(const OperatingPoint& point) {
  return {{"score", point.score},
          {"precision", point.precision},
          {"recall", point.recall},
          {"f1", point.f1},
          {"true_positives", point.true_positives},
          {"false_positives", point.false_positives}};
}

Json summary_json(const ClassSummary& summary) {
  return {{"positives", summary.positives},
          {"detections", summary.detections},
          {"best_f1", json_or_null(summary.best_f1, point_json)}};
}

Json class_row_json(const ClassRow& row) {
  Json json = {{"id", row.result.id}, {"name", row.result.name}};
  json.update(summary_json(row.summary));
  return json;
}

Json curve_json(const PrecisionRecallCurve& curve) {
  return {{"iou50", curve.iou50}, {"iou75", curve.iou75}, {"mean", curve.mean}};
}

Json score_curve_json(const ScoreCurve& curve) {
  return {{"precision", curve.precision}, {"recall", curve.recall}, {"f1", curve.f1}};
}

Json confusion_json(const ConfusionMatrix& matrix) {
  return {{"iou", matrix.iou},
          {"score", matrix.score},
          {"classes", matrix.classes},
          {"cells", json_list(matrix.cells, [](const ConfusionCell& cell) {
             return Json{{"true_class", cell.true_class},
                         {"predicted_class", cell.predicted_class},
                         {"count", cell.count}};
           })}};
}

Json bin_json(const CalibrationBin& bin) {
  return {{"low", bin.low},
          {"high", bin.high},
          {"count", bin.count},
          {"confidence", bin.confidence},
          {"accuracy", bin.accuracy}};
}

Json breakdown_row_json(const BreakdownRow& row) {
  return {{"name", row.name},
          {"low", row.low},
          {"high", row.high},
          {"objects", row.objects},
          {"effective_objects", row.effective_objects},
          {"images", row.images},
          {"ap", row.ap},
          {"ap50", row.ap50}};
}

Json object_json(const ObjectView& object) {
  return {{"id", object.id}, {"class_index", object.class_index}, {"bbox", object.bbox}};
}

Json mistake_json(const Mistake& mistake) {
  return {{"record", mistake.record},
          {"image_id", mistake.image_id},
          {"class_index", mistake.class_index},
          {"bbox", mistake.bbox},
          {"score", mistake.score},
          {"error", kTideErrorNames[static_cast<size_t>(mistake.error)]},
          {"object", json_or_null(mistake.object, object_json)},
          {"iou", mistake.iou}};
}

Json image_json(const ImageMistakes& image) {
  return {{"image_id", image.image_id},
          {"objects", image.objects},
          {"true_positives", image.true_positives},
          {"f1", image.f1},
          {"false_positives", json_list(image.false_positives, mistake_json)},
          {"missed", json_list(image.missed, object_json)}};
}

Json interval_json(const Interval& interval) {
  return {{"low", interval.low}, {"high", interval.high}};
}

Json compared_json(const ComparedNumber& number) {
  return {{"a", number.a},
          {"b", number.b},
          {"difference", number.difference},
          {"a_interval", interval_json(number.a_interval)},
          {"b_interval", interval_json(number.b_interval)},
          {"difference_interval", interval_json(number.difference_interval)},
          {"b_better", number.b_better},
          {"equal", number.equal},
          {"resamples", number.resamples},
          {"images", number.images}};
}

}  // namespace

Json analysis_json(const Analysis& analysis) {
  Json json;
  json["classes"] = json_list(analysis.classes, [](const Category& category) {
    return Json{{"id", category.id}, {"name", category.name}};
  });
  json["class_table"] = {{"rows", json_list(analysis.class_table.rows, class_row_json)},
                         {"all", summary_json(analysis.class_table.all)}};
  json["precision_recall"] = {
      {"recall", analysis.precision_recall.recall},
      {"per_class", json_list(analysis.precision_recall.per_class, curve_json)},
      {"mean", curve_json(analysis.precision_recall.mean)}};
  json["score_curves"] = {
      {"score", analysis.score_curves.score},
      {"per_class", json_list(analysis.score_curves.per_class, score_curve_json)},
      {"all", score_curve_json(analysis.score_curves.all)}};
  json["confusion"] = json_or_null(analysis.confusion, confusion_json);
  json["calibration"] = {{"detections", analysis.calibration.detections},
                         {"ece", analysis.calibration.ece},
                         {"mce", analysis.calibration.mce},
                         {"bins", json_list(analysis.calibration.bins, bin_json)}};
  json["breakdown"] = {
      {"by_size", json_list(analysis.breakdown.by_size, breakdown_row_json)},
      {"by_object_count", json_list(analysis.breakdown.by_object_count, breakdown_row_json)},
      {"false_positives_without_objects", analysis.breakdown.false_positives_without_objects},
      {"score", analysis.breakdown.score}};
  json["mistakes"] = {
      {"score", analysis.mistakes.score},
      {"images_with_errors", analysis.mistakes.images_with_errors},
      {"worst_images", json_list(analysis.mistakes.worst_images, image_json)},
      {"most_confident", json_list(analysis.mistakes.most_confident, mistake_json)}};
  return json;
}

Json comparison_json(const Comparison& comparison) {
  return {{"options",
           {{"resamples", comparison.options.resamples},
            {"confidence", comparison.options.confidence},
            {"seed", comparison.options.seed}}},
          {"images", comparison.images},
          {"ap", compared_json(comparison.ap)},
          {"ap50", compared_json(comparison.ap50)},
          {"per_class", json_list(comparison.per_class, [](const ComparedClass& row) {
             return Json{{"id", row.id}, {"name", row.name}, {"ap", compared_json(row.ap)}};
           })}};
}

Json numbers_json(const EvaluationResult& result, const std::optional<TideResult>& tide,
                  const Comparison* comparison) {
  Json json = to_json(result);
  if (tide) json["tide"] = to_json(*tide);
  if (comparison != nullptr) json["comparison"] = comparison_json(*comparison);
  return json;
}

}  // namespace rn
