#include "train/bad_batches.h"

#include <cmath>
#include <system_error>

#include "core/error.h"
#include "core/json.h"
#include "model/safetensors.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

int64_t files_in(const fs::path& folder) {
  int64_t files = 0;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    files += it->path().extension() == ".safetensors" ? 1 : 0;
  }
  return files;
}

/// A NaN's sign says nothing.
std::string number_text(double value) {
  return std::isnan(value) ? "nan" : fmt::format("{:.6g}", value);
}

TensorFile file_of(const Batch& batch, const BadStep& step) {
  TensorFile file;
  file.tensors["images"] = batch.images;
  for (size_t i = 0; i < batch.targets.size(); ++i) {
    file.tensors[fmt::format("boxes.{}", i)] = batch.targets[i].boxes;
    file.tensors[fmt::format("labels.{}", i)] = batch.targets[i].labels;
  }
  file.metadata["step"] = std::to_string(step.iteration);
  file.metadata["image_ids"] = json_text(Json(batch.image_ids));
  file.metadata["reason"] = reason_text(step);
  file.metadata["learning_rate"] = number_text(step.learning_rate);
  file.metadata["loss_cls"] = number_text(step.loss_cls);
  file.metadata["loss_box"] = number_text(step.loss_box);
  file.metadata["grad_norm"] = number_text(step.grad_norm);
  file.metadata["loss_cls_per_level"] = losses_text(step.levels, &LevelLosses::classification);
  file.metadata["loss_box_per_level"] = losses_text(step.levels, &LevelLosses::box);
  return file;
}

}  // namespace

std::string reason_text(const BadStep& step) {
  const bool loss_is_finite = std::isfinite(step.loss_cls) && std::isfinite(step.loss_box);
  return fmt::format("the {} is not finite{} (classification {}, box {})",
                     loss_is_finite ? "gradient" : "loss",
                     loss_is_finite ? " though the loss is" : "", number_text(step.loss_cls),
                     number_text(step.loss_box));
}

std::string losses_text(const std::vector<LevelLosses>& levels, double LevelLosses::*field) {
  std::string text;
  for (const LevelLosses& level : levels) {
    text += (text.empty() ? "" : ", ") + number_text(level.*field);
  }
  return text;
}

BadBatches::BadBatches(const fs::path& run_folder) : folder_(run_folder / "bad_batches") {}

std::string BadBatches::keep(const Batch& batch, const BadStep& step) const {
  const fs::path path = folder_ / fmt::format("step-{:06}.safetensors", step.iteration);
  std::error_code ec;
  if (!fs::exists(path, ec) && files_in(folder_) >= kMostKept) {
    return fmt::format("not kept: {} has {} already", folder_.string(), kMostKept);
  }
  try {
    fs::create_directories(folder_);
    write_safetensors(path, file_of(batch, step));
  } catch (const std::exception& e) {
    return fmt::format("not kept: {}", e.what());
  }
  return "kept in " + path.string();
}

}  // namespace rn
