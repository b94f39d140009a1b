#include "infer/predict.h"

#include <memory>

#include "cli/commands.h"
#include "cli/device.h"
#include "cli/run_folder.h"
#include "cli/signals.h"
#include "core/error.h"
#include "infer/detector.h"
#include "report/progress_bar.h"
#include "report/screen.h"

namespace rn {
namespace {

struct PredictArguments {
  std::string model;
  std::vector<std::string> inputs;
  std::string out;
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

int run_predict(const PredictArguments& arguments) {
  if (holds_run(RunFolder{arguments.out})) {
    fail("{}: holds a training run, whose files predict would replace; name another with --out",
         arguments.out);
  }
  const auto inputs = expand_inputs(arguments.inputs);
  const torch::Device device = open_device(arguments.device);
  Detector detector = Detector::load(arguments.model, device, parse_precision(arguments.precision));
  detector.predict_config().score_threshold = arguments.score_threshold;

  Screen screen(stderr_screen());
  ProgressBar bar(screen, "predict", static_cast<int64_t>(inputs.size()));
  PredictOptions options;
  options.out = arguments.out;
  options.on_progress = [&](const PredictProgress& progress) { bar.update(progress.inputs_done); };
  options.should_stop = stop_requested;
  catch_stop_signals();
  const auto summary =
      predict([&](const std::vector<cv::Mat>& pictures) { return detector(pictures); },
              detector.categories(), inputs, options);
  bar.update(summary.pictures + summary.videos + static_cast<int64_t>(summary.skipped.size()));
  bar.finish();
  for (const SkippedInput& skipped : summary.skipped) {
    screen.print("warning: skipped " + skipped.reason);
  }
  screen.print(
      fmt::format("{}: {} pictures, {} videos ({} frames), {} detections scoring more than "
                  "{}; all numbers in {}",
                  arguments.out, summary.pictures, summary.videos, summary.frames,
                  summary.detections, arguments.score_threshold, summary.json.string()));
  if (summary.stopped) {
    screen.print("Stopped: the rest of the inputs was not looked at.");
    return kExitInterrupted;
  }
  if (summary.detections == 0) explain_nothing_found(screen, arguments.score_threshold);
  return kExitDone;
}

}  // namespace

void add_predict_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(kPredictCommand.name, kPredictCommand.description);
  auto arguments = std::make_shared<PredictArguments>();
  command->add_option("--model", arguments->model, "model file (.safetensors)")->required();
  command
      ->add_option("input", arguments->inputs,
                   "pictures, folders (without those in them), patterns or videos")
      ->required();
  command->add_option("--out", arguments->out, "folder for pictures and detections.json")
      ->required();
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
