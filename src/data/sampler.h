#pragma once

#include <cstdint>
#include <vector>

namespace rn {

/// How an epoch is cut into batches.
struct SamplerOptions {
  int64_t batch_size = 1;
  bool shuffle = true;
  /// Batches are formed of wide (w >= h) or tall pictures only, in the order of the stream, as
  /// detectron2's AspectRatioGroupedDataset does. What is left of both groups at the end is joined,
  /// so only the last batches of an epoch may be mixed.
  bool group_by_aspect = true;
  /// Leave out the last batch if it is smaller than the others. Either way an epoch has a number of
  /// batches that does not depend on the epoch, and every batch but the last is full.
  bool drop_last = false;
  uint64_t seed = 0;
};

/// Batches of sample indices: a pure function of (options, epoch), so a run can resume at any
/// batch. Every sample occurs once (or, in an incomplete last batch with drop_last, not at all).
class BatchSampler {
 public:
  /// @param is_wide one for each sample
  /// @throws Error if not a single batch is left with drop_last
  BatchSampler(std::vector<bool> is_wide, const SamplerOptions& options);

  int64_t batches_per_epoch() const;
  std::vector<std::vector<int64_t>> epoch_batches(int64_t epoch) const;

 private:
  std::vector<bool> is_wide_;
  SamplerOptions options_;
};

}  // namespace rn
