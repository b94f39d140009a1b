#include "fuzz/parsers.h"

#include <map>
#include <string>

#include "core/error.h"
#include "model/pickle.h"
#include "model/safetensors.h"
#include "model/torch_file.h"
#include "model/weight_names.h"

namespace rn::testing {
namespace {

using TensorMap = std::map<std::string, torch::Tensor>;

/// What a file of up to a megabyte may become. A file of weights needs about its own size.
constexpr size_t kMaxTensorBytes = size_t{256} << 20;

/// Keeps the compiler from leaving out reads whose result nobody needs.
void keep(size_t value) {
  static volatile size_t sink = 0;
  sink = sink + value;
}

size_t sum(std::string_view bytes) {
  size_t total = 0;
  for (const char byte : bytes) total += static_cast<unsigned char>(byte);
  return total;
}

void touch(const TensorMap& tensors) {
  size_t bytes = 0;
  for (const auto& [name, tensor] : tensors) {
    RN_CHECK(tensor.is_contiguous(), "{}", name);
    bytes += tensor.nbytes();
    keep(sum(name) + sum({static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()}));
  }
  RN_CHECK(bytes <= kMaxTensorBytes, "{} bytes of tensors", bytes);
}

/// Looks at the tensors as they are and as the model would take them.
void rename(const WeightFile& file) {
  touch(file.tensors);
  touch(to_own_names(file, ModelConfig{}, "input").tensors);
}

}  // namespace

void try_torch_file(std::string_view bytes) {
  try {
    rename(parse_torch_file(bytes, "input"));
  } catch (const Error&) {
  }
}

void try_pickle(std::string_view bytes) {
  using Kind = PickleValue::Kind;
  try {
    const PickleDocument document(bytes, "input");
    RN_CHECK(document.size() <= bytes.size(), "{} of {}", document.size(), bytes.size());
    // Value by value, not from the root down: they may contain one another in circles.
    for (const PickleValue& value : document.values()) {
      size_t touched = sum(value.text);
      for (const PickleValue* item : value.items) touched += static_cast<size_t>(item->kind);
      for (const auto& [key, entry] : value.entries) {
        touched += static_cast<size_t>(key->kind) + static_cast<size_t>(entry->kind);
      }
      if (value.state != nullptr) touched += static_cast<size_t>(value.state->kind);
      keep(touched);
      if (value.kind == Kind::kCall) {
        RN_CHECK(value.items.size() >= 2 && value.items[1]->kind == Kind::kTuple, "{} items",
                 value.items.size());
      }
      if (value.kind == Kind::kPersistent) RN_CHECK(!value.items.empty(), "an id is missing");
    }
    keep(static_cast<size_t>(document.root().kind));
    document.root().find("model");
  } catch (const Error&) {
  }
}

void try_safetensors(std::string_view bytes) {
  try {
    const TensorFile file = parse_safetensors(bytes, "input");
    rename({file.tensors, file.metadata});
    // What was read can be written, and is the same when read again.
    const std::string written = serialize_safetensors(file);
    RN_CHECK(serialize_safetensors(parse_safetensors(written, "written")) == written,
             "{} bytes written", written.size());
  } catch (const Error&) {
  }
}

}  // namespace rn::testing
