#include "cli/start_lines.h"

#include <fmt/format.h>

#include "config/changes.h"
#include "core/config_io.h"
#include "core/text.h"
#include "data/preprocess.h"
#include "model/summary.h"

namespace rn {
namespace {

constexpr size_t kIndent = 11;  // the column of names, and a space
constexpr size_t kLeastWidth = 40;

std::string millions(int64_t count) {
  return fmt::format("{:.1f} M", static_cast<double>(count) / 1e6);
}

}  // namespace

std::string start_line(const std::string& name, const std::string& text) {
  return fmt::format("{:<{}}{}", name, kIndent, text);
}

std::vector<std::string> setting_lines(const AppConfig& config, size_t width) {
  const size_t room = std::max(width, kIndent + kLeastWidth) - kIndent;
  std::vector<std::string> lines;
  std::string line;
  const auto end_line = [&] {
    if (!line.empty()) lines.push_back(start_line(lines.empty() ? "settings" : "", line));
    line.clear();
  };
  for (const std::string& setting : changed_settings(config)) {
    if (!line.empty() && line.size() + 2 + setting.size() > room) end_line();
    line += (line.empty() ? "" : "  ") + setting;
  }
  end_line();
  return lines;
}

std::string model_line(const RetinaNet& model, const AppConfig& config) {
  const ImageSize input = largest_input(config.data);
  const StageSummary total = summarize(model, input, sizeof(float)).total;
  const std::string trained =
      total.frozen == 0
          ? ""
          : fmt::format(", {} of them trained", millions(total.parameters - total.frozen));
  return fmt::format("{}, {} parameters{}; {:.1f} GFLOP for {}x{}",
                     enum_name(config.model.backbone.name), millions(total.parameters), trained,
                     2e-9 * total.macs, input.width, input.height);
}

std::string learning_rate_line(const TrainConfig& config, const RunLength& length) {
  const OptimizerConfig& optimizer = config.optimizer;
  const int64_t images = config.batch_size * config.accumulate;
  const std::string quoted =
      optimizer.scale_learning_rate
          ? fmt::format(" ({:g} for 16)", optimizer.learning_rate)
          : std::string(", as it is set (optimizer.scale_learning_rate is false)");
  return start_line(
      "rate", fmt::format("{:g} for steps of {}{}; {}, {} after {} of warm-up",
                          base_learning_rate(optimizer, images), counted(images, "image"), quoted,
                          enum_name(optimizer.kind), enum_name(config.schedule.kind),
                          counted(warmup_steps(config.schedule, length), "step")));
}

std::string run_line(const TrainConfig& config, const RunLength& length,
                     std::optional<int64_t> resumed_after, const std::string& folder) {
  const std::string resumed =
      resumed_after ? fmt::format(", resumed after step {}", *resumed_after) : "";
  return start_line("run", fmt::format("{} in {}{}, in {}", counted(length.iterations, "step"),
                                       counted(config.epochs, "epoch"), resumed, folder));
}

}  // namespace rn
