#pragma once

#include <string>
#include <vector>

#include "data/config.h"
#include "model/weight_names.h"

namespace rn {

/// Says what pixels the weights of another system were made for, and warns where the config gives
/// them others: a line each.
std::vector<std::string> pixel_lines(const PixelFormat& pixels, const DataConfig& data);

}  // namespace rn
