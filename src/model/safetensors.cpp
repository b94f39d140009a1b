#include "model/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "model/weight_file.h"

namespace rn {
namespace {

// The file is little-endian and its data is copied as it is.
static_assert(std::endian::native == std::endian::little);

using nlohmann::json;  // sorted: a header may have very many keys

constexpr size_t kLengthBytes = 8;
/// The reference reader's limit.
constexpr uint64_t kMaxHeaderBytes = 100'000'000;
constexpr int kMaxHeaderDepth = 3;

struct DtypeName {
  torch::Dtype dtype;
  const char* name;
};
constexpr DtypeName kDtypes[] = {{torch::kFloat64, "F64"}, {torch::kFloat32, "F32"},
                                 {torch::kFloat16, "F16"}, {torch::kBFloat16, "BF16"},
                                 {torch::kInt64, "I64"},   {torch::kInt32, "I32"},
                                 {torch::kInt16, "I16"},   {torch::kInt8, "I8"},
                                 {torch::kUInt8, "U8"},    {torch::kBool, "BOOL"}};

/// A tensor's entry in the header, checked on its own: end - begin is its size in bytes.
struct TensorEntry {
  std::string name;
  torch::Dtype dtype = torch::kFloat32;
  std::vector<int64_t> shape;
  uint64_t begin = 0;
  uint64_t end = 0;
};

torch::Dtype parse_dtype(const std::string& source, const std::string& name, const json& value) {
  for (const auto& [dtype, dtype_name] : kDtypes) {
    if (value == dtype_name) return dtype;
  }
  fail("{}: tensor {}: dtype {} is not supported; store it as F32", source, name,
       value.is_string() ? value.get<std::string>() : value.type_name());
}

bool is_unsigned_list(const json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const json& item) {
           return item.is_number_unsigned() &&
                  item.get<uint64_t>() <= std::numeric_limits<int64_t>::max();
         });
}

TensorEntry parse_entry(const std::string& source, const std::string& name, const json& value) {
  const auto damaged = [&](const char* what) {
    fail("{}: tensor {}: {} in the header; the file is damaged or no safetensors file", source,
         name, what);
  };
  if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
      !value.contains("data_offsets")) {
    damaged("dtype, shape or data_offsets is missing");
  }
  const json& shape = value["shape"];
  const json& offsets = value["data_offsets"];
  if (!is_unsigned_list(shape)) damaged("bad shape");
  if (shape.size() > kMaxDimensions) damaged("too many dimensions");
  if (!is_unsigned_list(offsets) || offsets.size() != 2) damaged("bad data_offsets");
  TensorEntry entry{name, parse_dtype(source, name, value["dtype"]),
                    shape.get<std::vector<int64_t>>(), offsets[0].get<uint64_t>(),
                    offsets[1].get<uint64_t>()};
  // A side of 0 counts as 1 here: strides, too, must stay within int64.
  int64_t bytes = static_cast<int64_t>(c10::elementSize(entry.dtype));
  bool overflow = false, empty = false;
  for (const int64_t side : entry.shape) {
    overflow |= __builtin_mul_overflow(bytes, std::max<int64_t>(side, 1), &bytes);
    empty |= side == 0;
  }
  if (overflow) damaged("the shape is larger than any memory");
  if (empty) bytes = 0;
  if (entry.begin > entry.end || entry.end - entry.begin != static_cast<uint64_t>(bytes)) {
    damaged("data_offsets don't agree with dtype and shape");
  }
  return entry;
}

/// The header's JSON object; a name that stands twice is refused, JSON alone would take the last.
/// Nothing in it is nested deeper than a shape.
json parse_header(const std::string& source, std::string_view text) {
  std::set<std::string> names;
  std::string twice;
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::key && depth == 1 &&
        !names.insert(parsed.get<std::string>()).second) {
      twice = parsed.get<std::string>();
    }
    too_deep |= depth > kMaxHeaderDepth;
    return !too_deep;
  };
  const json header = json::parse(text, watch, /*allow_exceptions=*/false);
  if (!header.is_object() || too_deep || has_zero_byte(text)) {
    fail("{}: the header is not a JSON object; the file is damaged or no safetensors file", source);
  }
  if (!twice.empty()) fail("{}: tensor {} stands twice in the header", source, twice);
  return header;
}

std::map<std::string, std::string> parse_metadata(const std::string& source, const json& value) {
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!value.is_object() || !text.is_string()) {
      fail("{}: __metadata__ must be an object of texts", source);
    }
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

/// The entries must cover the data exactly, without gaps and overlaps.
void check_cover(const std::string& source, std::vector<TensorEntry>& entries, uint64_t bytes) {
  std::sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t position = 0;
  for (const TensorEntry& entry : entries) {
    if (entry.end > bytes) {
      fail("{}: tensor {} ends at byte {} of the data, but there are {}; the file is cut short",
           source, entry.name, entry.end, bytes);
    }
    if (entry.begin != position) {
      fail("{}: tensor {} begins at byte {} of the data, expected {}; the file is damaged", source,
           entry.name, entry.begin, position);
    }
    position = entry.end;
  }
  if (position != bytes) {
    fail("{}: {} bytes of data, but the header describes {}; the file is damaged", source, bytes,
         position);
  }
}

