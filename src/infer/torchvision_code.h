#pragma once

#include <string>
#include <vector>

#include "core/category.h"
#include "infer/detector.h"
#include "model/config.h"

namespace rn {

/// Python that builds the same model out of torchvision (0.14 or newer) and fills it.
struct TorchvisionCode {
  std::string text;
  /// Where that model's detections will differ from ours, a sentence each.
  std::vector<std::string> departures;
};

/// @param weights the file that serialize_torch_file made, as the code is to name it
/// @throws Error naming the config key if torchvision has no such model
TorchvisionCode torchvision_code(const ModelConfig& model, const DetectorConfig& detector,
                                 const std::vector<Category>& categories,
                                 const std::string& weights);

}  // namespace rn
