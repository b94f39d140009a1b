#pragma once

#include <cstdint>
#include <string>

#include "core/precision.h"
#include "data/config.h"
#include "infer/config.h"
#include "loss/config.h"
#include "model/config.h"
#include "train/config.h"

namespace rn {

/// Everything a run is told: the first level of a config file. Composes the config of every layer;
/// each default stands beside the code that it steers.
struct AppConfig {
  std::string name;
  int64_t seed = 0;
  std::string device = "auto";
  Precision precision = Precision::kFp32;
  DataConfig data;
  ModelConfig model;
  LossConfig loss;
  TrainConfig train;
  PredictConfig predict;

  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("name", c.name, "name of the run and of its folder; empty: the config file's name");
    v("seed", c.seed, Range{0, 9e15}, "every random choice follows from it");
    v("device", c.device, "auto, cpu, cuda or cuda:N");
    v("precision", c.precision, "fp32, bf16, or fp16 (CUDA only)");
    v("data", c.data, "data sets and how they are read");
    v("model", c.model, "backbone, pyramid, anchors, heads");
    v("loss", c.loss, "classification and box loss, matching");
    v("train", c.train, "optimizer, schedule, evaluation, checkpoints");
    v("predict", c.predict, "from scores to detections");
  }
};

}  // namespace rn
