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

/// The best anchors of one image and level, before their boxes are known.
struct Chosen {
  torch::Tensor scores;   // [c] float32, best first
  torch::Tensor labels;   // [c] int64
  torch::Tensor anchors;  // [c] int64, rows of the level's [R, 4]
};

/// @param logits [R, K]
Chosen choose(const torch::Tensor& logits, const PredictConfig& config,
              ScoreActivation activation) {
  const auto [scores, idxs] = score_level(logits, config, activation);
  const int64_t num_classes = logits.size(1);
  return {scores, idxs.remainder(num_classes), idxs.div(num_classes, "floor")};
}

/// @param deltas [c, 4] of the chosen @param anchors [R, 4]
Candidates decode(const Chosen& chosen, const torch::Tensor& deltas, const torch::Tensor& anchors,
                  const ImageSize& size_input, const PredictConfig& config) {
  auto boxes = BoxCoder().decode(deltas.to(torch::kFloat32),
                                 anchors.index_select(0, chosen.anchors).to(torch::kFloat32));
  auto is_good = boxes.isfinite().all(1);
  if (config.clip == ClipBoxes::kBeforeNms) {
    boxes = clip_boxes(boxes, size_input);
    if (config.drop_empty) is_good = is_good.logical_and(have_area(boxes));
  }
  const auto keep = is_good.nonzero().squeeze(1);
  return {boxes.index_select(0, keep), chosen.scores.index_select(0, keep),
          chosen.labels.index_select(0, keep)};
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

void check_shapes(const std::vector<torch::Tensor>& logits,
                  const std::vector<torch::Tensor>& anchors, size_t num_sizes_input,
                  size_t num_sizes_original) {
  RN_CHECK(!logits.empty() && logits.size() == anchors.size(), "{} levels, {} of anchors",
           logits.size(), anchors.size());
  for (size_t l = 0; l < anchors.size(); ++l) {
    const auto n = static_cast<size_t>(logits[l].size(0));
    RN_CHECK(n == num_sizes_input && n == num_sizes_original, "{} images, {} and {} sizes", n,
             num_sizes_input, num_sizes_original);
    const int64_t count = anchors[l].size(0);
    const int64_t num_logits = logits[l][0].numel();
    RN_CHECK(count == 0 || num_logits % count == 0, "level {}: {} anchors, {} logits", l, count,
             num_logits);
  }
}

/// By image, then level.
using ChosenAnchors = std::vector<std::vector<Chosen>>;

ChosenAnchors choose_all(const std::vector<torch::Tensor>& logits,
                         const std::vector<torch::Tensor>& anchors, size_t images,
                         const PredictConfig& config, ScoreActivation activation) {
  ChosenAnchors chosen(images);
  for (size_t n = 0; n < images; ++n) {
    for (size_t l = 0; l < logits.size(); ++l) {
      const int64_t count = anchors[l].size(0);
      if (count == 0) {
        const auto none = torch::empty({0}, anchors[l].options().dtype(torch::kInt64));
        chosen[n].push_back({none.to(torch::kFloat32), none, none});
        continue;
      }
      const auto image = static_cast<int64_t>(n);
      chosen[n].push_back(choose(by_anchor(logits[l][image], count), config, activation));
    }
  }
  return chosen;
}

/// The deltas of everything that was chosen, by image, then level.
std::vector<std::vector<torch::Tensor>> deltas_of(const ChosenAnchors& chosen,
                                                  const std::vector<torch::Tensor>& anchors,
                                                  const DeltasAt& deltas_at) {
  std::vector<torch::Tensor> rows, places;  // of each level: the rows; where each chosen one is
  int64_t offset = 0;
  for (size_t l = 0; l < anchors.size(); ++l) {
    std::vector<torch::Tensor> of_images;
    for (size_t n = 0; n < chosen.size(); ++n) {
      of_images.push_back(chosen[n][l].anchors + static_cast<int64_t>(n) * anchors[l].size(0));
    }
    // An anchor may be there for several classes.
    const auto [unique, inverse, counts] =
        torch::_unique2(torch::cat(of_images), /*sorted=*/true, /*return_inverse=*/true);
    rows.push_back(unique);
    places.push_back(inverse + offset);
    offset += unique.size(0);
  }
  const torch::Tensor deltas = deltas_at(rows);
  RN_CHECK(deltas.size(0) == offset && deltas.size(1) == 4, "{} deltas for {} anchors",
           deltas.numel(), offset);
  std::vector<std::vector<torch::Tensor>> result(chosen.size());
  std::vector<int64_t> begins(anchors.size());
  for (size_t n = 0; n < chosen.size(); ++n) {
    for (size_t l = 0; l < anchors.size(); ++l) {
      const int64_t count = chosen[n][l].anchors.size(0);
      result[n].push_back(deltas.index_select(0, places[l].narrow(0, begins[l], count)));
      begins[l] += count;
    }
  }
  return result;
}

}  // namespace

std::vector<Detections> postprocess(const std::vector<torch::Tensor>& logits,
                                    const DeltasAt& deltas_at,
                                    const std::vector<torch::Tensor>& anchors,
                                    const std::vector<ImageSize>& sizes_input,
                                    const std::vector<ImageSize>& sizes_original,
                                    const PredictConfig& config, ScoreActivation activation) {
  const torch::NoGradGuard no_grad;
  std::vector<Detections> detections;
  if (sizes_input.empty()) return detections;
  check_shapes(logits, anchors, sizes_input.size(), sizes_original.size());
  const auto chosen = choose_all(logits, anchors, sizes_input.size(), config, activation);
  const auto deltas = deltas_of(chosen, anchors, deltas_at);
  for (size_t n = 0; n < chosen.size(); ++n) {
    std::vector<torch::Tensor> boxes, scores, labels;
    for (size_t l = 0; l < anchors.size(); ++l) {
      const Candidates level =
          decode(chosen[n][l], deltas[n][l], anchors[l], sizes_input[n], config);
      boxes.push_back(level.boxes);
      scores.push_back(level.scores);
      labels.push_back(level.labels);
    }
    const Candidates all{torch::cat(boxes), torch::cat(scores), torch::cat(labels)};
    detections.push_back(to_detections(all, sizes_input[n], sizes_original[n], config));
  }
  return detections;
}

std::vector<Detections> postprocess(const Predictions& predictions,
                                    const std::vector<torch::Tensor>& anchors,
                                    const std::vector<ImageSize>& sizes_input,
                                    const std::vector<ImageSize>& sizes_original,
                                    const PredictConfig& config, ScoreActivation activation) {
  std::vector<torch::Tensor> logits;
  for (size_t l = 0; l < predictions.size(); ++l) {
    const auto& deltas = predictions[l].deltas;
    RN_CHECK(deltas.numel() == 4 * deltas.size(0) * anchors.at(l).size(0),
             "level {}: {} anchors, {} deltas", l, anchors[l].size(0), deltas.numel());
    logits.push_back(predictions[l].logits);
  }
  const auto deltas_at = [&](const std::vector<torch::Tensor>& rows) {
    std::vector<torch::Tensor> deltas;
    for (size_t l = 0; l < rows.size(); ++l) {
      deltas.push_back(
          predictions[l].deltas.permute({0, 2, 3, 1}).reshape({-1, 4}).index_select(0, rows[l]));
    }
    return torch::cat(deltas);
  };
  return postprocess(logits, deltas_at, anchors, sizes_input, sizes_original, config, activation);
}

}  // namespace rn
