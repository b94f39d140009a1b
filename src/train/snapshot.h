#pragma once

#include <vector>

#include "train/tensor_chunks.h"
#include "train/training_state.h"

namespace rn {

/// A copy of a TrainingState in memory of its own on the CPU, which is kept from one copy to the
/// next: memory that is new to a process costs more time than the copy itself.
class Snapshot {
 public:
  /// Makes room, and copies what isn't the memory of a CPU tensor as it is. Until finish() has
  /// returned, the tensors of `state` must stay what they are. Layouts stay.
  void begin(const TrainingState& state);

  /// Copies the rest, from any thread: alone, so that it takes little from what the others do.
  void finish();
  /// The same with LibTorch's threads.
  void finish_in_parallel();

  const TrainingState& state() const { return state_; }

 private:
  /// Tensors whose memory is copied as it is.
  struct PlainCopies {
    std::vector<torch::Tensor> sources;
    std::vector<char*> to;
    std::vector<int64_t> bytes;

    void copy(const Chunk& chunk) const;
  };
  static void copy_dict(const StateDict& tensors, StateDict& buffers, PlainCopies& plain);

  TrainingState state_;
  PlainCopies pending_;
};

}  // namespace rn