/// Appends the elements from dimension `d` on in row-major order.
void append_row_major(const torch::Tensor& tensor, int64_t d, const char* from, std::string& to) {
  const size_t element = tensor.element_size();
  if (d == tensor.dim()) {
    to.append(from, element);
    return;
  }
  const auto step = tensor.stride(d) * static_cast<int64_t>(element);
  if (d + 1 == tensor.dim()) {
    const size_t begin = to.size();
    to.resize(begin + static_cast<size_t>(tensor.size(d)) * element);
    char* out = to.data() + begin;
    for (int64_t i = 0; i < tensor.size(d); ++i, out += element) {
      if (element == sizeof(float)) {  // of a size that the compiler knows: a move, not a call
        std::memcpy(out, from + i * step, sizeof(float));
      } else {
        std::memcpy(out, from + i * step, element);
      }
    }
    return;
  }
  for (int64_t i = 0; i < tensor.size(d); ++i) append_row_major(tensor, d + 1, from + i * step, to);
}

const char* dtype_name(const std::string& name, torch::Dtype dtype) {
  for (const auto& [candidate, text] : kDtypes) {
    if (candidate == dtype) return text;
  }
  fail("tensor {}: {} can't be stored in a safetensors file; convert it to float", name,
       torch::toString(dtype));
}

}  // namespace

TensorFile parse_safetensors(std::string_view bytes, const std::string& source) {
  uint64_t header_bytes = 0;
  if (bytes.size() < kLengthBytes) {
    fail("{}: {} bytes are no safetensors file; it is cut short or something else", source,
         bytes.size());
  }
  std::memcpy(&header_bytes, bytes.data(), kLengthBytes);
  bytes.remove_prefix(kLengthBytes);
  if (header_bytes > std::min<uint64_t>(bytes.size(), kMaxHeaderBytes)) {
    fail(
        "{}: a header of {} bytes is announced, but there are {}; the file is cut short or no "
        "safetensors file",
        source, header_bytes, bytes.size());
  }
  const json header = parse_header(source, bytes.substr(0, header_bytes));
  const std::string_view data = bytes.substr(header_bytes);

  TensorFile file;
  std::vector<TensorEntry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      file.metadata = parse_metadata(source, value);
    } else {
      entries.push_back(parse_entry(source, name, value));
    }
  }
  check_cover(source, entries, data.size());
  for (const TensorEntry& entry : entries) {
    torch::Tensor tensor = torch::empty(entry.shape, entry.dtype);
    if (tensor.nbytes() > 0) {
      std::memcpy(tensor.data_ptr(), data.data() + entry.begin, tensor.nbytes());
    }
    file.tensors.emplace(entry.name, std::move(tensor));
  }
  return file;
}

TensorFile read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

std::string_view row_major_bytes(const torch::Tensor& tensor, std::string& scratch) {
  const torch::Tensor here = tensor.detach().cpu();
  const size_t size = here.nbytes();
  if (here.is_contiguous() && here.data_ptr() == tensor.data_ptr()) {
    return {static_cast<const char*>(here.data_ptr()), size};
  }
  scratch.clear();
  if (size == 0) return {};
  scratch.reserve(size);
  append_row_major(here, 0, static_cast<const char*>(here.data_ptr()), scratch);
  return scratch;
}

void serialize_safetensors(const TensorFile& file,
                           const std::function<void(std::string_view)>& write) {
  std::vector<std::pair<std::string, torch::Tensor>> tensors(file.tensors.begin(),
                                                             file.tensors.end());
  // Wide types first: each tensor is aligned to its element size when the file is mapped.
  std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return a.second.element_size() > b.second.element_size();
  });
  Json header = Json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  uint64_t position = 0;
  for (const auto& [name, tensor] : tensors) {
    const uint64_t end = position + tensor.nbytes();
    header[name] = {{"dtype", dtype_name(name, tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {position, end}}};
    position = end;
  }
  std::string text = json_text(header);
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');
  const uint64_t header_bytes = text.size();
  write({reinterpret_cast<const char*>(&header_bytes), kLengthBytes});
  write(text);
  std::string scratch;
  for (const auto& [name, tensor] : tensors) write(row_major_bytes(tensor, scratch));
}

std::string serialize_safetensors(const TensorFile& file) {
  std::string bytes;
  serialize_safetensors(file, [&](std::string_view piece) { bytes += piece; });
  return bytes;
}

void write_safetensors(const std::filesystem::path& path, const TensorFile& file) {
  FileReplacement replacement(path);
  serialize_safetensors(file, [&](std::string_view piece) { replacement.write(piece); });
  replacement.commit();
}

}  // namespace rn
