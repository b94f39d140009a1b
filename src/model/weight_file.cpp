#include "model/weight_file.h"

#include "model/safetensors.h"
#include "model/torch_file.h"

namespace rn {

std::map<std::string, torch::Tensor> read_weights(const std::filesystem::path& path) {
  return path.extension() == ".safetensors" ? read_safetensors(path).tensors
                                            : read_torch_file(path);
}

}  // namespace rn
