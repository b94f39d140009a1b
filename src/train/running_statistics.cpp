#include "train/running_statistics.h"

namespace rn {

RunningStatistics::RunningStatistics(const torch::nn::Module& model) {
  for (const auto& module : model.modules()) {
    const auto buffers = module->named_buffers(/*recurse=*/false);
    if (!buffers.contains("num_batches_tracked")) continue;  // frozen
    for (const auto& buffer : buffers) {
      buffers_.push_back(buffer.value());
      copies_.push_back(torch::empty_like(buffer.value()));
    }
  }
}

void RunningStatistics::remember() {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < buffers_.size(); ++i) copies_[i].copy_(buffers_[i]);
}

void RunningStatistics::put_back() const {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < buffers_.size(); ++i) {
    torch::Tensor buffer = buffers_[i];
    buffer.copy_(copies_[i]);
  }
}

}  // namespace rn
