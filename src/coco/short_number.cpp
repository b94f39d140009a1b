#include "coco/short_number.h"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace rn {

#if defined(__SSE2__)
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr int kWordDigits = 8;  // a digit in each byte of a word
constexpr int kMostWhole = kWordDigits - 1;
constexpr int kMostDigits = kPowersOfTen.size() - 1;  // 64 bits hold any number of so many

static_assert(FLT_EVAL_METHOD == 0, "a quotient must be rounded to double, once");

/// 10^-i as factor / 2^shift, too small by less than 1 / 2^shift (by 1 / 2^shift for i = 0).
struct Reciprocal {
  uint64_t factor;
  int shift;
};
constexpr auto kReciprocals = [] {
  std::array<Reciprocal, kPowersOfTen.size()> reciprocals{};
  reciprocals[0] = {~uint64_t{0}, 64};
  for (size_t i = 1; i < reciprocals.size(); ++i) {
    const int shift = 63 + std::bit_width(kPowersOfTen[i]);
    reciprocals[i] = {static_cast<uint64_t>((Uint128{1} << shift) / kPowersOfTen[i]), shift};
  }
  return reciprocals;
}();

/// One bit for each byte that is no digit. Bits from kBytes on are set.
template <int kBytes>
uint64_t ends_of_digits(const char* at) {
  constexpr int kBytesAtOnce = 16;
  uint64_t digits = 0;
  for (int i = 0; i < kBytes; i += kBytesAtOnce) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
    const __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    const __m128i are_digits = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
    digits |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(are_digits))} << i;
  }
  return ~digits;
}

/// The first of the ends, which is then taken away; 64 if there is none.
int next_end(uint64_t& ends) {
  const int end = std::countr_zero(ends);
  ends &= ends - 1;
  return end;
}

uint64_t word_at(const char* at) {
  uint64_t word = 0;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

/// The value of the word's first `count` digits, 1 to 8. They move to the word's end, behind
/// zeros, and neighbours are joined to numbers of two, four and eight digits.
inline uint64_t value_of_digits(uint64_t word, int count) {
  uint64_t digits = (word & 0x0F0F0F0F0F0F0F0F) << (8 * (kWordDigits - count));
  digits = ((digits * (1 + (10 << 8))) >> 8) & 0x00FF00FF00FF00FF;
  digits = ((digits * (1 + (100 << 16))) >> 16) & 0x0000FFFF0000FFFF;
  return (digits * (1 + (uint64_t{10000} << 32))) >> 32;
}

/// Where a decimal's digits are.
struct Decimal {
  int whole;     ///< digits before the point, 1 to 7
  int fraction;  ///< digits behind it
  int end;       ///< place behind the last one
};

/// Finds the decimal at at[begin].
inline bool find_decimal(const char* at, int begin, uint64_t& ends, Decimal& decimal) {
  const int point = next_end(ends);
  decimal = {point - begin, 0, point};
  if (at[point] == '.') {
    decimal.end = next_end(ends);
    decimal.fraction = decimal.end - point - 1;
    if (decimal.fraction == 0) return false;
  }
  return decimal.whole > 0 && decimal.whole <= kMostWhole &&
         (at[begin] != '0' || decimal.whole == 1);
}

/// The value of the first `count` digits, 1 to 8, with a point behind `whole` of them.
inline uint64_t value_of_short(const char* at, int whole, int count) {
  const uint64_t before_point = (uint64_t{1} << (8 * whole)) - 1;
  const uint64_t word = (word_at(at) & before_point) | (word_at(at + 1) & ~before_point);
  return value_of_digits(word, count);
}

/// The same of 8 to 19.
uint64_t value_of_long(const char* at, int whole, int count) {
  uint64_t value = value_of_short(at, whole, kWordDigits);
  for (int read = kWordDigits; read < count; read += kWordDigits) {
    const int more = std::min(count - read, kWordDigits);
    value = value * kPowersOfTen[more] + value_of_digits(word_at(at + 1 + read), more);
  }
  return value;
}

/// Both are exact doubles, and their quotient is rounded once (Clinger 1990).
double short_quotient(uint64_t digits, int fraction) {
  return static_cast<double>(static_cast<int64_t>(digits)) / kDoublePowersOfTen[fraction];
}

/// digits / 10^fraction by a multiplication with the reciprocal. Since that is rounded down, the
/// quotient's first 64 bits are product, product + 1 or a little less than product + 2; it is
/// rounded if all of these are rounded alike (after Eisel and Lemire; Lemire 2021, "Number parsing
/// at a gigabyte per second", which goes on where this returns false).
bool long_quotient(uint64_t digits, int fraction, double& value) {
  if (digits == 0) return value = 0, true;
  const int zeros = std::countl_zero(digits);
  const Reciprocal& reciprocal = kReciprocals[fraction];
  const auto product =
      static_cast<uint64_t>((Uint128{digits << zeros} * reciprocal.factor) >> 64);  // >= 2^62
  // What a double's 53 bits leave over: rounded down below one half, up above.
  const uint64_t half = uint64_t{1} << (10 - std::countl_zero(product));
  const uint64_t left = product & (2 * half - 1);
  if (left == half || left == half - 1) return false;
  // Processors convert signed numbers, so one bit has to go. If it is set the one before it is
  // set instead, which is rounded in the same way.
  const auto halved = static_cast<int64_t>((product >> 1) | (product & 1));
  const int exponent = 65 - zeros - reciprocal.shift;
  constexpr int kBias = 1023, kStoredBits = 52;
  value = static_cast<double>(halved) *
          std::bit_cast<double>(static_cast<uint64_t>(kBias + exponent) << kStoredBits);
  return true;
}

bool is_point_or_exponent(char c) { return c == '.' || c == 'e' || c == 'E'; }

}  // namespace

