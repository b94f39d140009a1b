#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/field.h"
#include "core/json.h"

namespace rn {

/// Where a value was read: "configs/a.json" or "--set", and the dotted key inside it.
struct ConfigPlace {
  std::string source;
  std::string key;
  ConfigPlace child(std::string_view name) const;
  ConfigPlace item(size_t index) const;
  std::string text() const;  ///< "configs/a.json: train.epochs"
};

namespace detail {

[[noreturn]] void wrong_type(const ConfigPlace& place, const Json& found,
                             std::string_view expected);
[[noreturn]] void out_of_range(const ConfigPlace& place, const Json& found, const Range& range);
[[noreturn]] void unknown_name(const ConfigPlace& place, const std::string& found,
                               const std::vector<std::string>& known);
void check_keys(const ConfigPlace& place, const Json& object,
                const std::vector<std::string>& known);
int64_t read_integer(const ConfigPlace& place, const Json& value, int64_t low, int64_t high);

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T, class A>
struct is_vector<std::vector<T, A>> : std::true_type {};

template <class T>
void check_range(const ConfigPlace& place, const T& field, const Range& range) {
  if constexpr (is_vector<T>::value) {
    for (size_t i = 0; i < field.size(); ++i) check_range(place.item(i), field[i], range);
  } else if constexpr (is_optional<T>::value) {
    if (field) check_range(place, *field, range);
  } else {
    // Written so that NaN is out of range too.
    const auto value = static_cast<double>(field);
    if (!(value >= range.low && value <= range.high)) out_of_range(place, Json(field), range);
  }
}

}  // namespace detail

/// Sets a field or a whole config struct from JSON; keys that are absent keep their value.
/// @throws Error with the place, what was found, what was expected and, for a name, the nearest
/// known; the field may have been changed in part
template <class T>
void from_json(const ConfigPlace& place, const Json& value, T& field);

/// Every field, in the order of visit.
template <class T>
Json to_json(const T& field);

namespace detail {

/// Reads the keys of an object into the fields of a struct.
struct Reader {
  const ConfigPlace& place;
  const Json& object;

  template <class T>
  void operator()(const char* name, T& field, const char* /*help*/) const {
    if (const auto it = object.find(name); it != object.end()) {
      from_json(place.child(name), *it, field);
    }
  }
  template <class T>
  void operator()(const char* name, T& field, const Range& range, const char* help) const {
    (*this)(name, field, help);
    check_range(place.child(name), field, range);
  }
};

struct NameCollector {
  std::vector<std::string>& names;
  template <class T, class... Rest>
  void operator()(const char* name, T&, Rest&&...) const {
    names.emplace_back(name);
  }
};

struct Writer {
  Json& object;
  template <class T>
  void operator()(const char* name, const T& field, const char*) const {
    object[name] = to_json(field);
  }
  template <class T>
  void operator()(const char* name, const T& field, const Range&, const char* help) const {
    (*this)(name, field, help);
  }
};

}  // namespace detail

template <class T>
void from_json(const ConfigPlace& place, const Json& value, T& field) {
  if constexpr (ConfigStruct<T>) {
    if (!value.is_object()) detail::wrong_type(place, value, "an object");
    std::vector<std::string> names;
    T::visit(field, detail::NameCollector{names});
    detail::check_keys(place, value, names);
    T::visit(field, detail::Reader{place, value});
  } else if constexpr (NamedEnum<T>) {
    std::vector<std::string> names;
    for (const auto& [candidate, name] : enum_names(T{})) names.emplace_back(name);
    if (!value.is_string()) detail::wrong_type(place, value, "a name");
    for (const auto& [candidate, name] : enum_names(T{})) {
      if (name == value.get_ref<const std::string&>()) {
        field = candidate;
        return;
      }
    }
    detail::unknown_name(place, value.get<std::string>(), names);
  } else if constexpr (detail::is_optional<T>::value) {
    if (value.is_null()) {
      field.reset();
    } else {
      if (!field) field.emplace();
      from_json(place, value, *field);  // a struct that is set keeps the keys that are absent
    }
  } else if constexpr (detail::is_vector<T>::value) {
    if (!value.is_array()) detail::wrong_type(place, value, "a list");
    T items(value.size());
    for (size_t i = 0; i < value.size(); ++i) from_json(place.item(i), value[i], items[i]);
    field = std::move(items);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_boolean()) detail::wrong_type(place, value, "true or false");
    field = value.get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    static_assert(std::is_signed_v<T>, "config integers are int or int64_t");
    field = static_cast<T>(detail::read_integer(place, value, Limits::min(), Limits::max()));
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!value.is_number()) detail::wrong_type(place, value, "a number");
    field = value.get<T>();
  } else {
    static_assert(std::is_same_v<T, std::string>, "no JSON form for this type of field");
    if (!value.is_string()) detail::wrong_type(place, value, "a text");
    field = value.get<std::string>();
  }
}

template <class T>
Json to_json(const T& field) {
  if constexpr (ConfigStruct<T>) {
    Json object = Json::object();
    T::visit(field, detail::Writer{object});
    return object;
  } else if constexpr (NamedEnum<T>) {
    return std::string(enum_name(field));
  } else if constexpr (detail::is_optional<T>::value) {
    return field ? to_json(*field) : Json(nullptr);
  } else if constexpr (detail::is_vector<T>::value) {
    Json list = Json::array();
    for (const auto& item : field) list.push_back(to_json(item));
    return list;
  } else {
    return field;
  }
}

}  // namespace rn
