#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace rn {

/// Numbers as most are written, without a loop over their digits: the lengths differ from one
/// number to the next, and each time a loop ends where the processor didn't expect it. Where a
/// number is written in another way (no digit, a leading zero, an exponent, too many digits) these
/// return nullptr, which is not yet an error. Values are the nearest doubles, ties to even, as
/// Python's float() has them; where nullptr is returned, they are unspecified.

/// 10^i, all that 64 bits hold. As doubles they are exact, too.
inline constexpr auto kPowersOfTen = [] {
  std::array<uint64_t, 20> powers{1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = 10 * powers[i - 1];
  return powers;
}();
inline constexpr auto kDoublePowersOfTen = [] {
  std::array<double, kPowersOfTen.size()> powers{};
  for (size_t i = 0; i < powers.size(); ++i) powers[i] = static_cast<double>(kPowersOfTen[i]);
  return powers;
}();

/// Bytes that may be read from `at` on, whatever they are.
inline constexpr size_t kReadByShortNumber = 80;

/// Reads a whole number without a sign, of at most seven digits.
/// @return behind the number
const char* scan_short_whole(const char* at, int64_t& value);

/// Reads a decimal without a sign, of at most seven digits before the point and 19 in all: also
/// what is printed of a float that became a double.
const char* scan_short_decimal(const char* at, double& value);

/// Reads a box of decimals of at most eight digits, from behind its bracket to behind the closing
/// one. One look finds the ends of all four, so that none waits for the one before it.
const char* scan_short_box(const char* at, std::array<double, 4>& box);

}  // namespace rn
