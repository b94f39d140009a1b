#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "data/synth.h"
#include "data/synth_shapes.h"

namespace rn {

/// An object of a scene as it will be labelled.
struct SceneObject {
  size_t class_index = 0;  ///< into shape_classes()
  ShapePose pose;          ///< of a crowd: the patch
  cv::Rect box;            ///< tight around its visible pixels, inside the picture
  int64_t visible = 0;     ///< pixels that show it (half covered or more)
  bool crowd = false;
};

struct Scene {
  cv::Mat image;                     ///< CV_8UC3, RGB
  std::vector<SceneObject> objects;  ///< in the order in which they were painted
};

enum class SynthSplit { kTrain = 0, kVal = 1 };

/// Draws picture `index` of a split: a function of its arguments alone. At least a third of every
/// object is visible, inside the picture and in front of others; what would be hidden more is not
/// drawn.
Scene draw_scene(const SynthConfig& config, SynthSplit split, int64_t index);

}  // namespace rn
