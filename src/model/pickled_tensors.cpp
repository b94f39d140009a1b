#include "model/pickled_tensors.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "model/weight_file.h"

namespace rn {
namespace {

using Kind = PickleValue::Kind;
using TypeName = std::pair<std::string_view, torch::Dtype>;

constexpr std::array<TypeName, 10> kStorages = {{{"torch DoubleStorage", torch::kFloat64},
                                                 {"torch FloatStorage", torch::kFloat32},
                                                 {"torch HalfStorage", torch::kFloat16},
                                                 {"torch BFloat16Storage", torch::kBFloat16},
                                                 {"torch LongStorage", torch::kInt64},
                                                 {"torch IntStorage", torch::kInt32},
                                                 {"torch ShortStorage", torch::kInt16},
                                                 {"torch CharStorage", torch::kInt8},
                                                 {"torch ByteStorage", torch::kUInt8},
                                                 {"torch BoolStorage", torch::kBool}}};

constexpr std::array<TypeName, 9> kArrayTypes = {{{"f8", torch::kFloat64},
                                                  {"f4", torch::kFloat32},
                                                  {"f2", torch::kFloat16},
                                                  {"i8", torch::kInt64},
                                                  {"i4", torch::kInt32},
                                                  {"i2", torch::kInt16},
                                                  {"i1", torch::kInt8},
                                                  {"u1", torch::kUInt8},
                                                  {"b1", torch::kBool}}};

/// An expanded tensor (stride 0) may be larger than its storage, but no weight is by much.
constexpr int64_t kMaxExpanded = int64_t{1} << 20;

template <size_t N>
const torch::Dtype* type_of(const std::array<TypeName, N>& types, std::string_view name) {
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&](const TypeName& type) { return type.first == name; });
  return found == types.end() ? nullptr : &found->second;
}

/// Where a strided view lies in its storage.
struct View {
  int64_t offset = 0;
  std::vector<int64_t> sizes;
  std::vector<int64_t> strides;
  int64_t elements = 1;
  int64_t last = 0;  ///< the element of the storage that is farthest from its begin
};

/// Sets `elements` and `last`.
/// @return why the view doesn't fit into `available` elements, or an empty text
std::string fault_of(View& view, int64_t available) {
  if (view.sizes.size() != view.strides.size()) return "sizes and strides are not as many";
  if (view.sizes.size() > kMaxDimensions) {
    return fmt::format("has {} dimensions, at most {} are expected", view.sizes.size(),
                       kMaxDimensions);
  }
  view.last = view.offset;
  bool overflow = view.offset < 0, empty = false;
  for (size_t d = 0; d < view.sizes.size(); ++d) {
    int64_t reach = 0;
    if (view.sizes[d] < 0 || view.strides[d] < 0) return "a size or stride is negative";
    // A size of 0 counts as 1 here: the strides of an empty tensor, too, must stay within int64.
    const int64_t size = std::max<int64_t>(view.sizes[d], 1);
    overflow |= __builtin_mul_overflow(view.elements, size, &view.elements);
    overflow |= __builtin_mul_overflow(size - 1, view.strides[d], &reach);
    overflow |= __builtin_add_overflow(view.last, reach, &view.last);
    empty |= view.sizes[d] == 0;
  }
  if (overflow) return "the shape is larger than any memory";
  if (empty) {
    view.elements = 0;
    return {};
  }
  if (view.last >= available || view.elements > std::max(available, kMaxExpanded)) {
    return fmt::format("reaches element {} of the {} in its storage",
                       std::max(view.last, view.elements - 1), available);
  }
  return {};
}

std::optional<std::vector<int64_t>> integers(const PickleValue& tuple) {
  if (tuple.kind != Kind::kTuple && tuple.kind != Kind::kList) return std::nullopt;
  std::vector<int64_t> numbers;
  for (const PickleValue* item : tuple.items) {
    if (item->kind != Kind::kInteger) return std::nullopt;
    numbers.push_back(item->integer);
  }
  return numbers;
}

