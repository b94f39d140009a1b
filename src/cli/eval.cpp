#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/datasets.h"
#include "cli/device.h"
#include "cli/report_pictures.h"
#include "cli/validation.h"
#include "front/evaluation.h"
#include "report/progress_bar.h"
#include "report/screen.h"

namespace rn {
namespace {

int evaluate_model(const EvalArguments& arguments, ReportPictures& pictures) {
  check_eval_arguments(arguments);
  const torch::Device device = open_device(arguments.device);
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
  check_compared(arguments, validator.ground_truth());
  ProgressBar bar(screen, "evaluate", validator.images());
  const auto detections = validator.detect(detector, [&](int64_t done) { bar.update(done); });
  bar.finish();
  if (!arguments.detections.empty()) {
    write_output(arguments.detections, results_json(detections));
  }
  const std::vector<CocoImage> images = arguments.report.empty()
                                            ? std::vector<CocoImage>{}
                                            : read_coco_file(arguments.annotations).images;
  const Matches matches = match_detections(validator.ground_truth(), detections, arguments.options);
  show_evaluation({validator.ground_truth(), images, detections, matches, pictures.source()},
                  arguments);
  return kExitDone;
}

int run_eval(const EvalArguments& arguments) {
  ReportPictures pictures(arguments.images);
  const int exit_code = arguments.model.empty() ? evaluate_files(arguments, pictures.source())
                                                : evaluate_model(arguments, pictures);
  const std::string missing = pictures.missing_text();
  if (!missing.empty()) fmt::print(stderr, "warning: {}\n", missing);
  return exit_code;
}

}  // namespace

void add_eval_command(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<EvalArguments>();
  CLI::App* command = add_eval_options(program, *arguments);
  command->final_callback([arguments, &exit_code] { exit_code = run_eval(*arguments); });
}

}  // namespace rn
