#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "core/run_files.h"
#include "core/temporary_folder.h"
#include "model/parameters.h"
#include "train/checkpoint.h"
#include "train/checkpoint_writer.h"
#include "train/optimizer.h"

namespace rn {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// A forward and a backward pass, roughly.
void compute_for(double milliseconds) {
  const torch::Tensor a = torch::rand({256, 256});
  for (const auto start = Clock::now(); milliseconds_since(start) < milliseconds;) a.mm(a);
}

/// How long a save stops the training of a whole ResNet-50 RetinaNet with AdamW, whose passes
/// between two optimizer steps take 0.4 s: printed, and compared with what writing takes, as a
/// bound on milliseconds would fail on a busy machine.
TEST(SaveTime, ASaveStopsTrainingForAFractionOfItsWriting) {
  ModelConfig config;
  config.backbone.name = BackboneName::kResNet50;
  const RetinaNet model(config, 80);
  const Optimizer optimizer(OptimizerConfig{}, trainable_parameters(*model));
  TrainingState state;
  state.model = state_dict(*model);
  state.optimizer = optimizer.state();
  state.cpu_random = torch::zeros({5056}, torch::kUInt8);
  size_t bytes = 0;
  for (const auto* tensors : {&state.model, &state.optimizer}) {
    for (const auto& [name, tensor] : *tensors) bytes += tensor.nbytes();
  }

  const TemporaryFolder folder;
  CheckpointWriter writer(folder.path(), ModelFile{}, {});
  writer.reserve(state);
  std::vector<double> copies, writings;
  for (int i = 0; i < 9; ++i) {
    const auto start = Clock::now();
    writer.save(state, {.last = true});
    const double given = milliseconds_since(start);
    compute_for(400);
    const auto waits = Clock::now();
    writer.wait_until_copied();
    copies.push_back(given + milliseconds_since(waits));
    ASSERT_EQ(writer.wait(), "");
    writings.push_back(milliseconds_since(start));
  }
  std::sort(copies.begin(), copies.end());
  std::sort(writings.begin(), writings.end());
  std::cout << fmt::format(
      "{:.0f} MB of state: a save stops training for {:.1f} ms (median of 9; {:.1f} to {:.1f}), is "
      "on the disk after {:.0f} ms\n",
      static_cast<double>(bytes) / 1e6, copies[4], copies.front(), copies.back(), writings[4]);
  EXPECT_LT(copies[4], writings[4] / 4);
}

}  // namespace
}  // namespace rn
