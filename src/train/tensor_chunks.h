#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace rn {

/// Whether plain loops may run over a tensor's memory: float32 on the CPU, without gaps or overlap.
bool is_plain(const torch::Tensor& tensor);

/// Whether element i in memory is the same element in both: equal strides wherever a stride counts
/// (a dimension of size 1 has none).
bool same_layout(const torch::Tensor& a, const torch::Tensor& b);

/// `tensor` itself if it is laid out as `like`, else a copy that is.
torch::Tensor in_layout_of(const torch::Tensor& like, const torch::Tensor& tensor);

/// A piece of the memory of one tensor of a list.
struct Chunk {
  size_t tensor = 0;  ///< index in the list
  int64_t begin = 0;  ///< first element
  int64_t count = 0;
};

/// Cuts tensors of these sizes into pieces of one fixed size at most: the pieces, and so any sum
/// over them, don't depend on the number of threads.
std::vector<Chunk> cut_into_chunks(const std::vector<int64_t>& sizes);

/// Calls body(index of the chunk) for all, from LibTorch's threads.
void for_each_chunk(const std::vector<Chunk>& chunks, const std::function<void(size_t)>& body);

}  // namespace rn
