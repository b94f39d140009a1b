#include "convert/split.h"

#include <algorithm>

#include "convert/picture_files.h"
#include "convert/plain_text.h"
#include "core/error.h"

namespace rn {

Split::Parts Split::parts_of(std::string_view path) {
  Parts parts;
  std::string plain = without_ending(path);
  std::replace(plain.begin(), plain.end(), '\\', '/');
  for (size_t end = plain.size();;) {
    const size_t slash = end == 0 ? plain.npos : plain.rfind('/', end - 1);
    const size_t begin = slash == plain.npos ? 0 : slash + 1;
    const std::string part = plain.substr(begin, end - begin);
    if (!part.empty() && part != ".") parts.push_back(part);
    if (slash == plain.npos) return parts;
    end = slash;
  }
}

Split::Split(const std::filesystem::path& path) : path_(path.string()) {
  const std::string text = read_text(path);
  int64_t number = 0;
  for (const std::string_view line : trimmed_lines(text)) {
    ++number;
    Parts parts = parts_of(line);
    if (parts.empty()) continue;
    by_name_[parts.front()].push_back(lines_.size());
    lines_.push_back({number, std::string(line), std::move(parts)});
  }
  if (lines_.empty()) fail("{}: names no picture, expected one a line", path_);
}

bool Split::takes(const std::string& name) {
  const Parts parts = parts_of(name);
  if (parts.empty()) return false;
  const auto found = by_name_.find(parts.front());
  if (found == by_name_.end()) return false;
  bool is_taken = false;
  for (const size_t index : found->second) {
    Line& line = lines_[index];
    const auto both = std::min(parts.size(), line.parts.size());
    if (!std::equal(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(both),
                    line.parts.begin())) {
      continue;
    }
    line.is_met = is_taken = true;
  }
  return is_taken;
}

void Split::check_all_met(const std::string& source) const {
  const auto is_unmet = [](const Line& line) { return !line.is_met; };
  const auto first = std::find_if(lines_.begin(), lines_.end(), is_unmet);
  if (first == lines_.end()) return;
  const auto count = std::count_if(lines_.begin(), lines_.end(), is_unmet);
  fail("{}: line {}: {} is not in {}{}; mend the list, or name other --annotations", path_,
       first->number, in_quotes(first->text), source,
       count > 1 ? fmt::format(" ({} such lines in all)", count) : "");
}

}  // namespace rn
