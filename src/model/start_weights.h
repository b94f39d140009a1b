#pragma once

#include <filesystem>

#include "model/retinanet.h"
#include "model/state_dict.h"
#include "model/weight_names.h"

namespace rn {

/// Fills the body (ResNet) from weights of any kind; what a detector's file has besides is left
/// out. Batch norm's counters may be missing (they start at 0) or be too many.
/// @param source names the weights in errors
/// @throws Error naming the source and listing all missing, unexpected and mis-shaped tensors;
/// nothing has changed then
void load_backbone(RetinaNet& model, const OwnWeights& weights, const std::string& source);

/// Fills the whole model. Strict: every tensor must be there and fit, and none be too many.
/// @throws Error as above; also if the weights are those of a backbone alone
void load_detector(RetinaNet& model, const OwnWeights& weights, const std::string& source);

/// What load_start_weights did.
struct StartReport {
  std::vector<std::string> lines;     ///< for a person to read
  std::optional<PixelFormat> pixels;  ///< that the weights were made for, where it isn't our own
};

/// Does what `model.weights` and `model.backbone.weights` of the model's config say: reads the file
/// and fills the model. With model.weights.partial, tensors that the model doesn't have, or has in
/// another shape, are left out, and the report lists them and those that keep their initial values.
/// @throws Error naming the file
StartReport load_start_weights(RetinaNet& model);

}  // namespace rn
