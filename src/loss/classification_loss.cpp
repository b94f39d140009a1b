#include "loss/classification_loss.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "boxes/anchor_labels.h"
#include "core/error.h"
#include "loss/composed_loss.h"
#include "loss/focal_kernel.h"

namespace rn {
namespace {

// Fixed, so that the order of the sums, and the result, doesn't depend on the number of threads.
constexpr int64_t kElementsOfChunk = 32768;

/// What a kernel call reads: anchors next to each other, of one image.
struct Piece {
  int64_t first;
  int64_t count;
  size_t image;
};

std::vector<Piece> cut_into_pieces(int64_t images, int64_t anchors, int64_t num_classes) {
  const int64_t chunk = std::max<int64_t>(1, kElementsOfChunk / num_classes);
  std::vector<Piece> pieces;
  for (int64_t n = 0; n < images; ++n) {
    for (int64_t i = 0; i < anchors; i += chunk) {
      pieces.push_back({n * anchors + i, std::min(chunk, anchors - i), static_cast<size_t>(n)});
    }
  }
  return pieces;
}

/// Runs the kernel over the pieces in parallel. @return the scaled sum
template <class T>
double run_kernel(const void* logits, const int64_t* labels, const std::vector<Piece>& pieces,
                  FocalKernelTerms terms, const std::vector<double>& scales,
                  ScoreActivation activation, void* gradient) {
  const auto kernel = activation == ScoreActivation::kSoftmax ? softmax_focal<T> : sigmoid_focal<T>;
  std::vector<double> sums(pieces.size());
  const auto run_pieces = [&](int64_t begin, int64_t end) {
    FocalKernelTerms own = terms;
    for (int64_t i = begin; i < end; ++i) {
      const Piece& piece = pieces[i];
      const int64_t offset = piece.first * terms.num_classes;
      own.gradient_scale = scales[scales.size() == 1 ? 0 : piece.image];
      sums[i] = own.gradient_scale *
                kernel(static_cast<const T*>(logits) + offset, labels + piece.first, piece.count,
                       own, gradient != nullptr ? static_cast<T*>(gradient) + offset : nullptr);
    }
  };
  at::parallel_for(0, static_cast<int64_t>(sums.size()), 1, run_pieces);
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

double run_kernel(const torch::Tensor& logits, const torch::Tensor& labels,
                  const ClassificationTerms& terms, const std::vector<double>& scales,
                  torch::Tensor& gradient) {
  const FocalKernelTerms kernel_terms{static_cast<int64_t>(terms.positive_weights.size()),
                                      terms.positive_weights.data(), terms.negative_weight,
                                      terms.gamma, 1.0};
  const auto pieces = cut_into_pieces(labels.size(0), labels.size(1), kernel_terms.num_classes);
  const auto run = [&](auto type) {
    return run_kernel<decltype(type)>(logits.data_ptr(), labels.data_ptr<int64_t>(), pieces,
                                      kernel_terms, scales, terms.activation,
                                      gradient.defined() ? gradient.data_ptr() : nullptr);
  };
  switch (logits.scalar_type()) {
    case torch::kFloat64:
      return run(double{});
    case torch::kBFloat16:
      return run(Bf16{});
    default:
      return run(float{});
  }
}

/// Loss and gradient come from one pass forward; backward only hands the gradient on.
class FusedLoss : public torch::autograd::Function<FusedLoss> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& logits, const torch::Tensor& labels,
                               const ClassificationTerms& terms, const std::vector<double>& scales,
                               bool needs_gradient) {
    const auto x = logits.contiguous(torch::MemoryFormat::ChannelsLast);
    torch::Tensor gradient;
    if (needs_gradient) {
      gradient = torch::empty(x.sizes(), x.options().requires_grad(false),
                              torch::MemoryFormat::ChannelsLast);
    }
    const double loss = run_kernel(x, labels.contiguous(), terms, scales, gradient);
    if (needs_gradient) context->save_for_backward({gradient});
    const auto dtype = x.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
    return torch::full({}, loss, dtype);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list outputs) {
    RN_CHECK(!torch::GradMode::is_enabled(), "the classification loss has no second derivative");
    auto gradient = context->get_saved_variables()[0];
    const auto factor = outputs[0].item<double>();
    // The usual factor is 1, and then the pass over the whole gradient is saved.
    if (factor != 1.0) gradient = gradient * factor;
    return {gradient, {}, {}, {}, {}};
  }
};

std::vector<double> inverse_frequency_weights(const ClassificationLossConfig& config,
                                              const std::vector<int64_t>& counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (total <= 0) {
    fail(
        "loss.classification.alpha_from: found \"inverse_frequency\", but the training set has no "
        "objects to count; use \"fixed\"");
  }
  std::vector<double> weights(counts.size());
  double mean = 0;
  double largest = 0;
  for (size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] <= 0) continue;
    const double frequency = static_cast<double>(counts[k]) / total;
    weights[k] = std::pow(frequency, -config.frequency_power);
    mean += frequency * weights[k];
    largest = std::max(largest, weights[k]);
  }
  for (size_t k = 0; k < counts.size(); ++k) {
    weights[k] = (counts[k] > 0 ? weights[k] : largest) * config.alpha / mean;
  }
  return weights;
}

