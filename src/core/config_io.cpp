#include "core/config_io.h"

#include <algorithm>

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
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

}  // namespace

void wrong_type(const ConfigPlace& place, const Json& found, std::string_view expected) {
  fail("{}: found {}, expected {}", place.text(), shown(found), expected);
}

void out_of_range(const ConfigPlace& place, const Json& found, const Range& range) {
  fail("{}: found {}, expected a number from {} to {}", place.text(), shown(found), range.low,
       range.high);
}

void unknown_name(const ConfigPlace& place, const std::string& found,
                  const std::vector<std::string>& known) {
  const std::string near = nearest_name(found, known);
  fail("{}: found \"{}\", expected one of: {}{}", place.text(), found, join(known),
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

int64_t read_integer(const ConfigPlace& place, const Json& value) {
  if (value.is_number_unsigned() && !std::in_range<int64_t>(value.get<uint64_t>())) {
    wrong_type(place, value, "a smaller whole number");
  }
  if (value.is_number_integer()) return value.get<int64_t>();
  if (value.is_number_float()) {  // 1e3 is a whole number too
    const double number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) < 9e15)
      return static_cast<int64_t>(number);
  }
  wrong_type(place, value, "a whole number");
}

}  // namespace detail
}  // namespace rn
