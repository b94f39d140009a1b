#include "model/torch_writer.h"

#include <caffe2/serialize/inline_container.h>

#include <string_view>

#include "core/error.h"
#include "core/files.h"

namespace rn {
namespace {

std::string_view storage_name(torch::Dtype dtype) {
  switch (dtype) {
    case torch::kFloat64:
      return "DoubleStorage";
    case torch::kFloat32:
      return "FloatStorage";
    case torch::kFloat16:
      return "HalfStorage";
    case torch::kBFloat16:
      return "BFloat16Storage";
    case torch::kInt64:
      return "LongStorage";
    case torch::kInt32:
      return "IntStorage";
    case torch::kUInt8:
      return "ByteStorage";
    case torch::kBool:
      return "BoolStorage";
    default:
      RN_CHECK(false, "no PyTorch storage for {}", torch::toString(dtype));
      return {};
  }
}

/// A pickle of protocol 2 in its plainest form, no value shared (Python's pickletools.py describes
/// the opcodes). `torch.load(weights_only=True)` calls nothing but the few functions used here.
class PickleWriter {
 public:
  explicit PickleWriter(std::string& out) : out_(out) { out_ += "\x80\x02"; }

  void text(std::string_view value) {
    out_ += 'X';  // BINUNICODE
    little_endian(value.size(), 4);
    out_ += value;
  }
  void integer(int64_t value) {
    out_ += "\x8a\x08";  // LONG1 of 8 bytes
    little_endian(static_cast<uint64_t>(value), 8);
  }
  void global(std::string_view module, std::string_view name) {
    out_ += fmt::format("c{}\n{}\n", module, name);
  }
  void tuple(torch::IntArrayRef values) {
    mark();
    for (const int64_t value : values) integer(value);
    out_ += 't';
  }
  void mark() { out_ += '('; }
  void opcode(char op) { out_ += op; }

 private:
  void little_endian(uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out_ += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  std::string& out_;
};

/// torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)
void write_tensor(PickleWriter& pickle, const torch::Tensor& tensor, const std::string& key) {
  pickle.global("torch._utils", "_rebuild_tensor_v2");
  pickle.mark();
  pickle.mark();  // the storage's id: ("storage", type, key, device, elements)
  pickle.text("storage");
  pickle.global("torch", storage_name(tensor.scalar_type()));
  pickle.text(key);
  pickle.text("cpu");
  pickle.integer(tensor.numel());
  pickle.opcode('t');
  pickle.opcode('Q');  // BINPERSID
  pickle.integer(0);
  pickle.tuple(tensor.sizes());
  pickle.tuple(tensor.strides());
  pickle.opcode('\x89');  // NEWFALSE
  pickle.global("collections", "OrderedDict");
  pickle.opcode(')');
  pickle.opcode('R');
  pickle.opcode('t');
  pickle.opcode('R');
}

}  // namespace

std::string serialize_torch_file(const StateDict& tensors) {
  std::string bytes;
  caffe2::serialize::PyTorchStreamWriter archive([&](const void* data, size_t size) {
    bytes.append(static_cast<const char*>(data), size);
    return size;
  });
  std::string description;
  PickleWriter pickle(description);
  pickle.opcode('}');
  pickle.mark();
  std::vector<torch::Tensor> data;
  for (const auto& [name, tensor] : tensors) {
    data.push_back(tensor.detach().to(torch::kCPU).contiguous());
    pickle.text(name);
    write_tensor(pickle, data.back(), std::to_string(data.size() - 1));
  }
  pickle.opcode('u');
  pickle.opcode('.');
  archive.writeRecord("data.pkl", description.data(), description.size());
  for (size_t i = 0; i < data.size(); ++i) {
    archive.writeRecord(fmt::format("data/{}", i), data[i].data_ptr(), data[i].nbytes());
  }
  archive.writeEndOfFile();
  return bytes;
}

void write_torch_file(const std::filesystem::path& path, const StateDict& tensors) {
  write_file_atomically(path, serialize_torch_file(tensors));
}

}  // namespace rn
