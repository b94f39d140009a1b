#include "cli/start_model.h"

#include <fmt/format.h>
#include <torch/utils.h>
#include <torch/version.h>

#include "cli/device.h"
#include "cli/pixel_lines.h"
#include "core/config_io.h"
#include "front/version.h"
#include "model/start_weights.h"

namespace rn {

RetinaNet start_model(const AppConfig& config, int64_t num_classes, Screen& screen) {
  torch::manual_seed(static_cast<uint64_t>(config.seed));
  RetinaNet model(config.model, num_classes);
  const StartReport report = load_start_weights(model);
  for (const std::string& line : report.lines) screen.print(line);
  if (report.pixels) {
    for (const auto& line : pixel_lines(*report.pixels, config.data)) screen.print(line);
  }
  return model;
}

std::string banner(const torch::Device& device, Precision precision) {
  return fmt::format("retinanet {} | LibTorch {} | {} | {}", kVersion, TORCH_VERSION,
                     device_text(device), enum_name(precision));
}

}  // namespace rn
