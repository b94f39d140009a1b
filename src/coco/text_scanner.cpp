#include "coco/text_scanner.h"

#include <simdjson.h>

namespace rn {

bool TextScanner::special_number(bool negative, double& value) {
  if (!negative && *at_ == 'N') {
    value = std::numeric_limits<double>::quiet_NaN();
    return word("NaN");
  }
  value =
      negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  return word("Infinity");
}

bool TextScanner::long_number(const char* begin, double& value) {
  while (is_digit(*at_)) ++at_;
  if (is_exponent(*at_)) {
    ++at_;
    if (*at_ == '-' || *at_ == '+') ++at_;
    const char* first = at_;
    while (is_digit(*at_)) ++at_;
    if (at_ == first) return false;
  }
  const auto [stop, error] = std::from_chars(begin, at_, value);
  return error == std::errc() && stop == at_;
}

bool TextScanner::long_whole_number(const char* begin, int64_t& value) {
  at_ = begin;
  double number_value = 0;
  if (!number(number_value)) return false;
  const auto [stop, error] = std::from_chars(begin, at_, value);
  if (error == std::errc() && stop == at_) return true;
  constexpr double kLimit = 0x1p63;
  if (!(number_value >= -kLimit && number_value < kLimit)) return false;
  if (std::trunc(number_value) != number_value) return false;
  value = static_cast<int64_t>(number_value);
  return true;
}

bool TextScanner::unescape(std::string_view raw, std::string& value) {
  std::string quoted;
  quoted.reserve(raw.size() + 2 + simdjson::SIMDJSON_PADDING);
  quoted.append("\"").append(raw).append("\"");
  simdjson::dom::parser parser;
  std::string_view text;
  if (parser.parse(quoted.data(), quoted.size(), false).get(text) != simdjson::SUCCESS) {
    return false;
  }
  value.assign(text);
  return true;
}

}  // namespace rn