const char* scan_short_whole(const char* at, int64_t& value) {
  const int count = std::countr_zero(ends_of_digits<16>(at));
  if (count == 0 || count > kMostWhole || (*at == '0' && count > 1)) return nullptr;
  if (is_point_or_exponent(at[count])) return nullptr;
  value = static_cast<int64_t>(value_of_digits(word_at(at), count));
  return at + count;
}

const char* scan_short_decimal(const char* at, double& value) {
  uint64_t ends = ends_of_digits<32>(at);
  Decimal decimal{};
  if (!find_decimal(at, 0, ends, decimal)) return nullptr;
  const int count = decimal.whole + decimal.fraction;
  if (count > kMostDigits || is_point_or_exponent(at[decimal.end])) return nullptr;
  if (count <= kWordDigits) {
    value = short_quotient(value_of_short(at, decimal.whole, count), decimal.fraction);
  } else if (!long_quotient(value_of_long(at, decimal.whole, count), decimal.fraction, value)) {
    return nullptr;
  }
  return at + decimal.end;
}

const char* scan_short_box(const char* at, std::array<double, 4>& box) {
  static_assert(kReadByShortNumber >= 64 + 3 + 1 + kWordDigits);
  uint64_t ends = ends_of_digits<64>(at);
  int begin = 0;
  for (size_t i = 0; i < box.size(); ++i) {
    const bool is_negative = at[begin] == '-';
    if (is_negative) ++begin, ends &= ends - 1;
    Decimal decimal{};
    if (!find_decimal(at, begin, ends, decimal)) return nullptr;
    const int count = decimal.whole + decimal.fraction;
    if (count > kWordDigits) return nullptr;
    if (at[decimal.end] != (i + 1 < box.size() ? ',' : ']')) return nullptr;
    const uint64_t digits = value_of_short(at + begin, decimal.whole, count);
    box[i] = short_quotient(digits, decimal.fraction);
    if (is_negative) box[i] = -box[i];
    begin = decimal.end + 1;
    if (i + 1 < box.size() && at[begin] == ' ') ++begin, ends &= ends - 1;
  }
  return at + begin;
}

#else

// Where these instructions are missing the loops of TextScanner read all numbers.
const char* scan_short_whole(const char*, int64_t&) { return nullptr; }
const char* scan_short_decimal(const char*, double&) { return nullptr; }
const char* scan_short_box(const char*, std::array<double, 4>&) { return nullptr; }

#endif

}  // namespace rn
