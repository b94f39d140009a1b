#pragma once

#include <torch/types.h>

#include <functional>
#include <vector>

#include "boxes/predictions.h"
#include "boxes/scores.h"
#include "core/image_size.h"
#include "infer/config.h"
#include "infer/detections.h"

namespace rn {

/// The encoded boxes of some anchors.
using DeltasAt = std::function<torch::Tensor(const std::vector<torch::Tensor>& anchors)>;

/// Predictions -> detections: scores, the best `top_k` of each level, decoding of those alone,
/// clipping to the image, NMS per class over all levels, the best `max_detections`, and back to the
/// original frame: torchvision's order of steps. With clip = after_nms, detectron2's: boxes are
/// clipped at last, in the original frame, so that fewer than `max_detections` may be left. Boxes
/// that are not finite are always dropped, those that the clipping leaves empty if the config says
/// so. All arithmetic is in float32, whatever the type of the predictions; equal scores keep the
/// order of the anchors, so the result is a function of the input alone.
/// @param logits [N, A*K, H, W] of each level, P3 first
/// @param deltas_at called once: for each level ascending rows of its [N*H*W*A] anchors, each once,
/// whose encoded boxes it returns, level by level [P, 4]
/// @param anchors for each level [H*W*A, 4], as AnchorGenerator makes them
/// @param sizes_input N: the part of each network input that is not padding
/// @param sizes_original N: the pictures before their resize
std::vector<Detections> postprocess(const std::vector<torch::Tensor>& logits,
                                    const DeltasAt& deltas_at,
                                    const std::vector<torch::Tensor>& anchors,
                                    const std::vector<ImageSize>& sizes_input,
                                    const std::vector<ImageSize>& sizes_original,
                                    const PredictConfig& config,
                                    ScoreActivation activation = ScoreActivation::kSigmoid);

/// The same, of a head that predicts all boxes.
std::vector<Detections> postprocess(const Predictions& predictions,
                                    const std::vector<torch::Tensor>& anchors,
                                    const std::vector<ImageSize>& sizes_input,
                                    const std::vector<ImageSize>& sizes_original,
                                    const PredictConfig& config,
                                    ScoreActivation activation = ScoreActivation::kSigmoid);

}  // namespace rn
