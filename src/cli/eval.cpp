#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/datasets.h"
#include "cli/device.h"
#include "cli/validation.h"
#include "core/error.h"
#include "front/evaluation.h"
#include "infer/thumbnail.h"
#include "report/progress_bar.h"
#include "report/screen.h"

namespace rn {
namespace {

/// The pictures of the report; one that can't be read is left out.
PictureSource pictures_in(const std::string& folder) {
  if (folder.empty()) return {};
  return [folder](const CocoImage& image) -> std::optional<ReportPicture> {
    constexpr int64_t kLongSide = 640;
    std::optional<ImageSize> claimed;
    if (image.width > 0 && image.height > 0) claimed = ImageSize{image.height, image.width};
    try {
      Thumbnail thumbnail =
          make_thumbnail(std::filesystem::path(folder) / image.file_name, claimed, kLongSide);
      return ReportPicture{std::move(thumbnail.jpeg), "image/jpeg", thumbnail.original};
    } catch (const Error&) {
      return std::nullopt;
    }
  };
}

int evaluate_model(const EvalArguments& arguments) {
  check_eval_arguments(arguments);
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
  const auto detections = validator.detect(detector, [&](int64_t done) { bar.update(done); });
  bar.finish();
  if (!arguments.detections.empty()) {
    write_output(arguments.detections, results_json(detections));
  }
  const std::vector<CocoImage> images = arguments.report.empty()
                                            ? std::vector<CocoImage>{}
                                            : read_coco_file(arguments.annotations).images;
  show_evaluation({validator.ground_truth(), images, detections, pictures_in(arguments.images)},
                  arguments);
  return kExitDone;
}

int run_eval(const EvalArguments& arguments) {
  if (!arguments.model.empty()) return evaluate_model(arguments);
  return evaluate_files(arguments, pictures_in(arguments.images));
}

}  // namespace

void add_eval_command(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<EvalArguments>();
  CLI::App* command = add_eval_options(program, *arguments);
  command->final_callback([arguments, &exit_code] { exit_code = run_eval(*arguments); });
}

}  // namespace rn
