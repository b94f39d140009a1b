#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "bench/conv_calls.h"
#include "bench/machine_peak.h"
#include "core/category.h"
#include "core/precision.h"
#include "data/batch.h"
#include "data/preprocess.h"
#include "infer/detector.h"
#include "loss/criterion.h"
#include "model/retinanet.h"
#include "train/config.h"
#include "train/training_step.h"

namespace rn {

/// What is measured.
struct BenchSubject {
  RetinaNet model;
  Criterion criterion;
  std::vector<Category> categories;
  DetectorConfig detector;
  std::function<Batch()> next_batch;  ///< its time is the step's data phase
  cv::Mat picture;                    ///< for inference: RGB, 8 bit
};

struct BenchOptions {
  TrainConfig train;
  Precision precision = Precision::kFp32;
  torch::Device device = torch::kCPU;
  int64_t rounds = 5;                            ///< measured steps
  int64_t warmup = 1;                            ///< steps before them; at least 1
  std::function<void(int64_t rounds)> on_round;  ///< may be empty
};

/// One round: a training step, each convolution of the network alone (densely, forward and
/// backward; a step needn't run them all), and one picture.
struct BenchRound {
  StepClock::Seconds step{};
  DetectClock::Seconds inference{};
  int64_t images = 0;
  double conv_forward = 0.0;  ///< seconds: the sum over the network's, each timed alone
  double conv_backward = 0.0;
  double conv_flop = 0.0;
  double step_processor = 0.0;  ///< seconds of all threads together
  double conv_processor = 0.0;
  double inference_processor = 0.0;

  double step_seconds() const;
  double inference_seconds() const;
  double conv_seconds() const { return conv_forward + conv_backward; }
};

/// A convolution over all rounds.
struct ConvMeasurement {
  int64_t calls = 0;            ///< in all rounds
  std::vector<double> seconds;  ///< of one call, for each round that has it
};

struct BenchResult {
  std::vector<BenchRound> rounds;
  std::map<ConvCall, ConvMeasurement> convolutions;
  std::array<int64_t, 2> input{};  ///< height and width of the last batch, padding included
  int64_t detections = 0;          ///< in the picture
  int64_t peak_bytes = 0;          ///< of the process, in memory, after the first measured step
  MachinePeak peak;  ///< of the three products and of the network's convolutions, each at its best
};

/// Measures. A round does all that is compared, so that a machine that is slower for a while is
/// slower for all of it. The steps are a training's own (TrainingStep, and the moving average if
/// the config has one) at learning rate 0: each step costs the same and none can diverge.
/// @throws Error if the precision can't be had on the device, or what next_batch throws
BenchResult run_bench(BenchSubject subject, const BenchOptions& options);

}  // namespace rn
