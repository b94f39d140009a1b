#include "train/checkpoint.h"

#include <spdlog/spdlog.h>
#include <zlib.h>

#include <string_view>
#include <system_error>

#include "core/config_io.h"
#include "core/error.h"
#include "core/files.h"
#include "model/safetensors.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kFormat = "retinanet-checkpoint-1";
constexpr std::string_view kModel = "model/";
constexpr std::string_view kEma = "ema/";
constexpr std::string_view kOptimizer = "optimizer/";
constexpr const char* kRandom = "random/cpu";

uint32_t add_bytes(uint32_t crc, const void* data, size_t size) {
  return static_cast<uint32_t>(crc32_z(crc, static_cast<const Bytef*>(data), size));
}

uint32_t add_text(uint32_t crc, const std::string& text) {
  return add_bytes(crc, text.c_str(), text.size() + 1);  // with the 0 that ends it
}

/// Of everything that is loaded, whatever its order and alignment in the file.
std::string checksum(const TensorFile& file) {
  uint32_t crc = 0;
  std::string scratch;
  for (const auto& [name, tensor] : file.tensors) {
    crc = add_text(crc, fmt::format("{} {} {}", name, c10::toString(tensor.scalar_type()),
                                    fmt::join(tensor.sizes(), ",")));
    const std::string_view bytes = row_major_bytes(tensor, scratch);
    crc = add_bytes(crc, bytes.data(), bytes.size());
  }
  for (const auto& [name, text] : file.metadata) {
    if (name == "checksum") continue;
    crc = add_text(crc, name);
    crc = add_text(crc, text);
  }
  return fmt::format("crc32:{:08x}", crc);
}

void put(TensorFile& file, std::string_view group, const StateDict& tensors) {
  for (const auto& [name, tensor] : tensors) {
    file.tensors[std::string(group) + name] = tensor;
  }
}

StateDict take(const TensorFile& file, std::string_view group) {
  StateDict tensors;
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with(group)) tensors[name.substr(group.size())] = tensor;
  }
  return tensors;
}

TrainingState read_verified(const fs::path& path) {
  const TensorFile file = read_safetensors(path);
  const auto entry = [&](const char* name) -> const std::string& {
    const auto it = file.metadata.find(name);
    if (it == file.metadata.end()) {
      fail("{}: is no checkpoint: it has no \"{}\"; expected a last.ckpt of `train`", path.string(),
           name);
    }
    return it->second;
  };
  if (entry("format") != kFormat) {
    fail("{}: is a checkpoint of format \"{}\", expected \"{}\"; start a new run", path.string(),
         entry("format"), kFormat);
  }
  if (const std::string found = checksum(file); found != entry("checksum")) {
    fail("{}: is damaged: its checksum is {}, expected {}", path.string(), found,
         entry("checksum"));
  }
  TrainingState state;
  from_json({path.string(), "progress"}, parse_json(entry("progress")), state.progress);
  state.config = entry("config");
  state.model = take(file, kModel);
  state.ema = take(file, kEma);
  state.optimizer = take(file, kOptimizer);
  const auto random = file.tensors.find(kRandom);
  if (random == file.tensors.end()) fail("{}: has no \"{}\"", path.string(), kRandom);
  state.cpu_random = random->second;
  return state;
}

}  // namespace

fs::path previous_checkpoint(const fs::path& path) {
  fs::path previous = path;
  previous += ".previous";
  return previous;
}

void save_checkpoint(const fs::path& path, const TrainingState& state) {
  TensorFile file;
  put(file, kModel, state.model);
  put(file, kEma, state.ema);
  put(file, kOptimizer, state.optimizer);
  file.tensors[kRandom] = state.cpu_random;
  file.metadata["format"] = kFormat;
  file.metadata["progress"] = json_text(to_json(state.progress));
  file.metadata["config"] = state.config;
  file.metadata["checksum"] = checksum(file);
  FileReplacement replacement(path);
  serialize_safetensors(file, [&](std::string_view piece) { replacement.write(piece); });
  replacement.sync();
  // Only now: a save that failed has cost neither of the two.
  std::error_code ignored;
  if (fs::exists(path, ignored)) name_twice(path, previous_checkpoint(path));
  replacement.commit();
}

TrainingState load_checkpoint(const fs::path& path) {
  try {
    return read_verified(path);
  } catch (const Error& error) {
    const fs::path previous = previous_checkpoint(path);
    std::error_code ec;
    if (!fs::exists(previous, ec)) throw;
    TrainingState state;
    try {
      state = read_verified(previous);
    } catch (const Error& second) {
      fail("{}; nor can the checkpoint before it be used: {}; start a new run", error.what(),
           second.what());
    }
    spdlog::warn("{}; going on from the checkpoint before it, {}, at step {}", error.what(),
                 previous.string(), state.progress.iteration);
    // Out of the way: the next save would keep it in place of the good one.
    fs::rename(path, path.string() + ".damaged", ec);
    return state;
  }
}

}  // namespace rn
