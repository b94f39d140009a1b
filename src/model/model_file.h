#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/category.h"
#include "model/config.h"
#include "model/retinanet.h"
#include "model/state_dict.h"

namespace rn {

/// What a model file says besides the weights.
struct ModelFile {
  ModelConfig config;
  std::vector<Category> categories;  ///< one for each class, in the order of the logits
  /// Entries of other layers as texts (JSON mostly): preprocess, predict, score_activation
  std::map<std::string, std::string> metadata;
};

struct LoadedModel {
  RetinaNet model;
  ModelFile file;
};

/// Writes a safetensors file with every parameter and buffer under torchvision's names, and in
/// `__metadata__`: format, version, model (config as JSON), categories (JSON) and `file.metadata`.
/// Atomic. `file.config` describes `model`.
/// @throws Error naming the path if it can't be written; the old file is untouched
void save_model(const std::filesystem::path& path, const RetinaNet& model, const ModelFile& file);

/// The same of weights by name, those of a model of `file.config`.
void save_model(const std::filesystem::path& path, const StateDict& weights, const ModelFile& file);

/// Whether a file with these entries is a model file of this program.
bool is_model_file(const std::map<std::string, std::string>& metadata);

/// Builds the model that the file describes and fills it, on the CPU, in eval mode.
/// @throws Error naming the path if it is no model file of ours, is damaged, or if its tensors are
/// not exactly those of the architecture that it names
LoadedModel load_model(const std::filesystem::path& path);

}  // namespace rn
