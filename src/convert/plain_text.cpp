#include "convert/plain_text.h"

#include <fmt/format.h>

#include <charconv>

#include "core/files.h"
#include "core/text.h"

namespace rn {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";
constexpr size_t kShownCharacters = 40;

template <class T>
std::optional<T> whole_text_as(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string read_text(const std::filesystem::path& path) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  std::string text = read_file(path);
  if (text.starts_with(kMark)) text.erase(0, kMark.size());
  return text;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> trimmed_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    const size_t end = std::min(line.find_first_of(kBlanks), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

std::optional<double> to_number(std::string_view text) { return whole_text_as<double>(text); }
std::optional<int64_t> to_whole(std::string_view text) { return whole_text_as<int64_t>(text); }

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", printable(text, kShownCharacters));
}

}  // namespace rn
