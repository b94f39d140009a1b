#include "front/evaluation.h"

#include <fmt/chrono.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <new>
#include <optional>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "eval/analysis.h"
#include "eval/analysis_text.h"
#include "eval/coco_evaluator.h"
#include "eval/report_text.h"
#include "evalreport/analysis_json.h"
#include "front/detection_notes.h"
#include "front/exit_codes.h"
#include "front/version.h"

namespace rn {
namespace {

/// The detections of a file, matched.
struct MatchedFile {
  std::vector<CocoResult> detections;
  Matches matches;
};

MatchedFile match_file(const std::string& path, const CocoGroundTruth& ground_truth,
                       const EvalOptions& options) {
  MatchedFile file{read_coco_results(path, options.threads), {}};
  try {
    file.matches = match_detections(ground_truth, file.detections, options);
  } catch (const Error& error) {
    fail("{}: {}", path, error.what());
  }
  return file;
}

void write_report(const Evaluation& evaluation, const EvaluationResult& result,
                  const Analysis& analysis, const Comparison* comparison,
                  const EvalArguments& arguments) {
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
  for (const char* name : {"eval.html", "eval.json"}) {
    fmt::print(stderr, "Written: {}\n", (std::filesystem::path(arguments.report) / name).string());
  }
}

int evaluate_two_files(const EvalArguments& arguments, const PictureSource& pictures) {
  check_eval_arguments(arguments);
  const CocoFile file = read_coco_file(arguments.annotations, arguments.options.threads);
  const CocoGroundTruth ground_truth(file, arguments.annotations);
  if (!arguments.compare.empty()) {  // not after the work
    const bool as_one = arguments.options.class_agnostic;
    check_bootstrap(arguments.bootstrap, as_one ? 1 : std::ssize(ground_truth.categories()));
  }
  const MatchedFile found = match_file(arguments.detections, ground_truth, arguments.options);
  show_evaluation({ground_truth, file.images, found.detections, found.matches, pictures},
                  arguments);
  return kExitDone;
}

}  // namespace

void write_output(const std::string& path, const std::string& content) {
  write_file_atomically(path, content);
  fmt::print(stderr, "Written: {}\n", path);
}

void check_compared(const EvalArguments& arguments, const CocoGroundTruth& ground_truth) {
  if (arguments.compare.empty()) return;
  const Matches matches = match_file(arguments.compare, ground_truth, arguments.options).matches;
  check_bootstrap(arguments.bootstrap, std::ssize(matches.categories));
}

void show_evaluation(const Evaluation& evaluation, const EvalArguments& arguments) {
  const int threads = arguments.options.threads;
  const CocoGroundTruth& ground_truth = evaluation.ground_truth;
  std::optional<MatchedFile> other;
  if (!arguments.compare.empty()) {
    other = match_file(arguments.compare, ground_truth, arguments.options);
  }
  const EvaluationResult result = accumulate(ground_truth, evaluation.matches, threads);
  fmt::print("{}\n{}", summary_text(result), category_table(result));
  const std::string missing_ap = missing_ap_text(result);
  if (!missing_ap.empty()) fmt::print(stderr, "note: {}\n", missing_ap);
  for (const std::string& note :
       notes_on_detections(ground_truth, evaluation.images, evaluation.detections, threads)) {
    fmt::print(stderr, "note: {}\n", note);
  }

  std::optional<Comparison> comparison;
  if (other) {
    BootstrapOptions options = arguments.bootstrap;
    options.threads = threads;
    comparison = compare_results(ground_truth, evaluation.detections, evaluation.matches,
                                 other->detections, other->matches, options);
    const std::string& a = arguments.model.empty() ? arguments.detections : arguments.model;
    fmt::print("\n{}", comparison_text(*comparison, a, arguments.compare));
  }
  const Comparison* compared = comparison ? &*comparison : nullptr;

  std::optional<TideResult> tide;
  if (!arguments.report.empty()) {
    AnalysisOptions options;
    options.threads = threads;
    const Analysis analysis =
        analyze(ground_truth, evaluation.detections, evaluation.matches, result, options);
    tide = analysis.tide;
    if (tide) fmt::print("\n{}", tide_text(*tide));
    write_report(evaluation, result, analysis, compared, arguments);
  } else if (!arguments.json.empty() && !arguments.options.class_agnostic) {
    tide = tide_errors(ground_truth, evaluation.detections);
  }
  if (!arguments.json.empty()) {
    write_output(arguments.json, json_text(numbers_json(result, tide, compared), 1) + "\n");
  }
}

int evaluate_files(const EvalArguments& arguments, const PictureSource& pictures) {
  try {
    return evaluate_two_files(arguments, pictures);
  } catch (const std::bad_alloc&) {
    fail(
        "out of memory while evaluating {} with {}; both are held whole: keep fewer detections of "
        "each image, evaluate a part of the images, use fewer --threads, and leave --report and "
        "--compare to runs of their own; the numbers of a category take 0.2 MB",
        arguments.detections, arguments.annotations);
  }
}

}  // namespace rn
