#include "loss/criterion.h"

#include <numeric>
#include <utility>

#include "core/error.h"
#include "loss/box_loss.h"

namespace rn {
namespace {

int64_t num_positives(const Targets& targets) {
  return std::accumulate(targets.positives_per_image.begin(), targets.positives_per_image.end(),
                         int64_t{0});
}

void check_shapes(const std::vector<torch::Tensor>& logits, const torch::Tensor& deltas,
                  const std::vector<torch::Tensor>& anchors, const Targets& targets,
                  int64_t num_classes) {
  RN_CHECK(
      !logits.empty() && logits.size() == anchors.size() && logits.size() == targets.levels.size(),
      "{} levels of logits, {} of anchors, {} of targets", logits.size(), anchors.size(),
      targets.levels.size());
  const auto num_images = static_cast<int64_t>(targets.positives_per_image.size());
  for (size_t level = 0; level < anchors.size(); ++level) {
    const int64_t count = num_images * anchors[level].size(0);
    RN_CHECK(logits[level].dim() == 4 && logits[level].size(0) == num_images &&
                 logits[level].numel() == count * num_classes,
             "level {}: {} logits for {} images, {} anchors and {} classes", level,
             logits[level].numel(), num_images, anchors[level].size(0), num_classes);
  }
  const int64_t positives = num_positives(targets);
  RN_CHECK(deltas.dim() == 2 && deltas.size(0) == positives && deltas.size(1) == 4,
           "{} deltas for {} positive anchors", deltas.numel(), positives);
}

/// Losses are float32, or double from double.
torch::Dtype loss_dtype(const torch::Tensor& predictions) {
  return predictions.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
}

/// Those of the positives, of a head that predicts all. @return [P, 4]
torch::Tensor positive_deltas(const Predictions& predictions, const Targets& targets) {
  std::vector<torch::Tensor> deltas;
  for (size_t level = 0; level < predictions.size(); ++level) {
    deltas.push_back(predictions[level]
                         .deltas.permute({0, 2, 3, 1})
                         .reshape({-1, 4})  // [N*H*W*A, 4]
                         .index_select(0, targets.levels[level].positives));
  }
  return torch::cat(deltas);
}

/// Over the positives of all levels, each weighted by its image. @param image_weights [N]
torch::Tensor sum_box_losses(const torch::Tensor& deltas,
                             const std::vector<torch::Tensor>& anchors_per_level,
                             const std::vector<LevelTargets>& targets,
                             const std::vector<double>& image_weights, const BoxCoder& coder,
                             const BoxLossConfig& config) {
  std::vector<torch::Tensor> anchors, boxes, images;
  const auto dtype = loss_dtype(deltas);
  for (size_t level = 0; level < targets.size(); ++level) {
    const auto& level_anchors = anchors_per_level[level];
    const auto rows = targets[level].positives.remainder(level_anchors.size(0));
    anchors.push_back(level_anchors.index_select(0, rows));
    boxes.push_back(targets[level].boxes);
    images.push_back(targets[level].images);
  }
  const auto losses = box_losses(deltas.to(dtype), torch::cat(anchors).to(dtype), torch::cat(boxes),
                                 coder, config);  // [P]
  const auto weights = torch::tensor(image_weights, torch::kFloat64).to(losses.options());
  return (losses * weights.index_select(0, torch::cat(images))).sum();
}

std::vector<double> scaled(std::vector<double> weights, double factor) {
  for (double& weight : weights) weight *= factor;
  return weights;
}

}  // namespace

Criterion::Criterion(LossConfig config, int64_t num_classes,
                     const std::vector<int64_t>& class_counts, BoxCoder coder)
    : config_(config),
      num_classes_(num_classes),
      matcher_(config.matcher),
      coder_(coder),
      terms_(classification_terms(config.classification, num_classes, class_counts)),
      normalizer_(config.normalizer) {}

Targets Criterion::assign(const std::vector<torch::Tensor>& anchors_per_level,
                          const std::vector<GroundTruth>& ground_truths) const {
  return assign_targets(matcher_, anchors_per_level, ground_truths, num_classes_);
}

std::vector<torch::Tensor> Criterion::labels_of(const std::vector<torch::Tensor>& logits,
                                                const Targets& targets) const {
  std::vector<torch::Tensor> labels;
  for (const LevelTargets& level : targets.levels) labels.push_back(level.labels);
  if (config_.classification.kind != ClassificationKind::kOhem) return labels;
  return mine_hard_negatives(logits, labels, config_.classification);
}

LossOutput Criterion::operator()(const std::vector<torch::Tensor>& logits,
                                 const torch::Tensor& deltas,
                                 const std::vector<torch::Tensor>& anchors_per_level,
                                 const Targets& targets) {
  return (*this)(logits, deltas, anchors_per_level, targets,
                 normalizer_(targets.positives_per_image));
}

LossOutput Criterion::operator()(const std::vector<torch::Tensor>& logits,
                                 const torch::Tensor& deltas,
                                 const std::vector<torch::Tensor>& anchors_per_level,
                                 const Targets& targets,
                                 const std::vector<double>& image_weights) const {
  check_shapes(logits, deltas, anchors_per_level, targets, num_classes_);
  LossOutput out;
  out.num_positives = num_positives(targets);
  const std::vector<torch::Tensor> labels = labels_of(logits, targets);
  const auto scales = scaled(image_weights, config_.classification.weight);
  for (size_t level = 0; level < logits.size(); ++level) {
    const auto loss = classification_loss(logits[level], labels[level], terms_, scales);
    out.classification = level == 0 ? loss : out.classification + loss;
  }
  out.box = sum_box_losses(deltas, anchors_per_level, targets.levels,
                           scaled(image_weights, config_.box.weight), coder_, config_.box);
  return out;
}

std::vector<LevelLosses> Criterion::per_level(const std::vector<torch::Tensor>& logits,
                                              const torch::Tensor& deltas,
                                              const std::vector<torch::Tensor>& anchors_per_level,
                                              const Targets& targets) const {
  const torch::NoGradGuard no_grad;
  check_shapes(logits, deltas, anchors_per_level, targets, num_classes_);
  const std::vector<torch::Tensor> labels = labels_of(logits, targets);
  LossNormalizer normalizer = normalizer_;  // a look doesn't count in the average
  const std::vector<double> image_weights = normalizer(targets.positives_per_image);
  const auto cls_scales = scaled(image_weights, config_.classification.weight);
  const auto box_scales = scaled(image_weights, config_.box.weight);
  std::vector<LevelLosses> losses;
  int64_t row = 0;
  for (size_t level = 0; level < logits.size(); ++level) {
    const int64_t end = row + targets.levels[level].positives.numel();
    const auto cls = classification_loss(logits[level], labels[level], terms_, cls_scales);
    const auto box = sum_box_losses(deltas.slice(0, row, end), {anchors_per_level[level]},
                                    {targets.levels[level]}, box_scales, coder_, config_.box);
    losses.push_back({cls.item<double>(), box.item<double>()});
    row = end;
  }
  return losses;
}

void Criterion::profile(const std::vector<torch::Tensor>& logits, const Targets& targets,
                        LossProfile& profile) const {
  std::vector<torch::Tensor> labels;
  for (const LevelTargets& level : targets.levels) labels.push_back(level.labels);
  add_losses(profile, logits, labels, labels_of(logits, targets), terms_);
}

LossOutput Criterion::operator()(const Predictions& predictions,
                                 const std::vector<torch::Tensor>& anchors_per_level,
                                 const std::vector<GroundTruth>& ground_truths) {
  RN_CHECK(predictions.size() == anchors_per_level.size(), "{} levels, {} of anchors",
           predictions.size(), anchors_per_level.size());
  const Targets targets = assign(anchors_per_level, ground_truths);
  std::vector<torch::Tensor> logits;
  for (const LevelPredictions& level : predictions) logits.push_back(level.logits);
  return (*this)(logits, positive_deltas(predictions, targets), anchors_per_level, targets);
}

}  // namespace rn
