#pragma once

#include <torch/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/pickle.h"

namespace rn {

/// The bytes of a storage by the key that the pickle gives it; they live as long as the reader.
/// @throws Error if there is none
using StorageBytes = std::function<std::string_view(std::string_view key)>;

/// What PyTorch says of a storage by its persistent id: ("storage", type, key, device, elements)
/// and, before 0.4, what of that storage it is: None or (key, offset, elements).
struct StorageId {
  torch::Dtype dtype;
  std::string_view key;
  struct Part {
    int64_t offset;
    int64_t elements;
  };
  std::optional<Part> part;
};

/// @throws Error naming `source` if the value is no such id, or its type is not known
StorageId storage_id(const PickleValue& persistent, const std::string& source);

/// Rebuilds the tensors that a pickle describes: PyTorch's, whose elements are in storages outside
/// it, and numpy's arrays, whose elements are inside.
class PickledTensors {
 public:
  /// @param source names the file in errors
  PickledTensors(StorageBytes storage, std::string source)
      : storage_(std::move(storage)), source_(std::move(source)) {}

  /// @param name of the tensor, for errors
  /// @return contiguous, on the CPU, owning its memory; nothing if the value is no tensor
  /// @throws Error if it is one but its shape, strides, offset or type don't fit its storage
  std::optional<torch::Tensor> operator()(const PickleValue& value, std::string_view name) const;

 private:
  torch::Tensor rebuild(const PickleValue& arguments, std::string_view name) const;
  torch::Tensor array(const PickleValue& call, std::string_view name) const;
  std::string_view bytes_of(const StorageId& id, std::string_view name) const;

  StorageBytes storage_;
  std::string source_;
};

}  // namespace rn
