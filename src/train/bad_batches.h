#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/batch.h"
#include "loss/criterion.h"

namespace rn {

/// A step that was not made, and what is known of the batch that it failed on.
struct BadStep {
  int64_t iteration = 0;  ///< counted from 1
  double learning_rate = 0.0;
  double loss_cls = 0.0;            ///< of the batch
  double loss_box = 0.0;            ///< of the batch
  double grad_norm = 0.0;           ///< of the step; NaN where it was not computed
  std::vector<LevelLosses> levels;  ///< P3 first
};

/// "the loss is not finite (classification nan, box 0.31)" or that the gradient isn't.
std::string reason_text(const BadStep& step);

/// "0.412, nan, 0.09": of each level.
std::string losses_text(const std::vector<LevelLosses>& levels, double LevelLosses::*field);

/// Keeps the batches that a run could not learn from in DIR/bad_batches, for a look at them: the
/// first kMostKept. A file step-NNNNNN.safetensors holds `images` (as the network saw them) and,
/// for its i-th image, `boxes.i` and `labels.i`; its metadata says the rest.
class BadBatches {
 public:
  static constexpr int64_t kMostKept = 10;

  /// @param run_folder DIR
  explicit BadBatches(const std::filesystem::path& run_folder);

  const std::filesystem::path& folder() const { return folder_; }

  /// @return "kept in PATH", or why not (enough are kept, the disk is full): no reason to stop
  std::string keep(const Batch& batch, const BadStep& step) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace rn
