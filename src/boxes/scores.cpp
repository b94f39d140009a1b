#include "boxes/scores.h"

#include <cmath>

#include "core/error.h"

namespace rn {

torch::Tensor scores_from_logits(const torch::Tensor& logits, ScoreActivation activation) {
  const auto x = logits.scalar_type() == torch::kFloat64 ? logits : logits.to(torch::kFloat32);
  switch (activation) {
    case ScoreActivation::kSigmoid:
      return x.sigmoid();
    case ScoreActivation::kSoftmax: {
      const auto background = std::log(static_cast<double>(x.size(-1)));
      // logsumexp over the classes and the background, without appending a column.
      const auto total =
          torch::logaddexp(x.logsumexp(-1, true), torch::full({}, background, x.options()));
      return (x - total).exp();
    }
  }
  RN_CHECK(false, "activation {}", static_cast<int>(activation));
  return {};
}

}  // namespace rn
