#pragma once

#include <torch/autograd.h>

#include <algorithm>
#include <cmath>

#include "boxes/anchor_labels.h"
#include "loss/classification_loss.h"

namespace rn::testing {

/// Lin et al. 2017, Eq. 5, as it stands, with one-hot targets and autograd. In double its plain
/// logarithms are good for logits up to about 30.
/// @param logits [P, K] @param labels [P]
inline torch::Tensor plain_focal(const torch::Tensor& logits, const torch::Tensor& labels,
                                 const ClassificationTerms& terms) {
  const auto kept = (labels != kIgnore).nonzero().squeeze(1);
  auto x = logits.index_select(0, kept);
  auto label = labels.index_select(0, kept);
  const auto num_classes = x.size(1);
  auto weights = torch::tensor(terms.positive_weights, x.options().requires_grad(false));
  torch::Tensor p_t, weight;
  if (terms.activation == ScoreActivation::kSoftmax) {
    const auto background =
        torch::full({x.size(0), 1}, std::log(static_cast<double>(num_classes)), x.options());
    weights = torch::cat({weights, torch::full({1}, terms.negative_weight, weights.options())});
    label = torch::where(label >= 0, label, torch::full_like(label, num_classes));
    p_t = torch::cat({x, background}, 1).softmax(1).gather(1, label.unsqueeze(1)).squeeze(1);
    weight = weights.index_select(0, label);
  } else {
    const auto one_hot =
        torch::one_hot(label.clamp_min(0), num_classes) * (label >= 0).unsqueeze(1);
    const auto t = one_hot.to(x.scalar_type());
    p_t = torch::where(one_hot == 1, x.sigmoid(), 1 - x.sigmoid());
    weight = weights * t + terms.negative_weight * (1 - t);
  }
  return -(weight * (1 - p_t).pow(terms.gamma) * p_t.log()).sum();
}

/// [N, A*K, H, W] in channels-last to [N*H*W*A, K].
inline torch::Tensor anchor_rows(const torch::Tensor& logits, int64_t num_classes) {
  return logits.permute({0, 2, 3, 1}).reshape({-1, num_classes});
}

/// Largest |analytic - numerical| derivative of f at x (double), by central differences.
template <class F>
double largest_gradient_error(F&& f, const torch::Tensor& x, double step = 1e-5) {
  auto variable = x.detach().clone().set_requires_grad(true);
  const auto analytic = torch::autograd::grad({f(variable)}, {variable})[0].contiguous();
  auto point = x.detach().clone().contiguous();
  auto* values = point.data_ptr<double>();
  const auto slopes = analytic.flatten();
  double largest = 0;
  for (int64_t i = 0; i < point.numel(); ++i) {
    const double value = values[i];
    values[i] = value + step;
    const double high = f(point).template item<double>();
    values[i] = value - step;
    const double low = f(point).template item<double>();
    values[i] = value;
    const double error = std::abs(slopes[i].template item<double>() - (high - low) / (2 * step));
    largest = std::isnan(error) ? INFINITY : std::max(largest, error);
  }
  return largest;
}

}  // namespace rn::testing
