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

/// Finds the pictures of the report, and remembers those that it can't have.
class Pictures {
 public:
  explicit Pictures(std::string folder) : folder_(std::move(folder)) {}

  PictureSource source() {
    if (folder_.empty()) return {};
    return [this](const CocoImage& image, const PictureRequest& request) {
      return find(image, request);
    };
  }

  /// Says on the screen what is missing.
  void show_missing() const {
    if (missing_ == 0) return;
    fmt::print(stderr, "warning: {} of the report's pictures can't be shown; the first: {}\n",
               missing_, first_error_);
  }

 private:
  std::optional<ReportPicture> find(const CocoImage& image, const PictureRequest& request) {
    std::optional<ImageSize> claimed;
    if (image.width > 0 && image.height > 0) claimed = ImageSize{image.height, image.width};
    try {
      Thumbnail thumbnail = make_thumbnail(std::filesystem::path(folder_) / image.file_name,
                                           claimed, request.long_side, request.region_of);
      return ReportPicture{std::move(thumbnail.jpeg), "image/jpeg", thumbnail.region};
    } catch (const Error& error) {
      if (missing_++ == 0) first_error_ = error.what();
      return std::nullopt;
    }
  }

  std::string folder_;
  int64_t missing_ = 0;
  std::string first_error_;
};

int evaluate_model(const EvalArguments& arguments, Pictures& pictures) {
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
  Pictures pictures(arguments.images);
  const int exit_code = arguments.model.empty() ? evaluate_files(arguments, pictures.source())
                                                : evaluate_model(arguments, pictures);
  pictures.show_missing();
  return exit_code;
}

}  // namespace

void add_eval_command(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<EvalArguments>();
  CLI::App* command = add_eval_options(program, *arguments);
  command->final_callback([arguments, &exit_code] { exit_code = run_eval(*arguments); });
}

}  // namespace rn
