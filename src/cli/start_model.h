#pragma once

#include <cstdint>

#include "config/app_config.h"
#include "model/retinanet.h"
#include "report/screen.h"

namespace rn {

/// The network that a run begins with: random weights that follow from the seed, and over them what
/// model.weights and model.backbone.weights name. Tells what was loaded, skipped and drawn anew.
/// @throws Error if a file can't be read or doesn't fit
RetinaNet start_model(const AppConfig& config, int64_t num_classes, Screen& screen);

/// Versions, device, threads, instruction sets and precision.
std::string banner(const torch::Device& device, Precision precision);

}  // namespace rn
