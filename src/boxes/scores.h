#pragma once

#include <torch/types.h>

#include <array>
#include <string_view>
#include <utility>

namespace rn {

/// How logits become scores. It belongs to the loss that the model was trained with, and travels
/// in the model file.
enum class ScoreActivation {
  kSigmoid,  ///< every class on its own
  kSoftmax,  ///< over K classes and a background whose logit is fixed at log(K)
};

constexpr auto enum_names(ScoreActivation) {
  using Entry = std::pair<ScoreActivation, std::string_view>;
  return std::array{Entry{ScoreActivation::kSigmoid, "sigmoid"},
                    Entry{ScoreActivation::kSoftmax, "softmax"}};
}

/// The background logit log(K) makes K equal logits of -log((1-pi)/pi) say "an object, of whatever
/// class, with probability pi", so the heads' prior bias serves both activations; with one class
/// the two are the same function.
/// @param logits [..., K] @return [..., K] in 0..1, float32 at least
torch::Tensor scores_from_logits(const torch::Tensor& logits, ScoreActivation activation);

}  // namespace rn
