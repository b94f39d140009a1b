#pragma once

#include <cstdint>
#include <string>

#include "config/app_config.h"
#include "core/json.h"
#include "model/summary.h"

namespace rn {

/// What a training step keeps, by what it is; bytes. An estimate: what the kernels need while they
/// run, the loss, the loader and the libraries themselves come on top.
struct StepMemory {
  int64_t weights = 0;
  int64_t gradients = 0;    ///< of the trained ones
  int64_t optimizer = 0;    ///< SGD: the momentum; AdamW: two averages
  int64_t average = 0;      ///< train.ema's copy
  int64_t activations = 0;  ///< of a batch, see StageSummary::kept_bytes
  int64_t total() const { return weights + gradients + optimizer + average + activations; }
};
StepMemory step_memory(const ModelSummary& model, const TrainConfig& train);

/// Whatever the tables can't say by themselves.
struct ModelSetting {
  int64_t classes = 0;
  std::string classes_from;  ///< "data.train.annotations"
  std::string input_from;    ///< "data.short_side x data.long_side"
};

/// The parts of the network, the levels with their anchors, and the memory of a step.
std::string model_text(const ModelSummary& model, const AppConfig& config,
                       const ModelSetting& setting);

Json model_json(const ModelSummary& model, const AppConfig& config, const ModelSetting& setting);

}  // namespace rn
