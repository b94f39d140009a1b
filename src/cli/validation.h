#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "coco/coco_file.h"
#include "core/run_events.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "eval/coco_evaluator.h"
#include "eval/coco_ground_truth.h"
#include "infer/detector.h"

namespace rn {

/// A ground truth by COCO's rules from a file that may lack what training does not ask for: an
/// object without `iscrowd` is none, one without `area` has that of its box, and a box that is
/// absent or holds NaN is left out (the data set has named it).
CocoGroundTruth lenient_ground_truth(const std::filesystem::path& annotations);

/// Detections of one picture as records of a results file. @param categories by class index
void append_results(std::vector<CocoResult>& results, int64_t image_id,
                    const Detections& detections, const std::vector<Category>& categories);

/// Scores models on a data set, from memory to memory.
class Validator {
 public:
  struct Outcome {
    std::vector<CocoResult> detections;
    Matches matches;  ///< of the detections
    EvaluationResult result;
    double seconds = 0;  ///< inference and evaluation
  };
  using BatchWatcher = std::function<void(const Batch& batch, const Maps& logits,
                                          const std::vector<torch::Tensor>& anchors)>;
  using Progress = std::function<void(int64_t images_done)>;
  using GoOn = std::function<bool(int64_t images_done)>;

  /// @param dataset made from the file dataset->source()
  /// @param batch_size pictures in a forward pass
  Validator(std::shared_ptr<const Dataset> dataset, const DataConfig& data, int64_t batch_size);

  int64_t images() const { return dataset_->size(); }
  const Dataset& dataset() const { return *dataset_; }
  const CocoGroundTruth& ground_truth() const { return ground_truth_; }

  /// In the order of the data set's batches. @throws Error naming a picture that can't be read
  std::vector<CocoResult> detect(Detector& detector, const Progress& progress = {}) const;

  /// Detects, then evaluates. @throws Error as detect
  /// @param go_on is told after every batch how many pictures are done, and says whether to go on
  /// @param watch sees the logits of every batch
  /// @return nothing if it was not to go on
  std::optional<Outcome> run(Detector& detector, const GoOn& go_on,
                             const BatchWatcher& watch = {}) const;

  Outcome evaluate(std::vector<CocoResult> detections) const;

 private:
  /// @return whether it is whole
  bool detect(Detector& detector, std::vector<CocoResult>& results, const BatchWatcher& watch,
              const GoOn& go_on) const;

  std::shared_ptr<const Dataset> dataset_;
  CocoGroundTruth ground_truth_;
  LoaderOptions loader_options_;
};

/// What a run tells of an evaluation; all but the loss profile and what the trainer knows.
EvaluationEvent evaluation_event(const Validator::Outcome& outcome);

/// A results file: a list of {image_id, category_id, bbox, score}.
std::string results_json(std::span<const CocoResult> results);

}  // namespace rn
