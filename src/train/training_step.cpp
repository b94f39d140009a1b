#include "train/training_step.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/out_of_memory.h"
#include "core/torch_compat.h"
#include "train/gradients.h"

namespace rn {

TrainingStep::TrainingStep(const TrainConfig& config, Precision precision, torch::Device device,
                           RetinaNet model, Criterion criterion)
    : clip_norm_(config.clip_norm),
      dtype_(torch_dtype(precision, device)),
      device_(device),
      model_(std::move(model)),
      criterion_(std::move(criterion)),
      optimizer_(config.optimizer, trainable_parameters(*model_)),
      scaler_(precision == Precision::kFp16),
      anchors_(model_->config().anchors, device_),
      statistics_(*model_) {
  if (optimizer_.parameters().empty()) {
    fail("model.backbone.frozen_stages: every parameter is frozen, nothing is left to train");
  }
}

void TrainingStep::begin() {
  statistics_.remember();
  normalizer_before_ = criterion_.normalizer().average();
  begun_ = true;
}

TrainingStep::Outputs TrainingStep::forward(const Batch& batch) {
  Outputs out;
  out.images = batch.images.to(device_, /*non_blocking=*/true);
  {
    const AutocastScope autocast(device_.type(), dtype_);
    const Maps features = model_->features(out.images);
    out.logits = model_->head()->logits(features);
    lap(StepPhase::kForward);
    out.targets = criterion_.assign(anchors_(features, out.images), batch.targets);
    lap(StepPhase::kLoss);
    std::vector<torch::Tensor> positives;
    for (const LevelTargets& level : out.targets.levels) positives.push_back(level.positives);
    out.deltas = model_->head()->deltas_at(features, positives);
  }
  lap(StepPhase::kForward);
  return out;
}

TrainingStep::Losses TrainingStep::add(const Batch& batch, int64_t batches) {
  if (!begun_) begin();
  Losses losses;
  std::vector<double> weights;
  const int64_t size = parts_.part_size(batch);
  for (int64_t first = 0; first < batch.size() && losses.finite(); first += size) {
    const Batch part = slice(batch, first, std::min(size, batch.size() - first));
    try {
      add_part(batch, part, first, batches, weights, losses);
    } catch (const std::exception& error) {
      if (!is_out_of_memory(error)) throw;
      ran_out_of_memory(part, batches, error);
    }
  }
  profile_ = nullptr;
  return losses;
}

void TrainingStep::add_part(const Batch& batch, const Batch& part, int64_t first, int64_t batches,
                            std::vector<double>& weights, Losses& losses) {
  LossOutput output;
  {
    const Outputs out = forward(part);
    const auto& anchors = anchors_(out.logits, out.images);
    if (weights.empty()) {
      const bool is_whole = part.size() == batch.size();
      weights = criterion_.normalizer()(
          (is_whole ? out.targets : criterion_.assign(anchors, batch.targets)).positives_per_image);
    }
    output = criterion_(out.logits, out.deltas, anchors, out.targets,
                        {weights.begin() + first, weights.begin() + first + part.size()});
    if (profile_ != nullptr) criterion_.profile(out.logits, out.targets, *profile_);
  }
  losses.classification += output.classification.item<double>();
  losses.box += output.box.item<double>();
  losses.positives += output.num_positives;
  lap(StepPhase::kLoss);
  if (!losses.finite()) return;
  (output.total() * (scaler_.scale() / static_cast<double>(batches))).backward();
  lap(StepPhase::kBackward);
}

void TrainingStep::ran_out_of_memory(const Batch& part, int64_t batches,
                                     const std::exception& error) {
  abandon();
  const std::string problem = out_of_memory_text(part, error);
  if (part.size() == 1 || !statistics_.empty()) {
    const bool can_be_bf16 = dtype_ == torch::kFloat32;
    throw OutOfMemory(problem, out_of_memory_remedy(part, batches, can_be_bf16), 0);
  }
  parts_.was_too_large(part);
  const int64_t size = parts_.part_size(part);
  throw OutOfMemory(
      problem,
      fmt::format("; such batches go on in parts of {} image{}", size, size == 1 ? "" : "s"), size);
}

TrainingStep::Update TrainingStep::finish(double learning_rate) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor scaled_norm = gradient_norm(optimizer_.parameters());
  const double unscale = 1.0 / scaler_.scale();
  const torch::Tensor norm = scaled_norm * unscale;
  Update update;
  update.gradient_norm = norm.item<double>();
  update.made = std::isfinite(update.gradient_norm);
  const bool as_it_is = clip_norm_ <= 0.0 && !scaler_.enabled();
  if (update.made) {
    optimizer_.step(learning_rate,
                    as_it_is ? torch::Tensor() : clip_factor(norm, clip_norm_) * unscale);
  }
  scaler_.update(update.made);
  update.bad = !update.made && (!scaler_.enabled() || scaler_.exhausted());
  if (update.bad) {
    abandon();
  } else {
    clear_gradients(optimizer_.parameters());
    begun_ = false;
  }
  lap(StepPhase::kOptimizer);
  return update;
}

void TrainingStep::abandon() {
  profile_ = nullptr;
  clear_gradients(optimizer_.parameters());
  if (!begun_) return;
  statistics_.put_back();
  criterion_.normalizer().set_average(normalizer_before_);
  begun_ = false;
}

std::vector<LevelLosses> TrainingStep::losses_per_level(const Batch& batch) {
  RN_CHECK(!begun_, "a step is begun");
  const torch::NoGradGuard no_grad;
  begin();
  std::vector<LevelLosses> losses;
  try {
    const Outputs out = forward(batch);
    losses =
        criterion_.per_level(out.logits, out.deltas, anchors_(out.logits, out.images), out.targets);
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
  }
  abandon();
  return losses;
}

}  // namespace rn
