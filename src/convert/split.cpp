#include "convert/split.h"

#include <algorithm>

#include "convert/picture_files.h"
#include "convert/plain_text.h"
#include "core/error.h"

namespace rn {
namespace {

std::string split_name(std::string_view path) {
  const size_t slash = path.find_last_of("/\\");
  return without_ending(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

}  // namespace

Split::Split(const std::filesystem::path& path) : path_(path.string()) {
  const std::string text = read_text(path);
  int64_t number = 0;
  for (const std::string_view line : trimmed_lines(text)) {
    ++number;
    if (!line.empty()) lines_.emplace(split_name(line), Line{number});
  }
  if (lines_.empty()) fail("{}: names no picture, expected one a line", path_);
}

bool Split::takes(const std::string& name) {
  const auto line = lines_.find(split_name(name));
  if (line == lines_.end()) return false;
  line->second.is_met = true;
  return true;
}

void Split::check_all_met(const std::string& source) const {
  const std::pair<const std::string, Line>* first = nullptr;
  int64_t count = 0;
  for (const auto& line : lines_) {
    if (line.second.is_met) continue;
    ++count;
    if (first == nullptr || line.second.number < first->second.number) first = &line;
  }
  if (count == 0) return;
  fail("{}: line {}: {} is not in {}{}; mend the list, or name another folder", path_,
       first->second.number, in_quotes(first->first), source,
       count > 1 ? fmt::format(" ({} such lines in all)", count) : "");
}

}  // namespace rn