torch::Tensor copy_of(const View& view, std::string_view bytes, torch::Dtype dtype) {
  if (view.elements == 0) return torch::empty(view.sizes, dtype);
  // An own, aligned copy: the bytes may begin anywhere in a file. Only of what the view reaches:
  // any number of tensors may lie in one storage.
  torch::Tensor reached = torch::empty({view.last - view.offset + 1}, dtype);
  const size_t begin = static_cast<size_t>(view.offset) * torch::elementSize(dtype);
  std::copy_n(bytes.data() + begin, reached.nbytes(), static_cast<char*>(reached.data_ptr()));
  return reached.as_strided(view.sizes, view.strides).clone(torch::MemoryFormat::Contiguous);
}

/// The `size` bytes of an array: as they are or, in pickles of protocol 2, latin-1 characters in
/// UTF-8. Nothing if there are more or fewer; a thousand names for one large array cost no more
/// than their tensors.
std::optional<std::string> array_bytes(const PickleValue& data, size_t size) {
  if (data.kind == Kind::kBytes || data.kind == Kind::kText) {
    if (data.text.size() != size) return std::nullopt;
    return std::string(data.text);
  }
  if (!data.is_call_of("_codecs encode") || data.items[1]->items.empty()) return std::nullopt;
  const PickleValue& value = *data.items[1]->items[0];
  const std::string_view text = value.text;
  if (value.kind != Kind::kText || text.size() < size || text.size() / 2 > size) {
    return std::nullopt;
  }
  std::string bytes;
  bytes.reserve(size);
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80) {
      if ((byte & 0xfc) != 0xc0 || i + 1 == text.size()) return std::nullopt;
      byte = static_cast<unsigned char>(byte << 6 | (text[++i] & 0x3f));
    }
    bytes += static_cast<char>(byte);
  }
  if (bytes.size() != size) return std::nullopt;
  return bytes;
}

/// The strides of an array of these sizes without gaps. @return false if it is too large
bool set_dense_strides(View& view, bool is_fortran) {
  view.strides.resize(view.sizes.size());
  int64_t stride = 1;
  for (size_t i = 0; i < view.sizes.size(); ++i) {
    const size_t d = is_fortran ? i : view.sizes.size() - 1 - i;
    view.strides[d] = stride;
    if (__builtin_mul_overflow(stride, std::max<int64_t>(view.sizes[d], 1), &stride)) return false;
  }
  return true;
}

}  // namespace

std::optional<torch::Tensor> PickledTensors::operator()(const PickleValue& value,
                                                        std::string_view name) const {
  const PickleValue* call = &value;
  if (call->is_call_of("torch._utils _rebuild_parameter") ||
      call->is_call_of("torch._utils _rebuild_parameter_with_state")) {
    if (call->items[1]->items.empty()) return std::nullopt;
    call = call->items[1]->items[0];
  }
  if (call->is_call_of("torch._utils _rebuild_tensor_v2") ||
      call->is_call_of("torch._utils _rebuild_tensor")) {
    return rebuild(*call->items[1], name);
  }
  if (call->is_call_of("numpy.core.multiarray _reconstruct") ||
      call->is_call_of("numpy._core.multiarray _reconstruct")) {
    return array(*call, name);
  }
  return std::nullopt;
}

StorageId storage_id(const PickleValue& persistent, const std::string& source) {
  const PickleValue& id = *persistent.items[0];
  if (id.kind != Kind::kTuple || id.items.size() < 3 || id.items[1]->kind != Kind::kGlobal ||
      id.items[2]->kind != Kind::kText) {
    fail("{}: a storage without type and key; the file is damaged", source);
  }
  const torch::Dtype* dtype = type_of(kStorages, id.items[1]->text);
  if (dtype == nullptr) {
    fail("{}: a storage of type {}; expected one of PyTorch's number types", source,
         id.items[1]->text);
  }
  StorageId found{*dtype, id.items[2]->text, std::nullopt};
  if (id.items.size() > 5 && id.items[5]->kind == Kind::kTuple) {
    const auto& part = id.items[5]->items;
    if (part.size() != 3 || part[1]->kind != Kind::kInteger || part[2]->kind != Kind::kInteger) {
      fail("{}: a part of storage {} without offset and size; the file is damaged", source,
           found.key);
    }
    found.part = StorageId::Part{part[1]->integer, part[2]->integer};
  }
  return found;
}

