#pragma once

#include <memory>
#include <optional>

#include "cli/validation.h"
#include "config/app_config.h"
#include "data/dataset.h"
#include "loss/criterion.h"
#include "loss/loss_profile.h"
#include "report/screen.h"

namespace rn {

/// Evaluates the model of a training run on its validation set.
class RunEvaluator {
 public:
  struct Outcome {
    Validator::Outcome evaluation;
    LossProfile losses;  ///< of the first pictures
  };

  /// @param config must outlive this, as must the screen @param train whose classes the model has
  RunEvaluator(const AppConfig& config, const Dataset& train, std::shared_ptr<const Dataset> val,
               torch::Device device, Screen& screen);

  /// With a bar on the screen while it lasts.
  /// @return nothing if a stop signal came
  std::optional<Outcome> evaluate(const RetinaNet& model, const Criterion& criterion) const;

  const Validator& validator() const { return validator_; }

  /// What is said at the end: how long a picture takes. Empty if that couldn't be measured.
  std::string speed_text(const RetinaNet& model) const;

 private:
  Detector detector(const RetinaNet& model) const;

  const AppConfig& config_;
  std::vector<Category> categories_;
  std::shared_ptr<const Dataset> val_;
  Validator validator_;
  torch::Device device_;
  Screen& screen_;
};

/// What a model file says of how its pictures are prepared and its scores become detections.
DetectorConfig detector_config(const AppConfig& config);

}  // namespace rn
