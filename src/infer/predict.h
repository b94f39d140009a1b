#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

#include "core/category.h"
#include "infer/detections.h"
#include "infer/inputs.h"
#include "infer/truth.h"

namespace rn {

/// Pictures in, detections out: a Detector, or a stand-in.
using DetectFunction = std::function<std::vector<Detections>(const std::vector<cv::Mat>&)>;

/// Called after each picture and each frame; never for an input that was skipped.
struct PredictProgress {
  std::filesystem::path file;
  int64_t inputs_done = 0;  ///< this one included, if it is complete
  int64_t inputs = 0;
  int64_t frame = 0;   ///< of a video, counted from 1; 0 for a picture
  int64_t frames = 0;  ///< of the video, as the file claims; 0: unknown, or a picture
  int64_t detections = 0;
};

struct PredictOptions {
  std::filesystem::path out;     ///< folder for the drawn pictures and detections.json
  int64_t batch_size = 1;        ///< pictures, or frames of a video, given to the detector at once
  const Truth* truth = nullptr;  ///< drawn beside the detections of pictures, and counted
  std::function<void(const PredictProgress&)> on_progress;
  std::function<bool()> should_stop;  ///< asked between batches: true ends it with what there is
};

struct SkippedInput {
  std::filesystem::path file;
  std::string reason;  ///< names the file
};

/// The pictures' detections against the truth, see TruthMatch.
struct TruthSummary {
  int64_t pictures = 0;              ///< that have a record
  std::vector<std::string> unknown;  ///< the others, each with the reason
  int64_t right = 0;
  int64_t wrong = 0;
  int64_t missed = 0;
};

struct PredictSummary {
  int64_t pictures = 0;
  int64_t videos = 0;
  int64_t frames = 0;  ///< of videos
  int64_t detections = 0;
  std::vector<SkippedInput> skipped;
  bool stopped = false;  ///< by should_stop
  TruthSummary truth;
  std::filesystem::path json;
};

/// Runs over the inputs. The folder gets each picture with its detections drawn (JPEG inputs stay
/// JPEG, all others become PNG; small pictures are enlarged by a whole number so that the labels
/// can be read), videos likewise, and detections.json: a list of {"file", "width", "height",
/// "detections": [{"bbox": [x, y, w, h], "category_id", "category", "score"}]}, boxes in pixels of
/// the original; a video gives one such entry for each frame, with "frame" counted from 0. Inputs
/// whose file names differ in nothing but their folder or ending get different names (a.jpg,
/// a_2.jpg). Unreadable inputs are skipped and listed in the summary. Pictures of which the truth
/// is given show it beside the detections (draw_beside_truth). While the detector has a batch, the
/// next one's pictures are decoded.
/// @param categories in the order of the labels
/// @throws Error if no input can be read, the folder can't be written, a drawn picture would
/// overwrite an input, or would overwrite a file in a folder that holds no detections.json of an
/// earlier run
PredictSummary predict(const DetectFunction& detect, const std::vector<Category>& categories,
                       const std::vector<Input>& inputs, const PredictOptions& options);

}  // namespace rn
