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

/// How long a save stops the training of a whole ResNet-18 RetinaNet with AdamW: printed, and
/// compared with what writing takes, as a bound on milliseconds would fail on a busy machine.
TEST(SaveTime, ASaveStopsTrainingForAFractionOfItsWriting) {
  ModelConfig config;
  config.backbone.name = BackboneName::kResNet18;
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
    copies.push_back(milliseconds_since(start));
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