bool has_alpha(ClassificationKind kind) {
  return kind != ClassificationKind::kCe && kind != ClassificationKind::kOhem;
}

bool has_gamma(ClassificationKind kind) {
  return kind == ClassificationKind::kFocal || kind == ClassificationKind::kSoftmaxFocal;
}

}  // namespace

ClassificationTerms classification_terms(const ClassificationLossConfig& config,
                                         int64_t num_classes,
                                         const std::vector<int64_t>& class_counts) {
  RN_CHECK(num_classes > 0, "num_classes {}", num_classes);
  ClassificationTerms terms;
  terms.activation = score_activation(config);
  terms.gamma = has_gamma(config.kind) ? config.gamma : 0.0;
  terms.positive_weights.assign(num_classes, 1.0);
  if (config.kind == ClassificationKind::kBalancedCe && config.alpha_from == AlphaFrom::kNone) {
    fail(
        "loss.classification.alpha_from: found \"none\" with kind \"balanced_ce\", expected "
        "\"fixed\" or \"inverse_frequency\"; without alpha it is kind \"ce\"");
  }
  if (!has_alpha(config.kind) || config.alpha_from == AlphaFrom::kNone) return terms;
  terms.negative_weight = 1.0 - config.alpha;
  if (config.alpha_from == AlphaFrom::kFixed) {
    terms.positive_weights.assign(num_classes, config.alpha);
  } else {
    RN_CHECK(static_cast<int64_t>(class_counts.size()) == num_classes,
             "{} class counts for {} classes", class_counts.size(), num_classes);
    terms.positive_weights = inverse_frequency_weights(config, class_counts);
  }
  return terms;
}

torch::Tensor classification_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                  const ClassificationTerms& terms,
                                  const std::vector<double>& scales) {
  const auto num_classes = static_cast<int64_t>(terms.positive_weights.size());
  RN_CHECK(logits.dim() == 4 && labels.dim() == 2 && logits.size(0) == labels.size(0) &&
               logits.numel() == labels.numel() * num_classes,
           "{} logits, {} labels, {} classes", logits.numel(), labels.numel(), num_classes);
  RN_CHECK(scales.size() == 1 || static_cast<int64_t>(scales.size()) == labels.size(0),
           "{} scales for {} images", scales.size(), labels.size(0));
  const auto dtype = logits.scalar_type();
  const bool fused = logits.is_cpu() && (dtype == torch::kFloat32 || dtype == torch::kFloat64 ||
                                         dtype == torch::kBFloat16);
  if (fused) {
    const bool needs_gradient = torch::GradMode::is_enabled() && logits.requires_grad();
    return FusedLoss::apply(logits, labels, terms, scales, needs_gradient);
  }
  const auto x = logits.to(dtype == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32)
                     .permute({0, 2, 3, 1})
                     .reshape({labels.size(0), labels.size(1), num_classes});
  const auto composed = terms.activation == ScoreActivation::kSoftmax ? composed_softmax_focal
                                                                      : composed_sigmoid_focal;
  if (scales.size() == 1) return scales[0] * composed(x, labels, terms);
  torch::Tensor sum;
  for (int64_t n = 0; n < labels.size(0); ++n) {
    const auto loss = scales[n] * composed(x.narrow(0, n, 1), labels.narrow(0, n, 1), terms);
    sum = n == 0 ? loss : sum + loss;
  }
  return sum;
}

}  // namespace rn
