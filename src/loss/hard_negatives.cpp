#include <torch/nn/functional/activation.h>

#include <algorithm>
#include <cmath>

#include "boxes/anchor_labels.h"
#include "loss/classification_loss.h"

namespace rn {
namespace {

/// [N, R]: the cross entropy of every anchor as a negative.
torch::Tensor negative_losses(const std::vector<torch::Tensor>& logits,
                              const std::vector<torch::Tensor>& labels) {
  std::vector<torch::Tensor> levels;
  for (size_t level = 0; level < logits.size(); ++level) {
    const auto& x = logits[level];
    const auto dtype = x.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
    levels.push_back(torch::softplus(x.detach().to(dtype))
                         .permute({0, 2, 3, 1})
                         .reshape({labels[level].size(0), labels[level].size(1), -1})
                         .sum(-1));
  }
  return torch::cat(levels, 1);
}

}  // namespace

std::vector<torch::Tensor> mine_hard_negatives(const std::vector<torch::Tensor>& logits,
                                               const std::vector<torch::Tensor>& labels,
                                               const ClassificationLossConfig& config) {
  torch::NoGradGuard no_grad;
  const auto all = torch::cat(labels, 1);
  const auto negative = all == kBackground;
  const auto losses = negative_losses(logits, labels).masked_fill(negative.logical_not(), -1);
  auto mined = all.masked_fill(negative, kIgnore);
  for (int64_t image = 0; image < all.size(0); ++image) {
    const auto positives = (all[image] >= 0).sum().item<int64_t>();
    const auto wanted = std::max(
        static_cast<int64_t>(std::llround(config.ohem_ratio * static_cast<double>(positives))),
        config.ohem_min_negatives);
    const auto kept = std::min(wanted, negative[image].sum().item<int64_t>());
    const auto hardest = std::get<1>(losses[image].topk(kept));
    mined[image].index_fill_(0, hardest, kBackground);
  }
  std::vector<torch::Tensor> result;
  int64_t begin = 0;
  for (const auto& level : labels) {
    result.push_back(mined.narrow(1, begin, level.size(1)));
    begin += level.size(1);
  }
  return result;
}

}  // namespace rn
