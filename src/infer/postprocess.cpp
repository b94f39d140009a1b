#include "infer/postprocess.h"

#include <cmath>
#include <limits>

#include "boxes/box_coder.h"
#include "boxes/boxes.h"
#include "boxes/nms.h"
#include "core/error.h"
#include "data/preprocess.h"

namespace rn {
namespace {

/// Boxes of one image in the frame of the network's input.
struct Candidates {
  torch::Tensor boxes;   // [c, 4] float32
  torch::Tensor scores;  // [c] float32
  torch::Tensor labels;  // [c] int64
};

/// A little below the logit of a score, so that no logit whose float32 sigmoid exceeds the score is
/// missed, not even where a comparison rounds its bound to bfloat16 (8 bits); what lies between is
/// judged by its score.
double logit_just_below(double score) {
  if (score <= 0) return -std::numeric_limits<double>::infinity();
  if (score >= 1) return std::numeric_limits<double>::infinity();
  const double logit = std::log(score / (1 - score));
  return logit - 1e-3 - std::abs(logit) / 128;
}

/// Indices of the k largest, largest first, equal ones by index. torch::topk leaves both the order
/// and the choice among equals open, and in bfloat16 equals are common.
torch::Tensor top_indices(const torch::Tensor& values, int64_t k) {
  torch::Tensor idxs;
  auto kept = values;
  if (values.size(0) > k) {
    const auto least = std::get<0>(values.topk(k, 0, true, false)).min();
    const auto above = (values > least).nonzero().squeeze(1);
    const auto equal = (values == least).nonzero().squeeze(1).slice(0, 0, k - above.size(0));
    idxs = torch::cat({above, equal});
    kept = values.index_select(0, idxs);
  }
  const auto order = std::get<1>(kept.sort(/*stable=*/true, 0, /*descending=*/true));
  return idxs.defined() ? idxs.index_select(0, order) : order;
}

/// @param values [R*K] @return ascending indices of those > threshold (NaN is not), at most the
/// best k, best first
torch::Tensor select(const torch::Tensor& values, double threshold, int64_t k) {
  const auto above = (values > threshold).nonzero().squeeze(1);
  const auto best = top_indices(values.index_select(0, above).to(torch::kFloat32), k);
  return above.index_select(0, best);
}

/// Scores and flat indices (anchor * K + class) of a level's candidates.
/// @param logits [R, K]
std::pair<torch::Tensor, torch::Tensor> score_level(const torch::Tensor& logits,
                                                    const PredictConfig& config,
                                                    ScoreActivation activation) {
  torch::Tensor idxs;
  torch::Tensor scores;
  if (activation == ScoreActivation::kSigmoid) {
    // The sigmoid rises with the logit, so the few best are found without computing it for all.
    const auto flat = logits.reshape({-1});
    idxs = select(flat, logit_just_below(config.score_threshold), config.top_k);
    scores = scores_from_logits(flat.index_select(0, idxs).unsqueeze(1), activation).squeeze(1);
  } else {
    const auto flat = scores_from_logits(logits, activation).reshape({-1});
    idxs = select(flat, config.score_threshold, config.top_k);
    scores = flat.index_select(0, idxs);
  }
  const auto keep = (scores > config.score_threshold).nonzero().squeeze(1);
  return {scores.index_select(0, keep), idxs.index_select(0, keep)};
}

/// @param boxes [n, 4] @return [n] bool
torch::Tensor have_area(const torch::Tensor& boxes) {
  return boxes.select(1, 2)
      .gt(boxes.select(1, 0))
      .logical_and_(boxes.select(1, 3).gt(boxes.select(1, 1)));
}

/// @param logits [R, K] @param deltas [R, 4] @param anchors [R, 4]
Candidates level_candidates(const torch::Tensor& logits, const torch::Tensor& deltas,
                            const torch::Tensor& anchors, const ImageSize& size_input,
                            const PredictConfig& config, ScoreActivation activation) {
  const int64_t num_classes = logits.size(1);
  auto [scores, idxs] = score_level(logits, config, activation);
  const auto anchor_idxs = idxs.div(num_classes, "floor");
  auto boxes = BoxCoder().decode(deltas.index_select(0, anchor_idxs).to(torch::kFloat32),
                                 anchors.index_select(0, anchor_idxs));
  auto is_good = boxes.isfinite().all(1);
  if (config.clip == ClipBoxes::kBeforeNms) {
    boxes = clip_boxes(boxes, size_input);
    if (config.drop_empty) is_good = is_good.logical_and(have_area(boxes));
  }
  const auto keep = is_good.nonzero().squeeze(1);
  return {boxes.index_select(0, keep), scores.index_select(0, keep),
          idxs.remainder(num_classes).index_select(0, keep)};
}

/// @param map [A*C, H, W] @return [H*W*A, C], a view in channels-last
torch::Tensor by_anchor(const torch::Tensor& map, int64_t num_anchors) {
  return map.permute({1, 2, 0}).reshape({num_anchors, -1});
}

Detections to_detections(const Candidates& candidates, const ImageSize& size_input,
                         const ImageSize& size_original, const PredictConfig& config) {
  auto kept = nms_per_class(candidates.boxes, candidates.scores, candidates.labels,
                            config.nms_threshold, config.max_detections);
  auto boxes = candidates.boxes.index_select(0, kept);
  // Before the NMS it was the input's edge: the scaling may round a box to a hair beyond this one.
  boxes = clip_boxes(boxes_to_original(boxes, size_input, size_original), size_original);
  if (config.clip == ClipBoxes::kAfterNms && config.drop_empty) {
    const auto rows = have_area(boxes).nonzero().squeeze(1);
    boxes = boxes.index_select(0, rows);
    kept = kept.index_select(0, rows);
  }
  return {boxes.to(torch::kCPU), candidates.scores.index_select(0, kept).to(torch::kCPU),
          candidates.labels.index_select(0, kept).to(torch::kCPU)};
}

void check_shapes(const Predictions& predictions, const std::vector<torch::Tensor>& anchors,
                  size_t num_sizes_input, size_t num_sizes_original) {
  RN_CHECK(!predictions.empty() && predictions.size() == anchors.size(), "{} levels, {} of anchors",
           predictions.size(), anchors.size());
  for (size_t l = 0; l < anchors.size(); ++l) {
    const auto n = static_cast<size_t>(predictions[l].logits.size(0));
    RN_CHECK(n == num_sizes_input && n == num_sizes_original, "{} images, {} and {} sizes", n,
             num_sizes_input, num_sizes_original);
    const int64_t count = anchors[l].size(0);
    const int64_t num_deltas = predictions[l].deltas[0].numel();
    const int64_t num_logits = predictions[l].logits[0].numel();
    RN_CHECK(num_deltas == 4 * count && (count == 0 || num_logits % count == 0),
             "level {}: {} anchors, {} deltas, {} logits", l, count, num_deltas, num_logits);
  }
}

}  // namespace

std::vector<Detections> postprocess(const Predictions& predictions,
                                    const std::vector<torch::Tensor>& anchors,
                                    const std::vector<ImageSize>& sizes_input,
                                    const std::vector<ImageSize>& sizes_original,
                                    const PredictConfig& config, ScoreActivation activation) {
  const torch::NoGradGuard no_grad;
  std::vector<Detections> detections;
  if (sizes_input.empty()) return detections;
  check_shapes(predictions, anchors, sizes_input.size(), sizes_original.size());
  for (size_t n = 0; n < sizes_input.size(); ++n) {
    std::vector<torch::Tensor> boxes, scores, labels;
    for (size_t l = 0; l < predictions.size(); ++l) {
      const int64_t count = anchors[l].size(0);
      if (count == 0) continue;
      const auto image = static_cast<int64_t>(n);
      const Candidates level =
          level_candidates(by_anchor(predictions[l].logits[image], count),
                           by_anchor(predictions[l].deltas[image], count),
                           anchors[l].to(torch::kFloat32), sizes_input[n], config, activation);
      boxes.push_back(level.boxes);
      scores.push_back(level.scores);
      labels.push_back(level.labels);
    }
    const Candidates all{torch::cat(boxes), torch::cat(scores), torch::cat(labels)};
    detections.push_back(to_detections(all, sizes_input[n], sizes_original[n], config));
  }
  return detections;
}

}  // namespace rn
