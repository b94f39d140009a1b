#include "infer/predict.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/device.h"
#include "cli/run_folder.h"
#include "cli/signals.h"
#include "core/error.h"
#include "core/text.h"
#include "front/errors.h"
#include "infer/detector.h"
#include "infer/drawing.h"
#include "infer/output_names.h"
#include "report/progress_bar.h"
#include "report/screen.h"

namespace rn {
namespace {

struct PredictArguments {
  std::string model;
  std::vector<std::string> inputs;
  std::string out;
  std::string show_truth;
  double score_threshold = 0.5;
  std::string device = "auto";
  std::string precision = "fp32";
};

/// Zero detections without an explanation is what users of detectors complain of most.
void explain_nothing_found(Screen& screen, double threshold) {
  screen.print(fmt::format(
      "Nothing scored more than {}: try --score-threshold 0.05; if that finds little, the "
      "model needs more training.",
      threshold));
}

std::string percent(int64_t part, int64_t all) {
  return all == 0 ? "-"
                  : fmt::format("{:.0f} %",
                                100.0 * static_cast<double>(part) / static_cast<double>(all));
}

void print_truth(Screen& screen, const TruthSummary& truth, double threshold) {
  constexpr size_t kFew = 3;
  for (size_t i = 0; i < std::min(kFew, truth.unknown.size()); ++i) {
    screen.print("note: no truth for " + truth.unknown[i]);
  }
  if (truth.unknown.size() > kFew) {
    screen.print(
        fmt::format("note: nor for {}",
                    counted(static_cast<int64_t>(truth.unknown.size() - kFew), "more picture")));
  }
  screen.print(fmt::format(
      "truth of {} of {} pictures: at IoU 0.5, scores over {}: {} right (TP), {} wrong (FP), {} "
      "missed (FN); precision {}, recall {}",
      truth.pictures, truth.pictures + static_cast<int64_t>(truth.unknown.size()), threshold,
      truth.right, truth.wrong, truth.missed, percent(truth.right, truth.right + truth.wrong),
      percent(truth.right, truth.right + truth.missed)));
}

/// Told before it happens: one may want them.
void note_what_is_replaced(Screen& screen, const std::vector<Input>& inputs,
                           const std::string& out) {
  const int64_t count = count_existing(plan_outputs(inputs, out));
  if (count > 0) {
    screen.print(
        fmt::format("note: {} holds an earlier run's results: {} and detections.json will be "
                    "replaced",
                    out, counted(count, "drawing")));
  }
}

void note_names_not_shown(Screen& screen, const std::vector<Category>& categories) {
  constexpr size_t kFew = 5;
  std::vector<std::string> names;
  for (const Category& category : categories) names.push_back(category.name);
  std::vector<std::string> meanings = names_not_shown(names);
  if (meanings.empty()) return;
  const size_t more = meanings.size() - std::min(kFew, meanings.size());
  meanings.resize(meanings.size() - more);
  screen.print(
      fmt::format("note: no font here has all letters of some names: in the pictures {}{}; install "
                  "one, for example fonts-noto-cjk",
                  join(meanings), more > 0 ? fmt::format(" and {} more", more) : ""));
}

void print_summary(Screen& screen, const PredictSummary& summary,
                   const PredictArguments& arguments) {
  std::string what = counted(summary.pictures, "picture");
  if (summary.videos > 0) {
    what += fmt::format(", {} ({})", counted(summary.videos, "video"),
                        counted(summary.frames, "frame"));
  }
  for (const SkippedInput& skipped : summary.skipped) {
    screen.print("warning: skipped " + skipped.reason);
  }
  screen.print(fmt::format("{}: {}, {} scoring more than {}; all numbers in {}", arguments.out,
                           what, counted(summary.detections, "detection"),
                           arguments.score_threshold, summary.json.string()));
}

void check_out(const PredictArguments& arguments) {
  if (holds_run(RunFolder{arguments.out})) {
    fail("{}: holds a training run, whose files predict would replace; name another with --out",
         arguments.out);
  }
  std::error_code ignored;
  if (!arguments.show_truth.empty() &&
      std::filesystem::equivalent(arguments.show_truth, detections_json(arguments.out), ignored)) {
    fail("--show-truth {}: would be replaced by what is found; name another folder with --out",
         arguments.show_truth);
  }
}

/// @return the exit code
int end_predict(Screen& screen, const PredictSummary& summary, const PredictArguments& arguments,
                size_t inputs) {
  print_summary(screen, summary, arguments);
  if (!arguments.show_truth.empty()) {
    print_truth(screen, summary.truth, arguments.score_threshold);
  }
  if (summary.stopped) {
    screen.print("Stopped: the rest of the inputs was not looked at.");
    return kExitInterrupted;
  }
  if (summary.detections == 0) explain_nothing_found(screen, arguments.score_threshold);
  if (!summary.skipped.empty()) {
    return report_user_error(fmt::format(
        "{} of {} inputs could not be read (named above); all others are done. Mend or remove them",
        summary.skipped.size(), inputs));
  }
  return kExitDone;
}

int run_predict(const PredictArguments& arguments) {
  check_out(arguments);
  const auto inputs = expand_inputs(arguments.inputs);
  const torch::Device device = open_device(arguments.device);
  Detector detector = Detector::load(arguments.model, device, parse_precision(arguments.precision));
  detector.predict_config().score_threshold = arguments.score_threshold;

  std::optional<Truth> truth;
  if (!arguments.show_truth.empty()) truth.emplace(arguments.show_truth, detector.categories());

  Screen screen(stderr_screen());
  note_what_is_replaced(screen, inputs, arguments.out);
  note_names_not_shown(screen, detector.categories());
  if (truth) {
    for (const std::string& note : truth->notes()) screen.print("note: " + note);
  }
  ProgressBar bar(screen, "predict", static_cast<int64_t>(inputs.size()));
  PredictOptions options;
  options.out = arguments.out;
  options.truth = truth ? &*truth : nullptr;
  options.on_progress = [&](const PredictProgress& progress) { bar.update(progress.inputs_done); };
  options.should_stop = stop_requested;
  catch_stop_signals();
  const auto summary =
      predict([&](const std::vector<cv::Mat>& pictures) { return detector(pictures); },
              detector.categories(), inputs, options);
  bar.update(summary.pictures + summary.videos + static_cast<int64_t>(summary.skipped.size()));
  bar.finish();
  return end_predict(screen, summary, arguments, inputs.size());
}

}  // namespace

void add_predict_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(kPredictCommand.name, kPredictCommand.description);
  auto arguments = std::make_shared<PredictArguments>();
  command->add_option("--model", arguments->model, "model file (.safetensors)")->required();
  command
      ->add_option(
          "input", arguments->inputs,
          "pictures, videos, folders (what is in them, not in their sub-folders: for those a "
          "pattern such as 'DIR/*/*.jpg') or patterns")
      ->required();
  command->add_option("--out", arguments->out, "folder for pictures and detections.json")
      ->required();
  command->add_option("--show-truth", arguments->show_truth,
                      "COCO JSON file: draw its objects beside the detections of the pictures that "
                      "it names, and count what is right, wrong and missed at IoU 0.5");
  command->add_option("--score-threshold", arguments->score_threshold, "show what scores more")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--device", arguments->device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str();
  command->add_option("--precision", arguments->precision, "fp32, bf16 or fp16")
      ->capture_default_str();
  command->final_callback([arguments, &exit_code] { exit_code = run_predict(*arguments); });
}

}  // namespace rn
