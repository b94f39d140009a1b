#pragma once

#include <cstdint>

#include "core/image_size.h"
#include "core/random.h"
#include "data/sample.h"

namespace rn {

/// A picture of uniform noise with boxes anywhere in it, 3% to 28% of its sides long: for
/// measurements, where only sizes and numbers count. A function of its arguments alone.
/// @param rng whose stream it is drawn from
Sample noise_sample(const ImageSize& size, int64_t objects, int64_t num_classes, Rng rng);

}  // namespace rn
