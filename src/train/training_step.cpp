#include "train/training_step.h"

#include <cmath>

#include "core/error.h"
#include "core/torch_compat.h"
#include "train/gradients.h"

namespace rn {
std::string step_text(int64_t iteration, const std::vector<int64_t>& image_ids) {
  return fmt::format("{} (images {})", iteration, fmt::join(image_ids, ", "));
}

TrainingStep::TrainingStep(const TrainConfig& config, Precision precision, torch::Device device,
                           RetinaNet model, Criterion criterion)
    : clip_norm_(config.clip_norm),
      dtype_(torch_dtype(precision, device)),
      device_(device),
      model_(std::move(model)),
      criterion_(std::move(criterion)),
      optimizer_(config.optimizer, trainable_parameters(*model_)),
      scaler_(precision == Precision::kFp16),
      anchors_(model_->config().anchors, device_) {
  if (optimizer_.parameters().empty()) {
    fail("model.backbone.frozen_stages: every parameter is frozen, nothing is left to train");
  }
}

LossOutput TrainingStep::forward(const Batch& batch) {
  const torch::Tensor images = batch.images.to(device_, /*non_blocking=*/true);
  Maps logits;
  Targets targets;
  torch::Tensor deltas;
  {
    const AutocastScope autocast(device_.type(), dtype_);
    const Maps features = model_->features(images);
    logits = model_->head()->logits(features);
    lap(StepPhase::kForward);
    targets = criterion_.assign(anchors_(features, images), batch.targets);
    lap(StepPhase::kLoss);
    std::vector<torch::Tensor> positives;
    for (const LevelTargets& level : targets.levels) positives.push_back(level.positives);
    deltas = model_->head()->deltas_at(features, positives);
  }
  lap(StepPhase::kForward);
  return criterion_(logits, deltas, anchors_(logits, images), targets);
}

TrainingStep::Losses TrainingStep::add(const Batch& batch, int64_t batches, int64_t iteration) {
  const LossOutput output = forward(batch);
  const Losses losses{output.classification.item<double>(), output.box.item<double>(),
                      output.num_positives};
  if (!std::isfinite(losses.classification) || !std::isfinite(losses.box)) {
    abandon();
    fail(
        "step {}: the loss is not finite (classification {}, box {}): lower "
        "train.optimizer.learning_rate, raise train.schedule.warmup_iterations, set "
        "train.clip_norm or use precision fp32; --resume goes on from the last checkpoint",
        step_text(iteration, batch.image_ids), losses.classification, losses.box);
  }
  lap(StepPhase::kLoss);
  (output.total() * (scaler_.scale() / static_cast<double>(batches))).backward();
  lap(StepPhase::kBackward);
  return losses;
}

torch::Tensor TrainingStep::finish(double learning_rate) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor scaled_norm = gradient_norm(optimizer_.parameters());
  const double unscale = 1.0 / scaler_.scale();
  const torch::Tensor norm = scaled_norm * unscale;
  const bool can_see = !norm.is_cuda() || scaler_.enabled();
  const bool apply = !can_see || std::isfinite(norm.item<double>());
  const bool as_it_is = clip_norm_ <= 0.0 && !scaler_.enabled();
  if (apply) {
    optimizer_.step(learning_rate,
                    as_it_is ? torch::Tensor() : clip_factor(norm, clip_norm_) * unscale);
  }
  scaler_.update(apply);
  abandon();
  lap(StepPhase::kOptimizer);
  return norm;
}

void TrainingStep::abandon() { clear_gradients(optimizer_.parameters()); }

}  // namespace rn
