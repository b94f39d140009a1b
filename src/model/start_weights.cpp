#include "model/start_weights.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "model/weight_rules.h"

namespace rn {
namespace {

constexpr std::string_view kBody = kBodyPrefix;
constexpr std::string_view kFirstConvolution = "backbone.body.conv1.weight";
constexpr std::string_view kBatchCounter = ".num_batches_tracked";

/// Frozen norms have no counters of batches, and files before PyTorch 0.4.1 neither.
void adapt_counters(StateDict& values, const StateDict& own) {
  std::erase_if(values, [&](const auto& item) {
    return item.first.ends_with(kBatchCounter) && !own.contains(item.first);
  });
  for (const auto& [name, tensor] : own) {
    if (name.ends_with(kBatchCounter)) values.emplace(name, torch::zeros_like(tensor));
  }
}

OwnWeights read_own(const RetinaNet& model, const std::string& path) {
  return to_own_names(read_weights(path), model->config(), path);
}

StartReport partial(RetinaNet& model, OwnWeights weights, const std::string& source) {
  std::erase_if(weights.tensors,
                [](const auto& item) { return item.first.ends_with(kBatchCounter); });
  PartialLoad load = load_matching(*model, weights.tensors);
  if (load.loaded.empty()) {
    fail("{}: none of its {} tensors has a name and shape of this model; take another file", source,
         weights.tensors.size());
  }
  std::erase_if(load.initial, [](const auto& name) { return name.ends_with(kBatchCounter); });
  std::vector<std::string> lines{fmt::format(
      "{}: {}: {} tensors loaded, {} skipped, {} reinitialised", source, description(weights.names),
      load.loaded.size(), load.skipped.size(), load.initial.size())};
  if (!load.skipped.empty()) lines.push_back("  skipped: " + join(load.skipped));
  if (!load.initial.empty()) lines.push_back("  reinitialised: " + join(load.initial));
  const bool reads_pixels =
      std::find(load.loaded.begin(), load.loaded.end(), kFirstConvolution) != load.loaded.end();
  return {lines, reads_pixels ? weights.pixels : std::nullopt};
}

}  // namespace

void load_backbone(RetinaNet& model, const OwnWeights& weights, const std::string& source) {
  ResNet& body = model->body();
  StateDict values;
  for (const auto& [name, tensor] : weights.tensors) {
    if (name.starts_with(kBody)) {
      values[name.substr(kBody.size())] = tensor;
    } else if (!weights.has_heads()) {
      values[name] = tensor;  // no such tensor: to be listed
    }
  }
  adapt_counters(values, state_dict(*body));
  load_state_dict(*body, values, source,
                  fmt::format("model.backbone.weights must be a file for model.backbone.name={}",
                              enum_name(model->config().backbone.name)));
}

void load_detector(RetinaNet& model, const OwnWeights& weights, const std::string& source) {
  const ModelConfig& config = model->config();
  if (!weights.has_heads()) {
    fail(
        "{}: is {}, without pyramid and heads; expected a whole RetinaNet. To start training from "
        "it, set model.backbone.weights",
        source, description(weights.names));
  }
  StateDict values = weights.tensors;
  adapt_counters(values, state_dict(*model));
  load_state_dict(*model, values, source,
                  fmt::format("it is {}; the config must describe that model (model.profile, "
                              "model.backbone.name, norms, classes){}",
                              description(weights.names),
                              config.weights.file.empty()
                                  ? ""
                                  : ", or set model.weights.partial=true to take what fits"));
}

StartReport load_start_weights(RetinaNet& model) {
  const ModelConfig& config = model->config();
  if (!config.backbone.weights.empty()) {
    const std::string& file = config.backbone.weights;
    const OwnWeights weights = read_own(model, file);
    load_backbone(model, weights, file);
    return {{fmt::format("{}: {}, loaded into the backbone", file, description(weights.names))},
            weights.pixels};
  }
  if (config.weights.file.empty()) {
    if (config.weights.pixel_order == PixelOrder::kAuto) return {};
    fail(
        "model.weights.pixel_order is {}, but neither model.weights.file nor "
        "model.backbone.weights names a file; name one, or remove it",
        enum_name(config.weights.pixel_order));
  }
  const std::string& file = config.weights.file;
  OwnWeights weights = read_own(model, file);
  if (config.weights.partial) return partial(model, std::move(weights), file);
  load_detector(model, weights, file);
  return {{fmt::format("{}: {}, all {} tensors loaded", file, description(weights.names),
                       weights.tensors.size())},
          weights.pixels};
}

}  // namespace rn
