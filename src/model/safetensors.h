#pragma once

#include <torch/types.h>

#include <filesystem>
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

/// Atomic: see write_file_atomically. @throws Error naming the path; the old file is untouched
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

}  // namespace rn
