#include "train/snapshot.h"

#include <iterator>

#include "train/kernels.h"

namespace rn {
namespace {

bool fits(const torch::Tensor& buffer, const torch::Tensor& tensor) {
  return buffer.defined() && buffer.scalar_type() == tensor.scalar_type() &&
         buffer.sizes() == tensor.sizes() && buffer.strides() == tensor.strides();
}

}  // namespace

void Snapshot::PlainCopies::copy(const Chunk& chunk) const {
  const auto& [i, begin, count] = chunk;
  const char* from = static_cast<const char*>(sources[i].data_ptr()) + begin;
  copy_past_caches(to[i] + begin, from, static_cast<size_t>(count));
}

/// Gives `buffers` the tensors of `tensors`; `plain` is yet to be done.
void Snapshot::copy_dict(const StateDict& tensors, StateDict& buffers, PlainCopies& plain) {
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

void Snapshot::begin(const TrainingState& state) {
  const torch::NoGradGuard no_grad;
  state_.progress = state.progress;
  state_.config = state.config;
  state_.cpu_random = state.cpu_random.clone();
  pending_ = {};
  copy_dict(state.model, state_.model, pending_);
  copy_dict(state.ema, state_.ema, pending_);
  copy_dict(state.optimizer, state_.optimizer, pending_);
}

void Snapshot::finish() {
  for (const Chunk& chunk : cut_into_chunks(pending_.bytes)) pending_.copy(chunk);
  pending_ = {};
}

void Snapshot::finish_in_parallel() {
  const std::vector<Chunk> chunks = cut_into_chunks(pending_.bytes);
  for_each_chunk(chunks, [&](size_t c) { pending_.copy(chunks[c]); });
  pending_ = {};
}

}  // namespace rn
