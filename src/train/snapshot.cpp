#include "train/snapshot.h"

#include <iterator>
#include <vector>

#include "train/kernels.h"
#include "train/tensor_chunks.h"

namespace rn {
namespace {

/// Tensors whose memory is copied as it is.
struct PlainCopies {
  std::vector<torch::Tensor> sources;
  std::vector<char*> to;
  std::vector<int64_t> bytes;

  void run() const {
    const std::vector<Chunk> chunks = cut_into_chunks(bytes);
    for_each_chunk(chunks, [&](size_t c) {
      const auto& [i, begin, count] = chunks[c];
      const char* from = static_cast<const char*>(sources[i].data_ptr()) + begin;
      copy_past_caches(to[i] + begin, from, static_cast<size_t>(count));
    });
  }
};

bool fits(const torch::Tensor& buffer, const torch::Tensor& tensor) {
  return buffer.defined() && buffer.scalar_type() == tensor.scalar_type() &&
         buffer.sizes() == tensor.sizes() && buffer.strides() == tensor.strides();
}

/// Gives `buffers` the tensors of `tensors`; `plain` is yet to be run.
void copy_dict(const StateDict& tensors, StateDict& buffers, PlainCopies& plain) {
  for (const auto& [name, tensor] : tensors) {
    const torch::Tensor source =
        tensor.is_non_overlapping_and_dense() ? tensor : tensor.contiguous();
    torch::Tensor& buffer = buffers[name];
    if (!fits(buffer, source)) {
      // Page-locked memory is what a device can write to at full speed.
      buffer = torch::empty_strided(
          source.sizes(), source.strides(),
          source.options().device(torch::kCPU).pinned_memory(source.is_cuda()));
    }
    if (!source.is_cpu()) {
      buffer.copy_(source);
      continue;
    }
    plain.sources.push_back(source);
    plain.to.push_back(static_cast<char*>(buffer.data_ptr()));
    plain.bytes.push_back(static_cast<int64_t>(source.nbytes()));
  }
  if (buffers.size() == tensors.size()) return;
  for (auto it = buffers.begin(); it != buffers.end();) {
    it = tensors.contains(it->first) ? std::next(it) : buffers.erase(it);
  }
}

}  // namespace

void Snapshot::copy(const TrainingState& state) {
  const torch::NoGradGuard no_grad;
  state_.progress = state.progress;
  state_.config = state.config;
  state_.cpu_random = state.cpu_random.clone();
  PlainCopies plain;
  copy_dict(state.model, state_.model, plain);
  copy_dict(state.ema, state_.ema, plain);
  copy_dict(state.optimizer, state_.optimizer, plain);
  plain.run();
}

}  // namespace rn
