#pragma once

#include <array>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "coco/json_text.h"
#include "coco/short_number.h"

namespace rn {

/// Reads JSON as programs write it, from memory, without an index of it. Each function returns
/// false where the text is cut off or isn't what it expects, which is not yet an error: at() is
/// then where it stopped, and the general reader (JsonStream) has the last word. What it takes is
/// what the general reader would take, with the same value. The text must be UTF-8 (checked by
/// Window) and followed by a zero byte, which no JSON value contains, and kReadableBeyondEnd bytes
/// that can be read.
class TextScanner {
 public:
  /// Bytes that can be read, whatever they are, from the text's end on.
  static constexpr size_t kReadableBeyondEnd = kReadByShortNumber;

  TextScanner(const char* begin, const char* end) : at_(begin), end_(end) {}

  const char* at() const { return at_; }

  void skip_space() {
    while (is_json_space(*at_)) ++at_;
  }

  bool take(char c) {
    if (*at_ != c) return false;
    ++at_;
    return true;
  }

  /// Takes the text if it is the next. (Window's memory goes on behind the text's end.)
  template <size_t kSize>
  bool take_text(const char (&text)[kSize]) {
    static_assert(kSize <= kReadableBeyondEnd);
    if (std::memcmp(at_, text, kSize - 1) != 0) return false;
    at_ += kSize - 1;
    return true;
  }

  /// Takes `"key":` and the space after it. A key with an escape in it isn't taken.
  bool key(std::string_view& key) {
    if (!take('"')) return false;
    const char* begin = at_;
    while (*at_ != '"') {
      if (*at_ == '\\' || static_cast<unsigned char>(*at_) < ' ') return false;
      ++at_;
    }
    key = {begin, static_cast<size_t>(at_ - begin)};
    ++at_;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    return true;
  }

  bool is_null() const { return *at_ == 'n'; }
  bool null() { return word("null"); }

  /// A correctly rounded double; NaN, Infinity and -Infinity as Python writes them.
  bool number(double& value) {
    const char* begin = at_;
    const bool negative = take('-');
    if (const char* end = scan_short_decimal(at_, value)) return take_signed(end, negative, value);
    uint64_t digits = 0;
    const char* first = at_;
    while (is_digit(*at_)) digits = 10 * digits + digit(*at_++);
    const int64_t whole = at_ - first;
    if (whole == 0) return special_number(negative, value);
    if (*first == '0' && whole > 1) return false;
    int64_t fraction = 0;
    if (*at_ == '.') {
      const char* point = ++at_;
      while (is_digit(*at_)) digits = 10 * digits + digit(*at_++);
      fraction = at_ - point;
      if (fraction == 0) return false;
    }
    // Both are exact doubles then, and their quotient is rounded once (Clinger 1990).
    constexpr uint64_t kExact = uint64_t{1} << 53;
    constexpr int64_t kLargestPower = kPowersOfTen.size() - 1;
    if (whole + fraction <= kLargestPower && digits <= kExact && !is_exponent(*at_)) {
      const double size = static_cast<double>(digits) / kDoublePowersOfTen[fraction];
      value = negative ? -size : size;
      return true;
    }
    return long_number(begin, value);
  }

  /// Takes a box and its closing bracket if it is written as most are.
  bool take_short_box(std::array<double, 4>& box) {
    const char* end = scan_short_box(at_, box);
    if (end == nullptr) return false;
    at_ = end;
    return true;
  }

  /// 7 and 7.0, also beyond what a double tells apart.
  bool whole_number(int64_t& value) {
    const char* begin = at_;
    const bool negative = take('-');
    if (const char* end = scan_short_whole(at_, value)) return take_signed(end, negative, value);
    const char* first = at_;
    int64_t digits = 0;
    constexpr int64_t kNeverTooMany = 18;
    while (is_digit(*at_)) {
      if (at_ - first >= kNeverTooMany) return long_whole_number(begin, value);
      digits = 10 * digits + static_cast<int64_t>(digit(*at_++));
    }
    const int64_t count = at_ - first;
    if (count == 0 || (*first == '0' && count > 1)) return false;
    if (*at_ == '.' || is_exponent(*at_)) return long_whole_number(begin, value);
    value = negative ? -digits : digits;
    return true;
  }

  /// true, false, or a number.
  bool flag(bool& value) {
    if (*at_ == 't') return value = true, word("true");
    if (*at_ == 'f') return value = false, word("false");
    double number_value = 0;
    if (!number(number_value) || !std::isfinite(number_value)) return false;
    value = number_value != 0;
    return true;
  }

  bool text(std::string& value) {
    if (*at_ != '"') return false;
    const char* begin = at_ + 1;
    if (!skip(json_string_end(at_, end_))) return false;
    const std::string_view raw(begin, static_cast<size_t>(at_ - 1 - begin));
    if (raw.find('\\') != std::string_view::npos) return unescape(raw, value);
    value.assign(raw);
    return true;
  }

  /// Passes over any value, and checks it.
  bool skip_value() {
    return skip(*at_ == '"' ? json_string_end(at_, end_) : json_value_end(at_, end_));
  }

 private:
  static_assert(FLT_EVAL_METHOD == 0, "a quotient must be rounded to double, once");

  static uint64_t digit(char c) { return static_cast<uint64_t>(c - '0'); }
  static bool is_digit(char c) { return digit(c) < 10; }
  static bool is_exponent(char c) { return c == 'e' || c == 'E'; }
  bool word(std::string_view word) {
    for (const char c : word) {
      if (!take(c)) return false;
    }
    return true;
  }
  bool skip(const JsonSkip& skipped) {
    at_ = skipped.at;
    return skipped.complete;
  }

  template <class Number>
  bool take_signed(const char* end, bool negative, Number& value) {
    at_ = end;
    if (negative) value = -value;
    return true;
  }

  bool special_number(bool negative, double& value);
  bool long_number(const char* begin, double& value);
  bool long_whole_number(const char* begin, int64_t& value);
  static bool unescape(std::string_view raw, std::string& value);

  const char* at_;
  const char* end_;
};

}  // namespace rn
