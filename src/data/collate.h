#pragma once

#include <vector>

#include "data/batch.h"
#include "data/preprocess.h"
#include "data/sample.h"

namespace rn {

/// Makes a batch of samples: pictures through make_input, boxes scaled by the same factors.
/// @param sizes_input the size of each after the resize
Batch collate(const std::vector<Sample>& samples, const std::vector<ImageSize>& sizes_input,
              const PreprocessConfig& config);

}  // namespace rn
