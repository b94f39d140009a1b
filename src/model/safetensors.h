#pragma once

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace rn {

/// Tensors by name, and the `__metadata__` texts. Format: 8 bytes, little-endian, the length of a
/// JSON header {name: {dtype, shape, data_offsets: [begin, end]}}, then the data without gaps.
/// https://github.com/huggingface/safetensors
struct TensorFile {
  std::map<std::string, torch::Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Tensors are on the CPU, contiguous, and own their memory.
/// @throws Error naming the path and what is wrong; lengths, offsets and shapes are checked against
/// the file before anything is allocated
TensorFile read_safetensors(const std::filesystem::path& path);

/// The same from memory. @param source names the bytes in errors
TensorFile parse_safetensors(std::string_view bytes, const std::string& source);

/// The file's bytes; the data is row-major (NCHW) whatever a tensor's layout or device.
std::string serialize_safetensors(const TensorFile& file);

/// The bytes of serialize_safetensors piece by piece, so that nothing needs them all at once.
void serialize_safetensors(const TensorFile& file,
                           const std::function<void(std::string_view)>& write);

/// A tensor's elements in row-major order: its own memory or, if that has another layout or is on
/// another device, a copy in `scratch`. Runs on the calling thread alone.
std::string_view row_major_bytes(const torch::Tensor& tensor, std::string& scratch);

/// Atomic: see write_file_atomically. @throws Error naming the path; the old file is untouched
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

}  // namespace rn
