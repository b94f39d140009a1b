#include "coco/json_text.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <string>

#include "coco/number_list.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace rn {
namespace {

constexpr bool ends_run_in_string(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ';
}

#if defined(__SSE2__)
constexpr ptrdiff_t kLanes = 16;

__m128i load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

/// Lanes of `values` that are at most `limit`, unsigned.
__m128i at_most(__m128i values, char limit) {
  return _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(limit)), values);
}

/// One bit for each byte from `at` on that ends a run.
uint32_t string_stops(const char* at) {
  const __m128i text = load(at);
  const __m128i quotes = _mm_cmpeq_epi8(text, _mm_set1_epi8('"'));
  const __m128i escapes = _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'));
  const __m128i controls = at_most(text, ' ' - 1);
  return static_cast<uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, escapes), controls)));
}
#endif

const char* string_run_end(const char* at, const char* end) {
#if defined(__SSE2__)
  for (; end - at >= kLanes; at += kLanes) {
    if (const uint32_t stops = string_stops(at)) return at + std::countr_zero(stops);
  }
#endif
  while (at < end && !ends_run_in_string(*at)) ++at;
  return at;
}

bool is_hex_digit(char c) {
  return is_json_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Passes over an escape behind its backslash.
JsonSkip escape_end(const char* at) {
  constexpr std::string_view kSingle = "\"\\/bfnrt";
  if (kSingle.find(*at) != std::string_view::npos) return {at + 1, true};
  if (*at != 'u') return {at, false};
  constexpr int kDigits = 4;
  ++at;
  for (int i = 0; i < kDigits; ++i, ++at) {
    if (!is_hex_digit(*at)) return {at, false};
  }
  return {at, true};
}

/// Walks over one value. Not by recursion: a text may nest as deep as it is long.
class ValueWalk {
 public:
  ValueWalk(const char* begin, const char* end) : at_(begin), end_(end) {}

  JsonSkip run() {
    bool is_complete = take_value();
    while (is_complete && !open_.empty()) is_complete = take_next();
    return {at_, is_complete};
  }

 private:
  /// Takes a value; of a list or object that isn't empty its bracket and all up to the end of the
  /// first value in it.
  bool take_value() {
    while (*at_ == '{' || *at_ == '[') {
      if (take_numbers()) return true;
      if (at_ == end_) return false;
      const char close = *at_ == '{' ? '}' : ']';
      ++at_;
      skip_space();
      if (take(close)) return true;
      open_.push_back(close);
      if (close == '}' && !take_key()) return false;
    }
    return take_scalar();
  }

  /// Behind a value: takes the comma and the next value, or the closing bracket.
  bool take_next() {
    skip_space();
    if (take(open_.back())) return open_.pop_back(), true;
    if (!take(',')) return false;
    skip_space();
    return (open_.back() == ']' || take_key()) && take_value();
  }

  bool take_scalar() {
    switch (*at_) {
      case '"':
        return take(json_string_end(at_, end_));
      case 't':
        return take_word("true");
      case 'f':
        return take_word("false");
      case 'n':
        return take_word("null");
      case 'N':
        return take_word("NaN");
      case 'I':
        return take_word("Infinity");
      default:
        return take_number();
    }
  }

  bool take_key() {
    if (*at_ != '"' || !take(json_string_end(at_, end_))) return false;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    return true;
  }

  /// Text that was no list of numbers isn't looked at again for the lists in it.
  bool take_numbers() {
    if (*at_ != '[' || at_ < no_numbers_before_) return false;
    const JsonSkip list = number_list_end(at_, end_);
    if (list.complete || list.at == end_) return take(list);
    no_numbers_before_ = list.at;
    return false;
  }

  bool take_number() {
    take('-');
    if (*at_ == 'I') return take_word("Infinity");
    if (!take('0') && !take_digits()) return false;
    if (take('.') && !take_digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('-')) take('+');
    return take_digits();
  }

  bool take_digits() {
    const char* first = at_;
    while (is_json_digit(*at_)) ++at_;
    return at_ != first;
  }

  bool take_word(std::string_view word) {
    for (const char c : word) {
      if (!take(c)) return false;
    }
    return true;
  }

  bool take(char c) {
    if (*at_ != c) return false;
    ++at_;
    return true;
  }

  bool take(const JsonSkip& skipped) {
    at_ = skipped.at;
    return skipped.complete;
  }

  void skip_space() {
    while (is_json_space(*at_)) ++at_;
  }

  const char* at_;
  const char* end_;
  const char* no_numbers_before_ = nullptr;
  std::string open_;  ///< the closing brackets of what is open
};

}  // namespace

JsonSkip json_string_end(const char* begin, const char* end) {
  const char* at = begin + 1;
  while ((at = string_run_end(at, end)) < end) {
    if (*at == '"') return {at + 1, true};
    if (*at != '\\') return {at, false};
    const JsonSkip escape = escape_end(at + 1);
    if (!escape.complete) return escape;
    at = escape.at;
  }
  return {end, false};
}

JsonSkip json_value_end(const char* begin, const char* end) { return ValueWalk(begin, end).run(); }

const char* first_broken_character(std::string_view text) {
  const char* end = text.data() + text.size();
  const char* at = text.data();
  while (at < end) {
    const auto byte = static_cast<unsigned char>(*at);
    const ptrdiff_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    const auto whole = static_cast<size_t>(std::min(length, end - at));
    if (length > 1 && !simdjson::validate_utf8(at, whole)) return at;
    at += length;
  }
  return end;
}

}  // namespace rn
