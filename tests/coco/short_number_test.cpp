#include "coco/short_number.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

namespace rn {
namespace {

/// The text with the bytes behind it that may be read, which are digits where they shouldn't count.
std::string readable(const std::string& text) {
  return text + "," + std::string(kReadByShortNumber, '7');
}

std::string digits(std::mt19937_64& random, size_t count) {
  std::string all;
  while (all.size() < count) all += static_cast<char>('0' + random() % 10);
  return all;
}

/// The value, or a text that says how it was read instead.
std::string decimal(const std::string& text) {
  const std::string all = readable(text);
  double value = 0;
  const char* end = scan_short_decimal(all.data(), value);
  if (end == nullptr) return "not read";
  if (end != all.data() + text.size()) return fmt::format("{} bytes", end - all.data());
  return fmt::format("{}", value);
}

TEST(ShortNumber, DecimalsAreRoundedAsStrtodDoes) {
  std::mt19937_64 random(1);
  int read = 0;
  constexpr int kNumbers = 200000;
  for (int i = 0; i < kNumbers; ++i) {
    const std::string whole = fmt::format("{}", random() % (random() % 2 == 0 ? 10 : 10000000));
    const std::string text = whole + "." + digits(random, 1 + random() % (19 - whole.size()));
    const std::string all = readable(text);
    double value = 0;
    const char* end = scan_short_decimal(all.data(), value);
    if (end == nullptr) continue;  // too close to a border between two doubles
    ASSERT_EQ(end - all.data(), static_cast<ptrdiff_t>(text.size())) << text;
    ASSERT_EQ(std::bit_cast<uint64_t>(value),
              std::bit_cast<uint64_t>(std::strtod(text.c_str(), nullptr)))
        << text;
    ++read;
  }
#if defined(__SSE2__)
  EXPECT_GT(read, kNumbers * 99 / 100);
#endif
}

TEST(ShortNumber, BordersBetweenDoublesAreRoundedAsStrtodDoesOrLeft) {
  // Numbers of 19 digits beside the middle of two doubles, from both of its sides.
  std::mt19937_64 random(2);
  int read = 0;
  constexpr int kNumbers = 100000;
  for (int i = 0; i < kNumbers; ++i) {
    const double below = static_cast<double>(random() % 10000000) + 1e-9 * (random() % 1000000000);
    const double above = std::nextafter(below, 1e9);
    const long double middle = (static_cast<long double>(below) + above) / 2;
    std::string text = fmt::format("{:.25Lf}", middle);
    text.resize(20);
    text.back() = static_cast<char>('0' + random() % 10);
    const std::string all = readable(text);
    double value = 0;
    if (scan_short_decimal(all.data(), value) == nullptr) continue;
    ASSERT_EQ(value, std::strtod(text.c_str(), nullptr)) << text;
    ++read;
  }
#if defined(__SSE2__)
  EXPECT_GT(read, kNumbers / 2);
  EXPECT_LT(read, kNumbers);  // the middle itself can't be told this way
#endif
}

#if defined(__SSE2__)
TEST(ShortNumber, TakesDecimalsOfUpTo19Digits) {
  EXPECT_EQ(decimal("0"), "0");
  EXPECT_EQ(decimal("0.0"), "0");
  EXPECT_EQ(decimal("0.000000000000000000"), "0");
  EXPECT_EQ(decimal("7"), "7");
  EXPECT_EQ(decimal("228.275"), "228.275");
  EXPECT_EQ(decimal("9999999"), "9999999");
  EXPECT_EQ(decimal("9999999.9"), "9999999.9");
  EXPECT_EQ(decimal("258.1509704589844"), "258.1509704589844");
  EXPECT_EQ(decimal("0.000000000000000001"), "1e-18");
  EXPECT_EQ(decimal("1234567.123456789012"), "1234567.123456789");
}

TEST(ShortNumber, TakesWholeNumbersOfUpToSevenDigits) {
  for (const int64_t expected : {0, 7, 10, 99, 357685, 9999999}) {
    const std::string text = readable(fmt::format("{}", expected));
    int64_t value = -1;
    const char* end = scan_short_whole(text.data(), value);
    ASSERT_NE(end, nullptr) << expected;
    EXPECT_EQ(*end, ',');
    EXPECT_EQ(value, expected);
  }
}

TEST(ShortNumber, TakesBoxesWithAndWithoutPointsSignsAndSpace) {
  using Box = std::array<double, 4>;
  const auto box_of = [](const std::string& text) {
    const std::string all = readable(text);
    Box box{};
    const char* end = scan_short_box(all.data(), box);
    EXPECT_TRUE(end != nullptr && *end == ',' && end[-1] == ']') << text;
    return box;
  };
  EXPECT_EQ(box_of("228.275, 10.114, 49.13, 50.077]"), (Box{228.275, 10.114, 49.13, 50.077}));
  EXPECT_EQ(box_of("1,2,3,4]"), (Box{1, 2, 3, 4}));
  EXPECT_EQ(box_of("-0.5,-7, 0.0,1234567.8]"), (Box{-0.5, -7, 0, 1234567.8}));
  EXPECT_EQ(box_of("0.1234567, 0.7654321, 1234.5678, 8.7654321]"),
            (Box{0.1234567, 0.7654321, 1234.5678, 8.7654321}));
}
#endif

TEST(ShortNumber, LeavesWhatIsWrittenOtherwise) {
  for (const char* text : {"", "-1.5", "+1", ".5", "1.", "01", "00.5", "1e3", "1.5E-7", "12345678",
                           "12345678.5", "1.2345678901234567890", "NaN", "x", "1e"}) {
    EXPECT_EQ(decimal(text), "not read") << text;
  }
  for (const char* text : {"", "-1", "01", "12345678", "1.0", "1e3", "123456789012345678"}) {
    int64_t value = 0;
    EXPECT_EQ(scan_short_whole(readable(text).data(), value), nullptr) << text;
  }
  for (const char* text :
       {"", "]", "1, 2, 3]", "1, 2, 3, 4", "1, 2, 3, 4, 5]", "1 , 2, 3, 4]", "1,  2, 3, 4]",
        "1, 2, 3, 4 ]", "1, 2, 03, 4]", "1, 2., 3, 4]", "1, 2, 3e1, 4]", "1, 2, 3, --4]",
        "1, 2, 3, -]", "1.23456789, 2, 3, 4]", "NaN, 2, 3, 4]", "1, null, 3, 4]"}) {
    std::array<double, 4> box{};
    EXPECT_EQ(scan_short_box(readable(text).data(), box), nullptr) << text;
  }
}

}  // namespace
}  // namespace rn
