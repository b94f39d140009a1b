#include "coco/number_list.h"

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace rn {

#if defined(__SSE2__)
namespace {

constexpr int kListBlock = 64;

/// One bit for each byte of a block, the first byte's is the lowest.
struct ListBytes {
  uint64_t digits, zeros, points, minuses, commas, spaces, opens, closes;

  uint64_t others() const {
    return ~(digits | points | minuses | commas | spaces | opens | closes);
  }
};

/// What is known of the bytes before a block. Each is 0 or 1.
struct BeforeBlock {
  uint64_t digit = 0, first_zero = 0, point = 0, minus = 0, separator = 0, open = 0, close = 0;
  uint64_t fraction = 0;       ///< digits behind a point, which go on
  uint64_t expects_value = 1;  ///< a comma, an opening bracket or the beginning, and space
  uint64_t has_value = 0;      ///< a value, and space
};

template <class Matches>
inline uint64_t bytes_that(const char* block, const Matches& matches) {
  const auto found = [&](int part) {
    const auto* text = reinterpret_cast<const __m128i*>(block) + part;
    return uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(matches(_mm_loadu_si128(text))))};
  };
  return found(0) | found(1) << 16 | found(2) << 32 | found(3) << 48;
}

inline uint64_t bytes_equal(const char* block, char c) {
  return bytes_that(block, [c](__m128i text) { return _mm_cmpeq_epi8(text, _mm_set1_epi8(c)); });
}

inline __m128i at_most_above(__m128i text, char first, char last) {
  const __m128i values = _mm_sub_epi8(text, _mm_set1_epi8(first));
  return _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(static_cast<char>(last - first))),
                        values);
}

inline uint64_t bytes_between(const char* block, char first, char last) {
  return bytes_that(block, [=](__m128i text) { return at_most_above(text, first, last); });
}

/// What most blocks hold; what few do is looked for where there are others.
ListBytes usual_list_bytes(const char* block) {
  ListBytes bytes{};
  bytes.digits = bytes_between(block, '0', '9');
  bytes.zeros = bytes_equal(block, '0');
  bytes.points = bytes_equal(block, '.');
  bytes.commas = bytes_equal(block, ',');
  bytes.spaces = bytes_equal(block, ' ');
  return bytes;
}

void add_brackets(const char* block, ListBytes& bytes) {
  if (bytes_between(block, '[', ']') == 0) return;
  bytes.opens = bytes_equal(block, '[');
  bytes.closes = bytes_equal(block, ']');
}

void add_rare_bytes(const char* block, ListBytes& bytes) {
  bytes.minuses = bytes_equal(block, '-');
  bytes.spaces |= bytes_equal(block, '\n') | bytes_equal(block, '\r') | bytes_equal(block, '\t');
}

/// The bytes behind these.
uint64_t behind(uint64_t bytes, uint64_t& before) {
  const uint64_t moved = (bytes << 1) | before;
  before = bytes >> (kListBlock - 1);
  return moved;
}

/// From each of these on, the first byte that isn't in `run`: the carries of an addition run
/// through it.
uint64_t behind_run(uint64_t from, uint64_t run, uint64_t& before) {
  from |= before;
  uint64_t sum = 0;
  before = __builtin_add_overflow(run, from & run, &sum) ? 1 : 0;
  return (sum | from) & ~run;
}

/// The bytes that can't be there, if those before the first of them are right.
uint64_t wrong_bytes(const ListBytes& bytes, BeforeBlock& before) {
  const uint64_t after_digit = behind(bytes.digits, before.digit);
  const uint64_t after_point = behind(bytes.points, before.point);
  const uint64_t after_minus = behind(bytes.minuses, before.minus);
  const uint64_t after_open = behind(bytes.opens, before.open);
  const uint64_t after_separator = behind(bytes.commas | bytes.opens, before.separator);
  const uint64_t after_close = behind(bytes.closes, before.close);

  const uint64_t first_digits = bytes.digits & ~(after_digit | after_point);
  const uint64_t after_first_zero = behind(bytes.zeros & first_digits, before.first_zero);
  const uint64_t after_fraction =
      behind_run(after_point & bytes.digits, bytes.digits, before.fraction);
  const uint64_t number_begins = bytes.minuses | (first_digits & ~after_minus);
  const uint64_t number_ends = after_digit & ~(bytes.digits | bytes.points);
  const uint64_t expects_value = behind_run(after_separator, bytes.spaces, before.expects_value);
  const uint64_t has_value = behind_run(number_ends | after_close, bytes.spaces, before.has_value);

  return bytes.others() | (bytes.points & (~after_digit | after_fraction)) |
         ((after_point | after_minus) & ~bytes.digits) | (after_first_zero & bytes.digits) |
         ((number_begins | bytes.opens) & ~expects_value) | (bytes.commas & ~has_value) |
         (bytes.closes & ~(has_value | after_open));
}

/// The bit of the bracket that closes the list, or 0.
uint64_t last_bracket(const ListBytes& bytes, int64_t& depth) {
  for (uint64_t left = bytes.opens | bytes.closes; left != 0; left &= left - 1) {
    const uint64_t bracket = left & (~left + 1);
    depth += (bytes.opens & bracket) != 0 ? 1 : -1;
    if (depth == 0) return bracket;
  }
  return 0;
}

}  // namespace

JsonSkip number_list_end(const char* begin, const char* end) {
  BeforeBlock before;
  int64_t depth = 0;
  char padded[kListBlock];
  for (const char* at = begin; at < end; at += kListBlock) {
    const char* block = at;
    if (end - at < kListBlock) {
      std::memset(padded, 0, kListBlock);
      std::memcpy(padded, at, static_cast<size_t>(end - at));
      block = padded;
    }
    ListBytes bytes = usual_list_bytes(block);
    add_brackets(block, bytes);
    const uint64_t last = last_bracket(bytes, depth);
    const uint64_t read = last | (last - 1);  // all if the list goes on
    if ((bytes.others() & read) != 0) add_rare_bytes(block, bytes);
    const uint64_t wrong = wrong_bytes(bytes, before) & read;
    if (wrong != 0) return {at + std::countr_zero(wrong), false};
    if (last != 0) return {at + std::countr_zero(last) + 1, true};
  }
  return {end, false};
}

#else

// Where these instructions are missing json_value_end's loops do it.
JsonSkip number_list_end(const char* begin, const char*) { return {begin, false}; }

#endif

}  // namespace rn
