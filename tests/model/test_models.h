#pragma once

#include <torch/utils.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/error.h"
#include "model/retinanet.h"

namespace rn::testing {

/// A model small enough for every test: ResNet-18, narrow pyramid, one convolution in each tower.
inline ModelConfig small_config(Norm norm = Norm::kFrozenBatchNorm) {
  ModelConfig config;
  config.backbone.name = BackboneName::kResNet18;
  config.backbone.norm = norm;
  config.fpn.channels = 32;
  config.head.num_convs = 1;
  return config;
}

/// A config in full width.
inline ModelConfig full_config(BackboneName name, Norm norm, P6Source p6_from, HeadNorm head_norm) {
  ModelConfig config;
  config.backbone.name = name;
  config.backbone.norm = norm;
  config.fpn.p6_from = p6_from;
  config.head.norm = head_norm;
  return config;
}

inline RetinaNet make_model(const ModelConfig& config, int64_t num_classes, uint64_t seed = 0) {
  torch::manual_seed(seed);
  return RetinaNet(config, num_classes);
}

/// A path of its own in the system's folder for such things, removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / fmt::format("rn_{}_{}", ::getpid(), name)) {}
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The text of the Error that `body` throws, or "no error".
template <class Body>
std::string error_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace rn::testing
