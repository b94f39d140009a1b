#include <filesystem>
#include <memory>
#include <utility>

#include "cli/commands.h"
#include "cli/pixel_lines.h"
#include "coco/coco_file.h"
#include "config/load.h"
#include "core/error.h"
#include "data/coco_categories.h"
#include "data/dataset.h"
#include "front/output_file.h"
#include "infer/detector.h"
#include "model/model_file.h"
#include "model/parameters.h"
#include "model/start_weights.h"
#include "report/progress_bar.h"
#include "report/screen.h"

namespace rn {
namespace {

constexpr const char* kLogits = "head.classification_head.cls_logits.weight";

struct ImportArguments {
  std::string weights;
  std::string config;
  std::string annotations;
  std::string out;
  std::vector<std::string> overrides;
};

/// K, from the number of the last layer's channels.
int64_t classes_in(const OwnWeights& weights, const ModelConfig& config,
                   const std::string& source) {
  const auto logits = weights.tensors.find(kLogits);
  if (!weights.has_heads() || logits == weights.tensors.end() || logits->second.dim() != 4) {
    fail(
        "{}: is {}, without a classification head; expected a whole RetinaNet. To start training "
        "from a backbone, name it in model.backbone.weights",
        source, description(weights.names));
  }
  const int64_t anchors = AnchorGenerator(config.anchors).num_anchors();
  const int64_t channels = logits->second.size(0);
  // All of the shape, before a model of that many classes is made.
  const std::vector<int64_t> shape = {channels, config.fpn.channels, 3, 3};
  if (logits->second.sizes() != torch::IntArrayRef(shape)) {
    fail("{}: {}: found shape [{}], expected [{}] with model.fpn.channels={}", source, kLogits,
         fmt::join(logits->second.sizes(), ", "), fmt::join(shape, ", "), config.fpn.channels);
  }
  if (channels == 0 || channels % anchors != 0) {
    fail(
        "{}: its {} channels of class logits are no multiple of the {} anchors of a cell that "
        "model.anchors makes; give the config the scales and aspect ratios of that model",
        source, channels, anchors);
  }
  return channels / anchors;
}

/// What the classes are called, and where that is from.
struct Classes {
  std::vector<Category> categories;
  std::string from;
};

Classes numbered(int64_t count, LabelRule labels) {
  Classes classes{{}, "numbers: name them with --annotations"};
  for (int64_t k = 0; k < count; ++k) {
    const int64_t id = labels == LabelRule::kCategoryId ? k : k + 1;
    classes.categories.push_back({id, id == 0 ? "" : fmt::format("class {}", id)});
  }
  return classes;
}

/// From --annotations; from the file itself if it is ours; COCO's, if there are as many.
Classes find_classes(const ImportArguments& arguments, const WeightFile& file,
                     const AppConfig& config, int64_t count) {
  const LabelRule labels = config.data.labels;
  if (!arguments.annotations.empty()) {
    return {
        class_list(read_coco_file(arguments.annotations).categories, labels, arguments.annotations),
        arguments.annotations};
  }
  if (is_model_file(file.texts)) {
    return {load_model(arguments.weights).file.categories, "the file's own"};
  }
  Classes coco{class_list(coco_categories(), labels, "COCO"), "COCO's"};
  if (static_cast<int64_t>(coco.categories.size()) == count) return coco;
  return numbered(count, labels);
}

void check_count(const Classes& classes, int64_t count, const ImportArguments& arguments,
                 LabelRule labels) {
  if (static_cast<int64_t>(classes.categories.size()) == count) return;
  fail(
      "{}: has {} class logits, but {} gives {} with data.labels={}; expected as many. A model of "
      "torchvision's has a logit for every id from 0 (data.labels=category_id), one of "
      "detectron2's a logit for every category (contiguous)",
      arguments.weights, count, classes.from, classes.categories.size(), enum_name(labels));
}

/// The published file wants another eps than its own architecture's default.
void warn_of_eps(const std::string& weights, const ModelConfig& config, Screen& screen) {
  const bool is_published =
      std::filesystem::path(weights).filename().string().find("eeacb38b") != std::string::npos;
  if (!is_published || config.backbone.norm_eps == 0.0) return;
  screen.print(
      "warning: torchvision runs its published COCO weights of v1 (eeacb38b) with a norm eps of 0; "
      "for the published AP, add --set model.backbone.norm_eps=0");
}

bool is_profile_of(WeightNames names, Profile profile) {
  const bool is_torchvision =
      profile == Profile::kTorchvisionV1 || profile == Profile::kTorchvisionV2;
  return names == WeightNames::kDetectron2 ? profile == Profile::kDetectron2 : is_torchvision;
}

/// Weights fit by shape alone, so the config decides on strides, pixels and anchors.
void warn_of_profile(const OwnWeights& weights, bool is_ours, Profile profile, Screen& screen) {
  if (is_ours || is_profile_of(weights.names, profile)) return;
  screen.print(fmt::format(
      "warning: this is {}, and the config's model.profile is {}: anchors, strides, pixels and "
      "resize are those of the config, and the detections will differ from that system's; {}",
      description(weights.names), enum_name(profile),
      weights.names == WeightNames::kDetectron2
          ? "see configs/profiles/detectron2.json"
          : "see configs/profiles/torchvision_v1.json and torchvision_v2.json"));
}

void check_finite(const OwnWeights& weights, const std::string& source) {
  for (const auto& [name, tensor] : weights.tensors) {
    if (!tensor.is_floating_point() || tensor.isfinite().all().item<bool>()) continue;
    fail("{}: {} holds numbers that are not finite; the training that made it has diverged", source,
         name);
  }
}

void check_ending(const std::string& out) {
  if (std::filesystem::path(out).extension() == ".safetensors") return;
  fail("--out {}: expected a name that ends in .safetensors", out);
}

int run_import(const ImportArguments& arguments) {
  check_ending(arguments.out);
  AppConfig config = load_config(arguments.config, arguments.overrides);
  check_output("--out", arguments.out,
               {arguments.weights, arguments.config, arguments.annotations});
  // They are what a training starts from; here it is WEIGHTS.
  const PixelOrder order = std::exchange(config.model.weights, {}).pixel_order;
  config.model.backbone.weights.clear();

  Screen screen(stderr_screen());
  ProgressBar progress(screen, "import", 3, kWholeParts);
  progress.update(0);
  const WeightFile file = read_weights(arguments.weights);
  progress.advance();
  ModelConfig theirs = config.model;
  theirs.weights.pixel_order = order;
  const OwnWeights weights = to_own_names(file, theirs, arguments.weights);
  const int64_t count = classes_in(weights, config.model, arguments.weights);
  check_finite(weights, arguments.weights);
  Classes classes = find_classes(arguments, file, config, count);
  check_count(classes, count, arguments, config.data.labels);
  RetinaNet model(config.model, count);
  load_detector(model, weights, arguments.weights);
  progress.advance();

  const DetectorConfig detector{config.data, config.predict,
                                score_activation(config.loss.classification)};
  save_model(arguments.out, model,
             {config.model, std::move(classes.categories), to_metadata(detector)});
  progress.finish();
  screen.print(fmt::format("{}: {}, {} tensors, {:.1f} M parameters, {} class logits (names: {})",
                           arguments.weights, description(weights.names), weights.tensors.size(),
                           static_cast<double>(count_parameters(*model)) / 1e6, count,
                           classes.from));
  if (weights.pixels) {
    for (const auto& line : pixel_lines(*weights.pixels, config.data)) screen.print(line);
  }
  warn_of_profile(weights, is_model_file(file.texts), config.model.profile, screen);
  warn_of_eps(arguments.weights, config.model, screen);
  screen.print(
      fmt::format("Written: {} (profile {})", arguments.out, enum_name(config.model.profile)));
  return kExitDone;
}

}  // namespace

void add_import_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(kImportCommand.name, kImportCommand.description);
  auto arguments = std::make_shared<ImportArguments>();
  command
      ->add_option("weights", arguments->weights,
                   "file of torchvision's or detectron2's (.pth, .pkl, .safetensors)")
      ->required();
  command
      ->add_option("--config", arguments->config,
                   "config that describes the model; see configs/profiles")
      ->required();
  command->add_option("--out", arguments->out, "model file to write (.safetensors)")->required();
  command->add_option("--annotations", arguments->annotations,
                      "COCO file that names the classes; without it, models of COCO's are known");
  command->add_option("--set", arguments->overrides, "KEY=VALUE: change a key of the config");
  command->final_callback([arguments, &exit_code] { exit_code = run_import(*arguments); });
}

}  // namespace rn
