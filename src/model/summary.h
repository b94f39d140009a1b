#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/image_size.h"
#include "model/retinanet.h"

namespace rn {

/// A part of the network and what it costs for one picture.
struct StageSummary {
  std::string name;             ///< "layer3", "P4", "class tower"
  int64_t channels = 0;         ///< of its output
  std::vector<ImageSize> maps;  ///< cells of its output; of the heads one for each level
  int64_t stride = 0;           ///< pixels of the input from cell to cell; 0: every level its own
  int64_t receptive_field = 0;  ///< see receptive_field.h; 0: every level its own
  int64_t parameters = 0;       ///< as count_parameters counts
  int64_t frozen = 0;           ///< those of them that aren't trained
  double macs = 0;              ///< multiplications, each with an addition, of the convolutions
  /// What a training step keeps of it for the backward pass: the output of every convolution once,
  /// twice where a norm that isn't folded into the convolution follows, the pooling's and its
  /// indices; nothing of frozen stages but what the first trained one reads. The box tower is
  /// counted in full; training may compute less of it (see HeadTowerImpl::forward_at).
  int64_t kept_bytes = 0;
};

/// A pyramid level and its anchors.
struct LevelSummary {
  ImageSize cells;
  int64_t stride = 0;
  int64_t receptive_field = 0;                 ///< of a cell of the level
  int64_t head_receptive_field = 0;            ///< of a box or score that is predicted in it
  std::vector<std::array<double, 2>> anchors;  ///< [A] width and height in pixels of the input
  int64_t num_anchors() const {
    return cells.height * cells.width * static_cast<int64_t>(anchors.size());
  }
};

struct ModelSummary {
  ImageSize input;
  std::vector<StageSummary> stages;  ///< from the stem to the heads
  std::vector<LevelSummary> levels;  ///< P3..P7
  StageSummary total;                ///< of the stages: parameters, frozen, macs, kept_bytes
  int64_t num_anchors() const;
};

/// Nothing is computed: everything follows from the modules' options.
/// @param input of the network, padding included @param bytes_per_value of a map: 4, or 2 in half
/// precision
ModelSummary summarize(const RetinaNet& model, const ImageSize& input, int64_t bytes_per_value);

}  // namespace rn
