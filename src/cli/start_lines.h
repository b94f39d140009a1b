#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/app_config.h"
#include "model/retinanet.h"
#include "train/schedule.h"

namespace rn {

/// What a run tells of itself before its first step: lines that begin with a name in a column, as
/// dataset_line does.

/// "settings    precision=bf16  train.epochs=12 ...": what differs from the defaults.
/// @param width columns of the screen, for the line breaks
/// @return no line if nothing does
std::vector<std::string> setting_lines(const AppConfig& config, size_t width);

/// "resnet18, 19.8 M parameters, 19.8 M of them trained; 12.3 GFLOP at 320x240"
/// @param model whose multiplications and additions are counted for the largest input
std::string model_line(const RetinaNet& model, const AppConfig& config);

/// "rate        0.0015 for steps of 4 images (0.006 for 16); adamw, cosine after 50 steps of
/// warm-up"
std::string learning_rate_line(const TrainConfig& config, const RunLength& length);

/// "run         3276 steps in 12 epochs, resumed after step 100, in runs/x"
std::string run_line(const TrainConfig& config, const RunLength& length,
                     std::optional<int64_t> resumed_after, const std::string& folder);

/// "anchors     text"
std::string start_line(const std::string& name, const std::string& text);

}  // namespace rn
