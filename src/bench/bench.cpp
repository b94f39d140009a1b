#include "bench/bench.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include "bench/conv_timer.h"
#include "core/error.h"
#include "core/processor.h"
#include "core/torch_compat.h"
#include "model/convolution.h"
#include "report/memory.h"
#include "train/ema.h"

namespace rn {
namespace {

/// A moved network is on the device before an optimizer looks at its parameters.
RetinaNet trained_on(RetinaNet model, torch::Device device) {
  model->to(device);
  model->train();
  return model;
}

template <class Seconds>
double sum(const Seconds& seconds) {
  return std::accumulate(seconds.begin(), seconds.end(), 0.0);
}

class Bench {
 public:
  Bench(BenchSubject subject, const BenchOptions& options)
      : options_(options),
        model_(trained_on(subject.model, options.device)),
        next_batch_(std::move(subject.next_batch)),
        pictures_{subject.picture},
        step_(options.train, options.precision, options.device, model_,
              std::move(subject.criterion)),
        detector_(model_, std::move(subject.categories), std::move(subject.detector),
                  options.device, options.precision),
        step_clock_(wait_for(options.device)),
        detect_clock_(wait_for(options.device)),
        conv_timer_(options.device) {
    RN_CHECK(options.rounds > 0 && options.warmup > 0, "{} rounds, {} before", options.rounds,
             options.warmup);
    if (options.device.is_cuda()) use_deterministic_cuda(options.train.deterministic);
    if (options.train.ema.decay > 0.0) ema_ = std::make_unique<Ema>(options.train.ema, *model_);
    step_.time_with(&step_clock_);
    detector_.time_with(&detect_clock_);
  }

  BenchResult run();

 private:
  using Batches = std::vector<Batch>;

  Batches train_step(BenchRound& round);
  void time_picture(BenchRound& round);
  void run_densely(const torch::Tensor& images);
  const ConvCalls& convolutions(const Batches& batches);
  void time_convolutions(const Batches& batches, BenchRound& round);
  MachinePeak peak() const;

  BenchOptions options_;
  RetinaNet model_;
  std::function<Batch()> next_batch_;
  std::vector<cv::Mat> pictures_;
  TrainingStep step_;
  std::unique_ptr<Ema> ema_;  ///< null: off
  Detector detector_;
  StepClock step_clock_;
  DetectClock detect_clock_;
  ConvTimer conv_timer_;
  std::map<std::vector<int64_t>, ConvCalls>
      convolutions_;  ///< of the network, by its pictures' sizes
  int64_t steps_done_ = 0;
  BenchResult result_;
};

/// As Trainer's.
Bench::Batches Bench::train_step(BenchRound& round) {
  const int64_t count = options_.train.accumulate;
  Batches batches;
  const double processor = processor_seconds();
  step_clock_.start();
  for (int64_t b = 0; b < count; ++b) {
    batches.push_back(next_batch_());
    step_clock_.lap(StepPhase::kData);
    const TrainingStep::Losses losses = step_.add(batches.back(), count);
    if (!losses.finite()) {
      fail(
          "bench: the loss is not finite (classification {}, box {}), so this is no ordinary step: "
          "take other weights, or look at the data with `retinanet data check`",
          losses.classification, losses.box);
    }
    round.images += batches.back().size();
  }
  step_.finish(/*learning_rate=*/0.0);
  ++steps_done_;
  if (ema_) ema_->update(steps_done_);
  step_clock_.lap(StepPhase::kOptimizer);
  round.step = step_clock_.seconds();
  round.step_processor = processor_seconds() - processor;
  return batches;
}

void Bench::time_picture(BenchRound& round) {
  model_->eval();
  detector_(pictures_);  // untimed: the one that is measured follows another picture
  const double processor = processor_seconds();
  detect_clock_.start();
  const auto detections = detector_(pictures_);
  round.inference = detect_clock_.seconds();
  round.inference_processor = processor_seconds() - processor;
  result_.detections = detections.front().size();
  model_->train();
}

/// The whole network forward and backward, all boxes predicted, every convolution LibTorch's: a
/// step leaves some of that out and does some otherwise.
void Bench::run_densely(const torch::Tensor& images) {
  const LibTorchConvolutionsScope dense;
  Predictions predictions;
  {
    const AutocastScope autocast(options_.device.type(),
                                 torch_dtype(options_.precision, options_.device));
    predictions = model_->forward(images.to(options_.device));
  }
  torch::Tensor sum = torch::zeros({}, options_.device);
  for (const LevelPredictions& level : predictions) {
    sum = sum + level.logits.sum() + level.deltas.sum();
  }
  sum.backward();
}

/// Those of the network on these batches, which is run once more to see them: never while a step is
/// timed.
const ConvCalls& Bench::convolutions(const Batches& batches) {
  std::vector<int64_t> sizes;
  for (const Batch& batch : batches) {
    sizes.insert(sizes.end(), batch.images.sizes().begin(), batch.images.sizes().end());
  }
  const auto [known, is_new] = convolutions_.try_emplace(sizes);
  if (!is_new) return known->second;
  {
    const ConvRecorder recorder;
    for (const Batch& batch : batches) run_densely(batch.images);
    step_.abandon();
    known->second = recorder.calls();
  }
  for (const auto& [call, count] : known->second) conv_timer_(call);  // warm
  return known->second;
}

void Bench::time_convolutions(const Batches& batches, BenchRound& round) {
  for (const auto& [call, count] : convolutions(batches)) {
    const RunTime time = conv_timer_(call);
    const auto times = static_cast<double>(count);
    (call.backward ? round.conv_backward : round.conv_forward) += times * time.wall;
    round.conv_processor += times * time.processor;
    round.conv_flop += times * call.flop();
    ConvMeasurement& measured = result_.convolutions[call];
    measured.calls += count;
    measured.seconds.push_back(time.wall);
  }
}

/// The three products are no bound: on some machines a convolution of the network is quicker, and a
/// busy one may have let it run in a better moment.
MachinePeak Bench::peak() const {
  MachinePeak peak =
      measure_peak(torch_dtype(options_.precision, options_.device), options_.device);
  for (const auto& [call, measured] : result_.convolutions) {
    const double least = *std::min_element(measured.seconds.begin(), measured.seconds.end());
    peak.consider(call.flop() / least, call.text());
  }
  return peak;
}

BenchResult Bench::run() {
  BenchRound unmeasured;
  for (int64_t i = 0; i < options_.warmup; ++i) train_step(unmeasured);
  for (int64_t i = 0; i < options_.rounds; ++i) {
    BenchRound& round = result_.rounds.emplace_back();
    const Batches batches = train_step(round);
    // Before the other measurements have memory of theirs.
    if (i == 0) result_.peak_bytes = peak_resident_bytes();
    time_convolutions(batches, round);
    time_picture(round);
    result_.input = {batches.back().images.size(2), batches.back().images.size(3)};
    if (options_.on_round) options_.on_round(i + 1);
  }
  result_.peak = peak();
  return std::move(result_);
}

}  // namespace

double BenchRound::step_seconds() const { return sum(step); }

double BenchRound::inference_seconds() const { return sum(inference); }

BenchResult run_bench(BenchSubject subject, const BenchOptions& options) {
  return Bench(std::move(subject), options).run();
}

}  // namespace rn
