#include <memory>

#include "cli/commands.h"
#include "cli/datasets.h"
#include "cli/device.h"
#include "cli/validation.h"
#include "front/eval_files.h"
#include "report/progress_bar.h"
#include "report/screen.h"

namespace rn {
namespace {

EvaluationResult evaluate_model(const EvalArguments& arguments) {
  const torch::Device device = resolve_device(arguments.device);
  const Precision precision = parse_precision(arguments.precision);
  Detector detector = Detector::load(arguments.model, device, precision);
  Screen screen(stderr_screen());
  DataConfig data;
  static_cast<PreprocessConfig&>(data) = detector.config().preprocess;
  data.workers = arguments.workers;
  const auto dataset = load_and_show({arguments.images, arguments.annotations}, {}, "data", screen);
  check_same_categories(detector.categories(), arguments.model, dataset->categories(),
                        dataset->source());
  const Validator validator(dataset, data, arguments.batch_size);
  ProgressBar bar(screen, "evaluate", validator.images());
  Validator::Outcome outcome =
      validator.run(detector, arguments.options, [&](int64_t done) { bar.update(done); });
  bar.finish();
  if (!arguments.detections.empty()) {
    write_output(arguments.detections, results_json(outcome.detections));
  }
  return std::move(outcome.result);
}

int run_eval(const EvalArguments& arguments) {
  if (arguments.model.empty()) return eval_files(arguments);
  check_eval_arguments(arguments);
  show_evaluation(evaluate_model(arguments), arguments);
  return kExitDone;
}

}  // namespace

void add_eval_command(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<EvalArguments>();
  CLI::App* command = add_eval_options(program, *arguments);
  command->final_callback([arguments, &exit_code] { exit_code = run_eval(*arguments); });
}

}  // namespace rn
