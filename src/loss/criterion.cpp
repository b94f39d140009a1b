#include "loss/criterion.h"

#include <numeric>
#include <utility>

#include "core/error.h"
#include "loss/box_loss.h"
#include "loss/targets.h"

namespace rn {
namespace {

void check_shapes(const Predictions& predictions, const std::vector<torch::Tensor>& anchors,
                  int64_t num_images, int64_t num_classes) {
  RN_CHECK(!predictions.empty() && predictions.size() == anchors.size(),
           "{} levels of predictions, {} of anchors", predictions.size(), anchors.size());
  for (size_t level = 0; level < anchors.size(); ++level) {
    const auto& [logits, deltas] = predictions[level];
    const int64_t count = num_images * anchors[level].size(0);
    RN_CHECK(logits.dim() == 4 && deltas.dim() == 4 && logits.size(0) == num_images &&
                 logits.numel() == count * num_classes && deltas.numel() == count * 4,
             "level {}: {} logits and {} deltas for {} images, {} anchors and {} classes", level,
             logits.numel(), deltas.numel(), num_images, anchors[level].size(0), num_classes);
  }
}

/// Losses are float32, or double from double.
torch::Dtype loss_dtype(const torch::Tensor& predictions) {
  return predictions.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
}

/// Over the positives of all levels, each weighted by its image. @param image_weights [N]
torch::Tensor sum_box_losses(const Predictions& predictions,
                             const std::vector<torch::Tensor>& anchors_per_level,
                             const std::vector<LevelTargets>& targets,
                             const std::vector<double>& image_weights, const BoxCoder& coder,
                             const BoxLossConfig& config) {
  std::vector<torch::Tensor> deltas, anchors, boxes, images;
  const auto dtype = loss_dtype(predictions[0].deltas);
  for (size_t level = 0; level < predictions.size(); ++level) {
    const auto& rows = targets[level].positives;
    const auto& level_anchors = anchors_per_level[level];
    deltas.push_back(predictions[level]
                         .deltas.permute({0, 2, 3, 1})
                         .reshape({-1, 4})  // [N*H*W*A, 4]
                         .index_select(0, rows)
                         .to(dtype));
    anchors.push_back(level_anchors.index_select(0, rows.remainder(level_anchors.size(0))));
    boxes.push_back(targets[level].boxes);
    images.push_back(targets[level].images);
  }
  const auto losses = box_losses(torch::cat(deltas), torch::cat(anchors).to(dtype),
                                 torch::cat(boxes), coder, config);  // [P]
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

LossOutput Criterion::operator()(const Predictions& predictions,
                                 const std::vector<torch::Tensor>& anchors_per_level,
                                 const std::vector<GroundTruth>& ground_truths) {
  check_shapes(predictions, anchors_per_level, static_cast<int64_t>(ground_truths.size()),
               num_classes_);
  const Targets targets = assign_targets(matcher_, anchors_per_level, ground_truths, num_classes_);
  LossOutput out;
  out.num_positives = std::accumulate(targets.positives_per_image.begin(),
                                      targets.positives_per_image.end(), int64_t{0});
  std::vector<torch::Tensor> logits, labels;
  for (size_t level = 0; level < targets.levels.size(); ++level) {
    logits.push_back(predictions[level].logits);
    labels.push_back(targets.levels[level].labels);
  }
  if (config_.classification.kind == ClassificationKind::kOhem) {
    labels = mine_hard_negatives(logits, labels, config_.classification);
  }
  const std::vector<double> image_weights = normalizer_(targets.positives_per_image);
  const auto scales = scaled(image_weights, config_.classification.weight);
  for (size_t level = 0; level < logits.size(); ++level) {
    const auto loss = classification_loss(logits[level], labels[level], terms_, scales);
    out.classification = level == 0 ? loss : out.classification + loss;
  }
  out.box = sum_box_losses(predictions, anchors_per_level, targets.levels,
                           scaled(image_weights, config_.box.weight), coder_, config_.box);
  return out;
}

}  // namespace rn
