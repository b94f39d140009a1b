#include "loss/criterion.h"

#include <algorithm>
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

/// The sum over the positives of all levels.
torch::Tensor sum_box_loss(const Predictions& predictions,
                           const std::vector<torch::Tensor>& anchors_per_level,
                           const std::vector<LevelTargets>& targets, const BoxCoder& coder,
                           const BoxLossConfig& config) {
  std::vector<torch::Tensor> deltas, anchors, boxes;
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
  }
  return box_loss(torch::cat(deltas), torch::cat(anchors).to(dtype), torch::cat(boxes), coder,
                  config);
}

}  // namespace

Criterion::Criterion(LossConfig config, int64_t num_classes,
                     const std::vector<int64_t>& class_counts, BoxCoder coder)
    : config_(config),
      num_classes_(num_classes),
      matcher_(config.matcher),
      coder_(coder),
      terms_(classification_terms(config.classification, num_classes, class_counts)) {}

LossOutput Criterion::operator()(const Predictions& predictions,
                                 const std::vector<torch::Tensor>& anchors_per_level,
                                 const std::vector<GroundTruth>& targets) const {
  check_shapes(predictions, anchors_per_level, static_cast<int64_t>(targets.size()), num_classes_);
  const auto assigned = assign_targets(matcher_, anchors_per_level, targets, num_classes_);
  LossOutput out;
  std::vector<torch::Tensor> logits, labels;
  for (size_t level = 0; level < assigned.size(); ++level) {
    out.num_positives += assigned[level].positives.numel();
    logits.push_back(predictions[level].logits);
    labels.push_back(assigned[level].labels);
  }
  if (config_.classification.kind == ClassificationKind::kOhem) {
    labels = mine_hard_negatives(logits, labels, config_.classification);
  }
  const double normalizer = static_cast<double>(std::max<int64_t>(1, out.num_positives));
  const double scale = config_.classification.weight / normalizer;
  for (size_t level = 0; level < logits.size(); ++level) {
    const auto loss = classification_loss(logits[level], labels[level], terms_, scale);
    out.classification = level == 0 ? loss : out.classification + loss;
  }
  out.box = sum_box_loss(predictions, anchors_per_level, assigned, coder_, config_.box) *
            (config_.box.weight / normalizer);
  return out;
}

}  // namespace rn
