#include "core/config_io.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace rn {

ConfigPlace ConfigPlace::child(std::string_view name) const {
  return {source, key.empty() ? std::string(name) : fmt::format("{}.{}", key, name)};
}

ConfigPlace ConfigPlace::item(size_t index) const {
  return {source, fmt::format("{}[{}]", key, index)};
}

std::string ConfigPlace::text() const {
  return key.empty() ? source : fmt::format("{}: {}", source, key);
}

namespace detail {
namespace {

std::string shown(const Json& value) {
  // JSON has no form for them: dump would say null.
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    return fmt::format("{}", value.get<double>());
  }
  std::string text = json_text(value);
  if (text.size() <= 60) return text;
  size_t end = 57;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;  // never cuts a UTF-8 character
  return text.substr(0, end) + "...";
}

std::string shown(const Range& range) {
  if (std::isinf(range.high)) return fmt::format("a number of at least {}", range.low);
  if (std::isinf(range.low)) return fmt::format("a number of at most {}", range.high);
  return fmt::format("a number from {} to {}", range.low, range.high);
}

}  // namespace

void wrong_type(const ConfigPlace& place, const Json& found, std::string_view expected) {
  fail("{}: found {}, expected {}", place.text(), shown(found), expected);
}

void out_of_range(const ConfigPlace& place, const Json& found, const Range& range) {
  fail("{}: found {}, expected {}", place.text(), shown(found), shown(range));
}

void unknown_name(const ConfigPlace& place, const std::string& found,
                  const std::vector<std::string>& known) {
  const std::string near = nearest_name(found, known);
  fail("{}: found {}, expected one of: {}{}", place.text(), shown(found), join(known),
       near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
}

void check_keys(const ConfigPlace& place, const Json& object,
                const std::vector<std::string>& known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = nearest_name(key, known);
    fail("{}: unknown key{}; known here: {}", place.child(key).text(),
         near.empty() ? "" : fmt::format(", did you mean \"{}\"?", place.child(near).key),
         join(known));
  }
}

int64_t read_integer(const ConfigPlace& place, const Json& value, int64_t low, int64_t high) {
  int64_t number = 0;
  bool fits = true;
  if (value.is_number_unsigned()) {  // also every number that was read without a minus sign
    fits = std::in_range<int64_t>(value.get<uint64_t>());
    if (fits) number = value.get<int64_t>();
  } else if (value.is_number_integer()) {
    number = value.get<int64_t>();
  } else if (value.is_number_float() &&
             std::trunc(value.get<double>()) == value.get<double>()) {  // 1e3 is whole too
    fits = std::abs(value.get<double>()) < 9e15;                        // exact up to 2^53
    if (fits) number = static_cast<int64_t>(value.get<double>());
  } else {
    wrong_type(place, value, "a whole number");
  }
  if (!fits || number < low || number > high) {
    wrong_type(place, value, fmt::format("a whole number from {} to {}", low, high));
  }
  return number;
}

}  // namespace detail
}  // namespace rn
