#include "train/gradients.h"

#include <ATen/ops/_foreach_norm.h>

#include <algorithm>
#include <cmath>

#include "train/kernels.h"
#include "train/tensor_chunks.h"

namespace rn {
namespace {

torch::Tensor norm_on_cpu(const std::vector<torch::Tensor>& gradients) {
  std::vector<int64_t> sizes;
  for (const auto& gradient : gradients) sizes.push_back(gradient.numel());
  const std::vector<Chunk> chunks = cut_into_chunks(sizes);
  std::vector<double> sums(chunks.size());
  for_each_chunk(chunks, [&](size_t i) {
    const Chunk& chunk = chunks[i];
    const float* data = gradients[chunk.tensor].data_ptr<float>();
    sums[i] = sum_of_squares(data + chunk.begin, chunk.count);
  });
  double sum = 0.0;
  for (double part : sums) sum += part;
  return torch::scalar_tensor(std::sqrt(sum), torch::kFloat32);
}

}  // namespace

torch::Tensor gradient_norm(const std::vector<TrainableParameter>& parameters) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  for (const auto& parameter : parameters) {
    if (parameter.tensor.grad().defined()) gradients.push_back(parameter.tensor.grad());
  }
  if (gradients.empty()) return torch::zeros({}, torch::kFloat32);
  if (std::all_of(gradients.begin(), gradients.end(), is_plain)) return norm_on_cpu(gradients);
  return torch::stack(at::_foreach_norm(gradients)).to(torch::kFloat32).norm();
}

torch::Tensor clip_factor(const torch::Tensor& norm, double max_norm) {
  if (max_norm <= 0.0) return torch::ones_like(norm);
  return (max_norm / (norm + 1e-6)).clamp_max(1.0);
}

void clear_gradients(const std::vector<TrainableParameter>& parameters) {
  for (const auto& parameter : parameters) parameter.tensor.mutable_grad().reset();
}

}  // namespace rn
