#pragma once

#include <torch/types.h>

#include <vector>

#include "boxes/anchors.h"
#include "boxes/scores.h"
#include "core/image_size.h"
#include "core/precision.h"
#include "infer/config.h"
#include "infer/detections.h"
#include "model/retinanet.h"

namespace rn {

/// From a network's input to detections: forward, then postprocess. The one way that training's
/// validation, `eval` and `predict` all take.
class Inference {
 public:
  struct Options {
    PredictConfig predict;
    ScoreActivation activation = ScoreActivation::kSigmoid;
    Precision precision = Precision::kFp32;
    torch::Device device = torch::kCPU;
  };

  /// @param model shared, moved to the device; put into eval mode for each run and back after it
  Inference(RetinaNet model, Options options);

  /// @param images [N, 3, H, W] float32 as data/preprocess.h makes them, on any device
  /// @param sizes_input N, the part of each that is not padding
  /// @param sizes_original N, the pictures before their resize: the frame of the result
  std::vector<Detections> run(const torch::Tensor& images,
                              const std::vector<ImageSize>& sizes_input,
                              const std::vector<ImageSize>& sizes_original);

 private:
  RetinaNet model_;
  Options options_;
  AnchorGenerator anchors_;
};

}  // namespace rn
