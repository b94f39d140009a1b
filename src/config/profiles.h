#pragma once

#include "config/app_config.h"

namespace rn {

/// Sets every key on which the published systems differ to what that system has: anchors, strides,
/// rounding, matcher, losses, normaliser, norms, P6, frozen stages, resize, pixels, logits, order
/// of clipping and suppression, detections kept. The recipe (schedule, optimizer, sizes in
/// training) is not among them: configs/profiles/ has one for each.
///   torchvision_v1  retinanet_resnet50_fpn of torchvision 0.14
///   torchvision_v2  retinanet_resnet50_fpn_v2 of torchvision 0.14
///   detectron2      COCO-Detection/retinanet_R_50_FPN_*
///   modern          nothing to set: the structs' own defaults
/// One departure from all three: an object that overlaps no anchor makes nothing positive, where
/// they make every anchor positive.
void apply_profile(Profile profile, AppConfig& config);

}  // namespace rn
