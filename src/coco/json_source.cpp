#include "coco/json_source.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "coco/json_text.h"
#include "core/error.h"
#include "core/files.h"

namespace rn {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBlock = size_t{1} << 16;

bool is_endless(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

bool can_begin_json(char c) { return c == '{' || c == '[' || c == kByteOrderMark.front(); }

JsonSource read_stream(const fs::path& path, int64_t longest) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (!file) fail("{}: can't be read: {}", path.string(), std::strerror(errno));
  JsonSource source;
  const auto block = std::make_unique_for_overwrite<char[]>(kBlock);
  while (static_cast<int64_t>(source.text.size()) <= longest) {
    const std::string_view read(block.get(), std::fread(block.get(), 1, kBlock, file.get()));
    if (std::ferror(file.get()) != 0) {
      fail("{}: reading failed: {}", path.string(), std::strerror(errno));
    }
    if (read.empty()) break;
    const bool is_first = source.text.empty();
    const auto* begin =
        is_first ? std::find_if_not(read.begin(), read.end(), is_json_space) : read.begin();
    source.dropped += begin - read.begin();
    source.text.append(begin, read.end());
    if (is_first && begin != read.end() && !can_begin_json(*begin)) break;
  }
  return source;
}

}  // namespace

JsonSource read_json_source(const fs::path& path, int64_t longest) {
  return is_endless(path) ? read_stream(path, longest) : JsonSource{read_file(path), 0};
}

}  // namespace rn
