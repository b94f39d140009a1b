#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace rn {

/// Inclusive bounds of a number in a config.
struct Range {
  double low;
  double high;
};

/// A config struct names its fields once, in a static `visit(self, visitor)`:
///
///     struct FocalLossConfig {
///       double alpha = 0.25;
///       template <class Self, class Visitor> static void visit(Self& c, Visitor&& v) {
///         v("alpha", c.alpha, Range{0, 1}, "weight of the positive targets");
///       }
///     };
///
/// A visitor is called as v(name, field, help) or, for numbers and lists of numbers, as
/// v(name, field, Range, help). Fields are bool, int, int64_t, double, std::string, an enum with
/// names, std::optional or std::vector of these, or another config struct.
namespace detail {
struct AnyVisitor {
  template <class... Args>
  void operator()(Args&&...) const {}
};
}  // namespace detail

template <class T>
concept ConfigStruct = requires(T& c) {
  T::visit(c, detail::AnyVisitor{});
};

/// An enum that may stand in a config lists its names in a function found by argument lookup:
///
///     constexpr auto enum_names(Norm) {
///       return std::array{std::pair{Norm::kBatchNorm, std::string_view("bn")}, ...};
///     }
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires(T t) {
  enum_names(t);
};

template <NamedEnum E>
constexpr std::string_view enum_name(E value) {
  for (const auto& [candidate, name] : enum_names(value)) {
    if (candidate == value) return name;
  }
  return "?";
}

}  // namespace rn
