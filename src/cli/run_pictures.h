#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "coco/coco_file.h"
#include "data/config.h"
#include "data/dataset.h"
#include "infer/jpeg_file.h"
#include "infer/truth.h"
#include "runreport/run_report.h"

namespace rn {

/// The first pictures that a run trains on, as its network gets them: augmented, resized, padded.
/// They come from a loader of their own, so the run's isn't disturbed.
/// @param most pictures @throws Error if one of their batches can't be had
std::vector<RunPicture> training_pictures(const std::shared_ptr<const Dataset>& dataset,
                                          const DataConfig& config, int64_t batch_size,
                                          uint64_t seed, size_t most);

/// A validation picture with its truth and what was found, twice: for the page and, drawn, for
/// TensorBoard.
struct ValidationPicture {
  TruthBeside page;
  EncodedJpeg drawing;
};

/// Chooses and draws validation pictures: those where most is right (detections that are right less
/// errors), then those with the most errors.
class ValidationPictures {
 public:
  /// @param dataset made from the file dataset.source(); it must outlive this
  /// @throws Error if its file can't be read once more
  explicit ValidationPictures(const Dataset& dataset);

  /// @param score of detections that count, at least @param each so many of both kinds at most
  /// @throws Error if a picture can't be read
  std::vector<ValidationPicture> draw(std::span<const CocoResult> detections, double score,
                                      size_t each) const;

 private:
  const Dataset& dataset_;
  Truth truth_;
};

}  // namespace rn