/// Its elements' bytes.
std::string_view PickledTensors::bytes_of(const StorageId& id, std::string_view name) const {
  const std::string_view whole = storage_(id.key);
  if (!id.part) return whole;
  const auto [offset, elements] = *id.part;
  const auto size = static_cast<int64_t>(torch::elementSize(id.dtype));
  const int64_t available = static_cast<int64_t>(whole.size()) / size;
  if (offset < 0 || elements < 0 || offset > available || elements > available - offset) {
    fail(
        "{}: tensor {}: {} elements from element {} are beyond the {} in its storage; the file is "
        "damaged",
        source_, name, elements, offset, available);
  }
  return whole.substr(static_cast<size_t>(offset * size), static_cast<size_t>(elements * size));
}

/// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks).
torch::Tensor PickledTensors::rebuild(const PickleValue& arguments, std::string_view name) const {
  const auto damaged = [&](const std::string& what) {
    fail("{}: tensor {}: {}; the file is damaged", source_, name, what);
  };
  const auto& items = arguments.items;
  if (items.size() < 4 || items[0]->kind != Kind::kPersistent || items[1]->kind != Kind::kInteger) {
    damaged("not described as PyTorch does it");
  }
  const StorageId id = storage_id(*items[0], source_);
  const auto sizes = integers(*items[2]), strides = integers(*items[3]);
  if (!sizes || !strides) damaged("its shape is no tuple of numbers");
  const std::string_view bytes = bytes_of(id, name);
  View view{items[1]->integer, *sizes, *strides};
  const auto available = static_cast<int64_t>(bytes.size() / torch::elementSize(id.dtype));
  if (const std::string fault = fault_of(view, available); !fault.empty()) damaged(fault);
  return copy_of(view, bytes, id.dtype);
}

/// _reconstruct(ndarray, (0,), b"b"), then the state (version, shape, dtype, is_fortran, data).
torch::Tensor PickledTensors::array(const PickleValue& call, std::string_view name) const {
  const auto damaged = [&](const std::string& what) {
    fail("{}: array {}: {}; the file is damaged", source_, name, what);
  };
  const PickleValue* state = call.state;
  if (state == nullptr || state->kind != Kind::kTuple || state->items.size() < 5) {
    damaged("not described as numpy does it");
  }
  const PickleValue& type = *state->items[2];
  const auto shape = integers(*state->items[1]);
  if (!shape || !type.is_call_of("numpy dtype") || type.items[1]->items.empty()) {
    damaged("its shape or type can't be read");
  }
  const torch::Dtype* dtype = type_of(kArrayTypes, type.items[1]->items[0]->text);
  const PickleValue* order = type.state;
  const bool is_big_endian =
      order != nullptr && order->items.size() > 1 && order->items[1]->text == ">";
  if (dtype == nullptr || is_big_endian) damaged("its type is not a little-endian number");
  View view{0, *shape, {}};
  if (!set_dense_strides(view, state->items[3]->integer != 0)) {
    damaged("the shape is larger than any memory");
  }
  const auto all = std::numeric_limits<int64_t>::max();  // its own bytes are all it reaches
  if (const std::string fault = fault_of(view, all); !fault.empty()) damaged(fault);
  const auto itemsize = static_cast<int64_t>(torch::elementSize(*dtype));
  int64_t size = 0;
  if (__builtin_mul_overflow(view.elements, itemsize, &size)) {
    damaged("the shape is larger than any memory");
  }
  const auto data = array_bytes(*state->items[4], static_cast<size_t>(size));
  if (!data) damaged(fmt::format("its data are not the {} bytes of its shape", size));
  return copy_of(view, *data, *dtype);
}

}  // namespace rn
