#include "loss/composed_loss.h"

#include <cmath>

#include "boxes/anchor_labels.h"

namespace rn {
namespace {

torch::Tensor weights_like(const torch::Tensor& logits, const ClassificationTerms& terms) {
  return torch::tensor(terms.positive_weights, torch::kFloat64)
      .to(logits.device(), logits.scalar_type());
}

/// p^gamma softplus(y), p = sigmoid(y). The power goes through the logarithm: p^(gamma - 1) in
/// pow's gradient would be infinite where p is 0.
torch::Tensor focal_of(const torch::Tensor& y, double gamma) {
  const auto softplus = -torch::log_sigmoid(-y);
  return gamma == 0 ? softplus : (gamma * torch::log_sigmoid(y)).exp() * softplus;
}

}  // namespace

torch::Tensor composed_sigmoid_focal(const torch::Tensor& logits, const torch::Tensor& labels,
                                     const ClassificationTerms& terms) {
  const auto x = logits.flatten(0, 1);
  const auto label = labels.flatten();
  const auto rows = (label >= 0).nonzero().squeeze(1);
  const auto classes = label.index_select(0, rows);
  auto negative = (label != kIgnore).unsqueeze(1).expand_as(x).clone();
  negative.index_put_({rows, classes}, torch::zeros({}, negative.options()));
  const auto zero = torch::zeros({}, x.options());
  const auto negatives = torch::where(negative, focal_of(x, terms.gamma), zero).sum();
  const auto positives = focal_of(-x.index({rows, classes}), terms.gamma) *
                         weights_like(x, terms).index_select(0, classes);
  return terms.negative_weight * negatives + positives.sum();
}

torch::Tensor composed_softmax_focal(const torch::Tensor& logits, const torch::Tensor& labels,
                                     const ClassificationTerms& terms) {
  constexpr double kTiny = 1e-30;  // keeps pow and its gradient finite where p_t rounds to 1
  const auto rows = (labels.flatten() != kIgnore).nonzero().squeeze(1);
  const auto x = logits.flatten(0, 1).index_select(0, rows);
  const auto label = labels.flatten().index_select(0, rows);
  const auto background = torch::full({}, std::log(static_cast<double>(x.size(1))), x.options());
  const auto positive = label >= 0;
  const auto classes = label.clamp_min(0);
  const auto own = torch::where(positive, x.gather(1, classes.unsqueeze(1)).squeeze(1), background);
  const auto surprise = torch::logaddexp(x.logsumexp(1), background) - own;  // -log(p_t)
  const auto weight = torch::where(positive, weights_like(x, terms).index_select(0, classes),
                                   torch::full({}, terms.negative_weight, x.options()));
  const auto q = (-(-surprise).expm1()).clamp_min(kTiny);
  return (weight * q.pow(terms.gamma) * surprise).sum();
}

}  // namespace rn
