#include "model/torch_file.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "model/pickle.h"
#include "model/pickled_tensors.h"
#include "model/zip_archive.h"

namespace rn {
namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kZipMagic = "PK\x03\x04";
constexpr std::string_view kPickleData = "/data.pkl";
/// LONG1 0x1950a86a20f9469cfc6c, the first value of files before PyTorch 1.6.
constexpr std::string_view kLegacyMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::string_view kParallelPrefix = "module.";
// What the tensors of a file may take: tensors share a storage where weights are tied, and an
// expanded one is larger than its storage.
constexpr size_t kMaxSharing = 16;
constexpr size_t kMaxExpandedBytes = size_t{64} << 20;

bool is_dict(const PickleValue& value) {
  return value.kind == Kind::kDict || (value.kind == Kind::kCall && !value.entries.empty());
}

const PickleValue& weights_of(const PickleValue& root) {
  for (const char* key : {"model", "state_dict", "model_state_dict", "blobs"}) {
    const PickleValue* inner = root.find(key);
    if (inner != nullptr && is_dict(*inner)) return *inner;
  }
  return root;
}

StateDict without_prefix(StateDict tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (!name.starts_with(kParallelPrefix)) return tensors;
  }
  StateDict renamed;
  for (auto& [name, tensor] : tensors) renamed[name.substr(kParallelPrefix.size())] = tensor;
  return renamed;
}

/// @param file_size in bytes
WeightFile weights_in(const PickleValue& root, const PickledTensors& read, size_t file_size,
                      const std::string& source) {
  WeightFile file;
  size_t total = 0;
  for (const auto& [key, value] : weights_of(root).entries) {
    if (key->kind != Kind::kText) continue;
    const auto tensor = read(*value, key->text);
    if (!tensor) continue;
    total += tensor->nbytes();
    if (total > kMaxSharing * file_size + kMaxExpandedBytes) {
      fail("{}: {} bytes hold tensors of {} bytes and more; the file is damaged", source, file_size,
           total);
    }
    file.tensors[std::string(key->text)] = *tensor;
  }
  if (file.tensors.empty()) {
    fail(
        "{}: holds no tensors by name, neither by itself nor under \"model\", \"state_dict\", "
        "\"model_state_dict\" or \"blobs\"; expected a file of weights. Of a whole model or "
        "TorchScript, save its "
        "state_dict()",
        source);
  }
  file.tensors = without_prefix(std::move(file.tensors));
  for (const auto& [key, value] : root.entries) {
    if (key->kind != Kind::kText || value->kind != Kind::kText) continue;
    file.texts[std::string(key->text)] = std::string(value->text);
  }
  return file;
}

WeightFile parse_zip(std::string_view bytes, const std::string& source) {
  const ZipArchive archive(bytes, source);
  const auto entry = std::find_if(archive.names().begin(), archive.names().end(),
                                  [](const auto& name) { return name.ends_with(kPickleData); });
  if (entry == archive.names().end()) {
    fail("{}: is a zip archive without a data.pkl; expected a file of torch.save", source);
  }
  const std::string folder = entry->substr(0, entry->size() - kPickleData.size());
  const std::string order = folder + "/byteorder";
  const auto& names = archive.names();
  if (std::find(names.begin(), names.end(), order) != names.end() &&
      archive.read(order) != "little") {
    fail("{}: was written by a big-endian machine; write it again on another", source);
  }
  const std::string pickle = archive.read(*entry);
  const PickleDocument document(pickle, source);
  std::map<std::string, std::string, std::less<>> storages;
  size_t storage_bytes = 0;
  const StorageBytes storage = [&](std::string_view key) -> std::string_view {
    const auto known = storages.find(key);
    if (known != storages.end()) return known->second;
    std::string content = archive.read(fmt::format("{}/data/{}", folder, key));
    // Entries that lie on one another would become far more than the file.
    storage_bytes += content.size();
    if (storage_bytes > bytes.size()) fail("{}: its entries overlap; it is damaged", source);
    return storages.emplace(key, std::move(content)).first->second;
  };
  return weights_in(document.root(), PickledTensors(storage, source), bytes.size(), source);
}

/// Magic number, protocol, system, the weights, the storages' keys: five pickles; then for each
/// storage its number of elements (8 bytes) and the elements.
WeightFile parse_legacy(std::string_view bytes, const std::string& source) {
  constexpr size_t kWeights = 3, kKeys = 4;
  std::deque<PickleDocument> pickles;
  size_t position = 0;
  while (pickles.size() <= kKeys) {
    position += pickles.emplace_back(bytes.substr(position), source).size();
  }
  // What an element is stands only with the tensors.
  std::map<std::string_view, torch::Dtype> types;
  for (const PickleValue& value : pickles[kWeights].values()) {
    if (value.kind != Kind::kPersistent) continue;
    const StorageId id = storage_id(value, source);
    types.emplace(id.key, id.dtype);
  }
  std::map<std::string_view, std::string_view> storages;
  for (const PickleValue* key : pickles[kKeys].root().items) {
    const auto type = types.find(key->text);
    uint64_t count = 0;
    const size_t left = bytes.size() - position;
    if (type == types.end() || left < sizeof(count)) {
      fail("{}: storage {} is not where it should be; the file is damaged", source, key->text);
    }
    std::memcpy(&count, bytes.data() + position, sizeof(count));
    position += sizeof(count);
    const size_t size = torch::elementSize(type->second);
    if (count > (bytes.size() - position) / size) {
      fail("{}: storage {} needs {} elements of {} bytes, {} bytes are left; the file is cut short",
           source, key->text, count, size, bytes.size() - position);
    }
    storages.emplace(key->text, bytes.substr(position, count * size));
    position += count * size;
  }
  const StorageBytes storage = [&](std::string_view key) {
    const auto found = storages.find(key);
    if (found == storages.end()) fail("{}: storage {} is missing", source, key);
    return found->second;
  };
  return weights_in(pickles[kWeights].root(), PickledTensors(storage, source), bytes.size(),
                    source);
}

WeightFile parse_numpy(std::string_view bytes, const std::string& source) {
  const PickleDocument document(bytes, source);
  const StorageBytes none = [&](std::string_view key) -> std::string_view {
    fail("{}: storage {} is missing", source, key);
  };
  return weights_in(document.root(), PickledTensors(none, source), bytes.size(), source);
}

}  // namespace

WeightFile parse_torch_file(std::string_view bytes, const std::string& source) {
  if (bytes.starts_with(kZipMagic)) return parse_zip(bytes, source);
  // PROTO 2, LONG1 of 10 bytes, then the magic number.
  constexpr size_t kBeforeMagic = 4;
  if (bytes.size() > kBeforeMagic && bytes.substr(kBeforeMagic).starts_with(kLegacyMagic)) {
    return parse_legacy(bytes, source);
  }
  if (!bytes.starts_with('\x80')) {
    fail(
        "{}: neither PyTorch's zip or legacy format nor a pickle; expected a .pth, .pt or .pkl "
        "file",
        source);
  }
  return parse_numpy(bytes, source);
}

WeightFile read_torch_file(const std::filesystem::path& path) {
  return parse_torch_file(read_file(path), path.string());
}

}  // namespace rn
