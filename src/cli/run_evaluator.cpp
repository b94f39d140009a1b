#include "cli/run_evaluator.h"

#include "cli/detector_speed.h"
#include "cli/signals.h"
#include "core/error.h"
#include "core/out_of_memory.h"
#include "report/progress_bar.h"

namespace rn {

DetectorConfig detector_config(const AppConfig& config) {
  return {config.data, config.predict, score_activation(config.loss.classification)};
}

RunEvaluator::RunEvaluator(const AppConfig& config, const Dataset& train,
                           std::shared_ptr<const Dataset> val, torch::Device device, Screen& screen)
    : config_(config),
      categories_(train.categories()),
      val_(std::move(val)),
      validator_(val_, config.data, config.train.batch_size),
      device_(device),
      screen_(screen) {}

Detector RunEvaluator::detector(const RetinaNet& model) const {
  return {model, categories_, detector_config(config_), device_, config_.precision};
}

std::optional<RunEvaluator::Outcome> RunEvaluator::evaluate(const RetinaNet& model,
                                                            const Criterion& criterion) const {
  // Enough for the curves, and little beside the evaluation itself.
  constexpr int64_t kProfiledImages = 64;
  Detector detector = this->detector(model);
  LossProfile losses;
  const auto watch = [&](const Batch& batch, const Maps& logits, const auto& anchors) {
    // A batch that memory doesn't suffice for comes in parts.
    if (losses.images >= kProfiledImages || logits[0].size(0) != batch.size()) return;
    criterion.profile(logits, criterion.assign(anchors, batch.targets), losses);
  };
  ProgressBar bar(screen_, "eval", validator_.images(), {.keep = false});
  const auto go_on = [&](int64_t done) {
    bar.update(done);
    return !stop_requested();
  };
  auto evaluation = validator_.run(detector, go_on, watch);
  bar.finish();
  if (!evaluation) return {};
  return Outcome{std::move(*evaluation), std::move(losses)};
}

std::string RunEvaluator::speed_text(const RetinaNet& model) const {
  try {
    Detector detector = this->detector(model);
    const DetectorSpeed speed = time_detector(detector, *val_, device_);
    return speed.pictures > 0 ? speed_line(speed) : "";
  } catch (const std::exception& e) {  // a run that is done stays done
    if (dynamic_cast<const Error*>(&e) == nullptr && !is_out_of_memory(e)) throw;
    return "";
  }
}

}  // namespace rn
