#include "train/tensor_chunks.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace rn {
namespace {

constexpr int64_t kChunkElements = 1 << 15;  // 128 KiB of float32: small against any cache

}  // namespace

bool is_plain(const torch::Tensor& tensor) {
  return tensor.is_cpu() && tensor.scalar_type() == torch::kFloat32 &&
         tensor.is_non_overlapping_and_dense();
}

bool same_layout(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.sizes() != b.sizes()) return false;
  for (int64_t d = 0; d < a.dim(); ++d) {
    if (a.size(d) > 1 && a.stride(d) != b.stride(d)) return false;
  }
  return true;
}

torch::Tensor in_layout_of(const torch::Tensor& like, const torch::Tensor& tensor) {
  if (same_layout(like, tensor)) return tensor;
  return torch::empty_like(like).copy_(tensor);
}

std::vector<Chunk> cut_into_chunks(const std::vector<int64_t>& sizes) {
  std::vector<Chunk> chunks;
  for (size_t t = 0; t < sizes.size(); ++t) {
    for (int64_t begin = 0; begin < sizes[t]; begin += kChunkElements) {
      chunks.push_back({t, begin, std::min(kChunkElements, sizes[t] - begin)});
    }
  }
  return chunks;
}

void for_each_chunk(const std::vector<Chunk>& chunks, const std::function<void(size_t)>& body) {
  at::parallel_for(0, static_cast<int64_t>(chunks.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(static_cast<size_t>(i));
  });
}

}  // namespace rn
