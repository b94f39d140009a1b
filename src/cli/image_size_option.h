#pragma once

#include <string>

#include "core/image_size.h"

namespace rn {

/// The value of --size. @param text "800x1088" @throws Error
ImageSize parse_size(const std::string& text);

}  // namespace rn
