#include "front/evaluation.h"

#include <fmt/chrono.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <optional>

#include "core/files.h"
#include "core/json.h"
#include "eval/analysis.h"
#include "eval/analysis_text.h"
#include "eval/coco_evaluator.h"
#include "eval/report_text.h"
#include "front/exit_codes.h"
#include "front/version.h"

namespace rn {
namespace {

/// A is what is evaluated, B what it is compared with.
Comparison compare(const Evaluation& evaluation, const Matches& matches,
                   const EvalArguments& arguments) {
  const auto others = read_coco_results(arguments.compare, arguments.options.threads);
  const Matches other_matches =
      match_detections(evaluation.ground_truth, others, arguments.options);
  BootstrapOptions options = arguments.bootstrap;
  options.threads = arguments.options.threads;
  return compare_results(evaluation.ground_truth, evaluation.detections, matches, others,
                         other_matches, options);
}

void write_json(const Evaluation& evaluation, const EvaluationResult& result,
                const EvalArguments& arguments) {
  Json json = to_json(result);
  if (!arguments.options.class_agnostic) {
    json["tide"] = to_json(tide_errors(evaluation.ground_truth, evaluation.detections));
  }
  write_output(arguments.json, json_text(json, 1) + "\n");
}

void write_report(const Evaluation& evaluation, const Matches& matches,
                  const EvaluationResult& result, const Comparison* comparison,
                  const EvalArguments& arguments) {
  AnalysisOptions options;
  options.threads = arguments.options.threads;
  const Analysis analysis =
      analyze(evaluation.ground_truth, evaluation.detections, matches, result, options);
  if (analysis.tide) fmt::print("\n{}", tide_text(*analysis.tide));
  const bool has_model = !arguments.model.empty();
  const EvalReportInput input{
      .ground_truth = evaluation.ground_truth,
      .images = evaluation.images,
      .result = result,
      .analysis = analysis,
      .detections = static_cast<int64_t>(evaluation.detections.size()),
      .annotations_name = arguments.annotations,
      .detections_name = has_model ? "" : arguments.detections,
      .model_name = arguments.model,
      .images_name = arguments.images,
      .date = fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(std::time(nullptr))),
      .program = version_line(),
      .comparison = comparison,
      .compared_name = arguments.compare,
      .pictures = evaluation.pictures,
  };
  write_eval_report(arguments.report, input);
  fmt::print(stderr, "Written: {}\n",
             (std::filesystem::path(arguments.report) / "eval.html").string());
}

}  // namespace

void write_output(const std::string& path, const std::string& content) {
  write_file_atomically(path, content);
  fmt::print(stderr, "Written: {}\n", path);
}

void show_evaluation(const Evaluation& evaluation, const EvalArguments& arguments) {
  const Matches matches =
      match_detections(evaluation.ground_truth, evaluation.detections, arguments.options);
  const EvaluationResult result =
      accumulate(evaluation.ground_truth, matches, arguments.options.threads);
  fmt::print("{}\n{}", summary_text(result), category_table(result));
  if (!arguments.json.empty()) write_json(evaluation, result, arguments);
  std::optional<Comparison> comparison;
  if (!arguments.compare.empty()) {
    comparison = compare(evaluation, matches, arguments);
    const std::string& a = arguments.model.empty() ? arguments.detections : arguments.model;
    fmt::print("\n{}", comparison_text(*comparison, a, arguments.compare));
  }
  if (!arguments.report.empty()) {
    write_report(evaluation, matches, result, comparison ? &*comparison : nullptr, arguments);
  }
}

int evaluate_files(const EvalArguments& arguments, const PictureSource& pictures) {
  check_eval_arguments(arguments);
  const CocoFile file = read_coco_file(arguments.annotations, arguments.options.threads);
  const CocoGroundTruth ground_truth(file, arguments.annotations);
  const auto detections = read_coco_results(arguments.detections, arguments.options.threads);
  show_evaluation({ground_truth, file.images, detections, pictures}, arguments);
  return kExitDone;
}

}  // namespace rn
