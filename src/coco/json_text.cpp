#include "coco/json_text.h"

#include <bit>
#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace rn {
namespace {

constexpr bool ends_run_in_string(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ';
}

/// [ \ ] { | } and the quote: between two of them a container's text needs no look.
constexpr bool ends_run_in_container(char c) {
  return c == '"' || static_cast<unsigned char>((c | 0x20) - '{') <= '}' - '{';
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

uint32_t container_stops(const char* at) {
  const __m128i text = load(at);
  const __m128i quotes = _mm_cmpeq_epi8(text, _mm_set1_epi8('"'));
  const __m128i folded = _mm_or_si128(text, _mm_set1_epi8(0x20));
  const __m128i brackets = at_most(_mm_sub_epi8(folded, _mm_set1_epi8('{')), '}' - '{');
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(quotes, brackets)));
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

const char* container_run_end(const char* at, const char* end) {
#if defined(__SSE2__)
  for (; end - at >= kLanes; at += kLanes) {
    if (const uint32_t stops = container_stops(at)) return at + std::countr_zero(stops);
  }
#endif
  while (at < end && !ends_run_in_container(*at)) ++at;
  return at;
}

}  // namespace

JsonSkip json_string_end(const char* begin, const char* end) {
  for (const char* at = begin + 1; (at = string_run_end(at, end)) < end; ++at) {
    if (*at == '"') return {at + 1, true};
    // A backslash takes the next byte with it, but not a control character.
    if (*at != '\\' || static_cast<unsigned char>(*++at) < ' ') return {at, false};
  }
  return {end, false};
}

JsonSkip json_container_end(const char* begin, const char* end) {
  int64_t depth = 0;
  for (const char* at = begin; (at = container_run_end(at, end)) < end; ++at) {
    switch (*at) {
      case '[':
      case '{':
        ++depth;
        break;
      case ']':
      case '}':
        if (--depth == 0) return {at + 1, true};
        break;
      case '"':
        if (const JsonSkip text = json_string_end(at, end); text.complete) {
          at = text.at - 1;
          break;
        } else {
          return text;
        }
      default:
        return {at, false};
    }
  }
  return {end, false};
}

}  // namespace rn
