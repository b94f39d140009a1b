#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/image_size_option.h"
#include "cli/model_text.h"
#include "cli/run_folder.h"
#include "coco/coco_file.h"
#include "config/load.h"
#include "core/error.h"
#include "core/files.h"
#include "data/dataset.h"
#include "data/image.h"
#include "data/preprocess.h"
#include "front/output_file.h"
#include "infer/anchor_drawing.h"
#include "infer/picture_writer.h"
#include "report/screen.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kCocoClasses = 80;

struct ModelArguments {
  std::string config;
  std::vector<std::string> overrides;
  std::string size;
  std::optional<int64_t> classes;
  std::string picture;
  std::string out;
  std::string json;
};

fs::path anchors_png(const ModelArguments& arguments) {
  return fs::path(arguments.out) / "anchors.png";
}

void check_arguments(const ModelArguments& arguments) {
  if (!arguments.size.empty() && !(arguments.picture.empty() && arguments.out.empty())) {
    fail(
        "--size: the picture whose anchors are drawn has a size; leave out --size, or --picture "
        "and --out");
  }
  check_output("--json", arguments.json, {arguments.config, arguments.picture});
  if (arguments.out.empty()) return;
  if (holds_run(RunFolder{arguments.out})) {
    fail("{}: holds a training run; name another folder with --out", arguments.out);
  }
  make_writable_folder(arguments.out);
  check_output("--out", anchors_png(arguments).string(), {arguments.config, arguments.picture});
}

/// The number that training would give the network.
ModelSetting class_setting(const ModelArguments& arguments, const DataConfig& data,
                           Screen& screen) {
  if (arguments.classes) return {*arguments.classes, "--classes", ""};
  const std::string& annotations = data.train.annotations;
  if (!annotations.empty() && fs::exists(annotations)) {
    const auto classes =
        class_list(read_coco_file(annotations).categories, data.labels, annotations);
    return {static_cast<int64_t>(classes.size()), "data.train.annotations", ""};
  }
  screen.print(fmt::format(
      "note: {}; taking COCO's {} classes: --classes K says how many there are",
      annotations.empty() ? "data.train.annotations is not set" : annotations + " is not there",
      kCocoClasses));
  return {kCocoClasses, "COCO's; --classes changes it", ""};
}

/// The first picture of the validation set, else of the training set.
std::string first_picture(const DataConfig& data) {
  for (const DatasetConfig& set : {data.val, data.train}) {
    if (set.annotations.empty() || !fs::exists(set.annotations)) continue;
    for (const CocoImage& image : read_coco_file(set.annotations).images) {
      const fs::path path = fs::path(set.images) / image.file_name;
      if (fs::exists(path)) return path.string();
    }
  }
  fail(
      "--out: neither the config's validation set nor its training set has a picture to draw the "
      "anchors on; name one with --picture");
}

/// The input's size without a picture.
ImageSize asked_size(const ModelArguments& arguments, const DataConfig& data,
                     ModelSetting& setting) {
  if (arguments.size.empty()) {
    setting.input_from = "data.short_side x data.long_side, padded";
    return largest_input(data);
  }
  const ImageSize size = parse_size(arguments.size);
  const ImageSize input = padded_size(size, data.pad_divisor);
  setting.input_from = input == size ? "--size" : "--size, padded";
  return input;
}

int run_model(const ModelArguments& arguments) {
  AppConfig config = load_config(arguments.config, arguments.overrides);
  check_arguments(arguments);
  Screen screen(stderr_screen());
  ModelSetting setting = class_setting(arguments, config.data, screen);
  const std::string picture = !arguments.picture.empty() ? arguments.picture
                              : !arguments.out.empty()   ? first_picture(config.data)
                                                         : "";
  ImageSize size;
  cv::Mat seen;
  if (picture.empty()) {
    size = asked_size(arguments, config.data, setting);
  } else {
    seen = seen_by_network(make_input({read_image(picture)}, config.data), config.data);
    size = {seen.rows, seen.cols};
    setting.input_from = fs::path(picture).filename().string() + ", resized and padded";
  }

  RetinaNet model(config.model, setting.classes);
  const int64_t bytes = config.precision == Precision::kFp32 ? 4 : 2;
  const ModelSummary summary = summarize(model, size, bytes);
  fmt::print("{}", model_text(summary, config, setting));
  if (!arguments.json.empty()) {
    write_file_atomically(arguments.json,
                          json_text(model_json(summary, config, setting), 1) + "\n");
  }
  if (!arguments.out.empty()) {
    const fs::path path = anchors_png(arguments);
    write_picture(path, draw_anchors(seen, summary, config.model.anchors));
    screen.print(
        fmt::format("{}: the anchors of each level, drawn over {}", path.string(), picture));
  }
  return kExitDone;
}

}  // namespace

void add_model_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(kModelCommand.name, kModelCommand.description);
  auto arguments = std::make_shared<ModelArguments>();
  add_config_options(*command, arguments->config, arguments->overrides,
                     "model.backbone.name=resnet18");
  command->add_option("--size", arguments->size,
                      "HEIGHTxWIDTH of the network's input; default: the largest that the config "
                      "allows, or that of the picture");
  command
      ->add_option("--classes", arguments->classes,
                   "number of classes; default: those of data.train.annotations, or COCO's 80 "
                   "where that file is not there")
      ->check(CLI::Range(1, 100000));
  command->add_option("--picture", arguments->picture,
                      "picture whose size the network's input has, and that --out draws on; "
                      "default for --out: the validation set's first");
  command->add_option("--out", arguments->out,
                      "folder for anchors.png: the anchors of each level over the picture");
  command->add_option("--json", arguments->json, "file that all numbers are written to");
  command->final_callback([arguments, &exit_code] { exit_code = run_model(*arguments); });
}

}  // namespace rn
