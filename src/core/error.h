#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace rn {

/// What the user can mend: bad input, a bad option, a full disk. Its text says where, what was
/// found, what was expected and how to mend it. Caught once, in cli/program.cpp, which exits
/// with 2.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A broken invariant of this program. Caught once, in cli/program.cpp, which exits with 70.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws Error with a formatted text.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> text, Args&&... args) {
  throw Error(fmt::format(text, std::forward<Args>(args)...));
}

namespace detail {
[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               const std::string& values);
}  // namespace detail

}  // namespace rn

/// Checks an invariant. The arguments after the condition are a fmt format string and the values
/// that a reader of the message needs: RN_CHECK(a == b, "a {} b {}", a, b).
#define RN_CHECK(condition, ...)                                                              \
  do {                                                                                        \
    if (!(condition)) [[unlikely]] {                                                          \
      ::rn::detail::check_failed(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
    }                                                                                         \
  } while (false)
