#include "train/numbered_files.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

#include "core/error.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kEnd = ".ckpt";

/// The N of "START-N.ckpt", -1 of any other name.
int64_t number_of_checkpoint(std::string_view name, std::string_view start) {
  const std::string prefix = std::string(start) + "-";
  if (!name.starts_with(prefix) || !name.ends_with(kEnd)) return -1;
  name.remove_prefix(prefix.size());
  name.remove_suffix(kEnd.size());
  int64_t number = -1;
  const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && rest == name.data() + name.size() ? number : -1;
}

}  // namespace

fs::path numbered_checkpoint(const fs::path& folder, std::string_view start, int64_t iteration) {
  return folder / fmt::format("{}-{:06}{}", start, iteration, kEnd);
}

bool is_numbered_checkpoint(std::string_view name) {
  const size_t dash = name.rfind('-');
  return dash != name.npos && number_of_checkpoint(name, name.substr(0, dash)) >= 0;
}

std::vector<int64_t> numbered_checkpoints(const fs::path& folder, std::string_view start) {
  std::vector<int64_t> numbers;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    const int64_t number = number_of_checkpoint(it->path().filename().string(), start);
    if (number >= 0) numbers.push_back(number);
  }
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers;
}

}  // namespace rn
