#pragma once

#include <torch/nn/module.h>

#include <vector>

namespace rn {

/// The running statistics of a network's live batch norms: what a forward pass in training mode
/// changes, though no step may follow it.
class RunningStatistics {
 public:
  /// @param model on its device already; buffers are shared with it
  explicit RunningStatistics(const torch::nn::Module& model);

  /// Whether there are none: then what a batch does to the network is the sum of what its images
  /// do.
  bool empty() const { return buffers_.empty(); }

  void remember();
  /// Gives the network what remember() saw last. @pre remember() was called
  void put_back() const;

 private:
  std::vector<torch::Tensor> buffers_;
  std::vector<torch::Tensor> copies_;  ///< one for each
};

}  // namespace rn
