#include "cli/start_model.h"

#include <torch/utils.h>

#include "cli/pixel_lines.h"
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

}  // namespace rn
