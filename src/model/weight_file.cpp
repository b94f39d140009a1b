#include "model/weight_file.h"

#include <utility>

#include "model/safetensors.h"
#include "model/torch_file.h"

namespace rn {

WeightFile read_weights(const std::filesystem::path& path) {
  if (path.extension() != ".safetensors") return read_torch_file(path);
  TensorFile file = read_safetensors(path);
  return {std::move(file.tensors), std::move(file.metadata)};
}

}  // namespace rn
