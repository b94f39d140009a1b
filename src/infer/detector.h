#pragma once

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

#include "boxes/anchors.h"
#include "boxes/scores.h"
#include "core/category.h"
#include "core/phase_clock.h"
#include "core/precision.h"
#include "data/config.h"
#include "infer/config.h"
#include "infer/detections.h"
#include "model/prepared_weights.h"
#include "model/retinanet.h"

namespace rn {

/// What a detector needs besides the network; travels in the model file.
struct DetectorConfig {
  PreprocessConfig preprocess;
  PredictConfig predict;
  ScoreActivation score_activation = ScoreActivation::kSigmoid;
};

/// The entries of a model file's metadata that Detector::load reads back: "preprocess", "predict"
/// and "score_activation".
std::map<std::string, std::string> to_metadata(const DetectorConfig& config);

/// @param source names the file in errors
/// @throws Error if "preprocess" is absent, or an entry can't be read; an absent "predict" or
/// "score_activation" keeps its default
DetectorConfig detector_config_from_metadata(const std::map<std::string, std::string>& metadata,
                                             const std::string& source);

/// What the time from pixels to boxes goes to.
enum class DetectPhase { kPreprocess, kNetwork, kPostprocess, kCount };
using DetectClock = PhaseClock<DetectPhase>;

/// Pictures -> Detections. Not for two threads at once.
class Detector {
 public:
  /// @param model shared with the caller; it is put on the device and, while it detects, in eval
  /// mode
  /// @throws Error for fp16 on a CPU
  Detector(RetinaNet model, std::vector<Category> categories, DetectorConfig config,
           torch::Device device, Precision precision);

  /// @throws Error naming the file; see load_model and detector_config_from_metadata
  static Detector load(const std::filesystem::path& path, torch::Device device,
                       Precision precision);

  /// @param pictures RGB, 8 bit, of any sizes, decoded by read_image; one batch
  /// @return one for each picture, in its own frame
  std::vector<Detections> operator()(const std::vector<cv::Mat>& pictures);

  /// The same for what make_input or a loader made.
  /// @param images [N, 3, H, W] on any device; halves of them, down to single ones, if memory runs
  /// out
  /// @throws Error with a remedy if it doesn't suffice for a single one
  std::vector<Detections> operator()(const torch::Tensor& images,
                                     const std::vector<ImageSize>& sizes_input,
                                     const std::vector<ImageSize>& sizes_original);

  const std::vector<Category>& categories() const { return categories_; }
  const DetectorConfig& config() const { return config_; }
  /// Changed thresholds count from the next call.
  PredictConfig& predict_config() { return config_.predict; }

  /// Whoever wants to see the logits of each batch before they become boxes.
  /// @param logits [N, A*K, H, W] of each level @param anchors [H*W*A, 4] of each level
  using Watcher =
      std::function<void(const Maps& logits, const std::vector<torch::Tensor>& anchors)>;
  void watch_with(Watcher watcher) { watcher_ = std::move(watcher); }

  /// @param clock gets the phases of every call from now on; it must outlive this. nullptr: none
  void time_with(DetectClock* clock) { clock_ = clock; }

 private:
  std::vector<Detections> detect(const torch::Tensor& images,
                                 const std::vector<ImageSize>& sizes_input,
                                 const std::vector<ImageSize>& sizes_original);

  void lap(DetectPhase phase) {
    if (clock_ != nullptr) clock_->lap(phase);
  }

  RetinaNet model_;
  std::vector<Category> categories_;
  DetectorConfig config_;
  torch::Device device_;
  torch::Dtype dtype_;
  AnchorCache anchors_;
  PreparedWeights prepared_;
  Watcher watcher_;
  DetectClock* clock_ = nullptr;
};

}  // namespace rn
