#include "eval/score_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

namespace rn {
namespace {

constexpr size_t kFewKeys = 256;  // they are sorted faster by comparison
constexpr int kIndexBits = 31;
constexpr int kScoreBits = 33;  // finer than scores are written
constexpr int kDigitBits = 11;
constexpr int kDigits = 3;
static_assert(kDigits * kDigitBits == kScoreBits && kIndexBits + kScoreBits == 64);
constexpr size_t kBuckets = size_t{1} << kDigitBits;
constexpr uint64_t kIndexMask = (uint64_t{1} << kIndexBits) - 1;

}  // namespace

uint64_t descending_key(double score) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  if (score != score) return std::numeric_limits<uint64_t>::max();
  const auto bits = std::bit_cast<uint64_t>(score + 0.0);  // -0 + 0 is 0
  return bits & kSign ? bits : ~(bits | kSign);
}

std::span<uint32_t> ScoreOrder::sort(std::span<const double> scores) {
  keys_.resize(scores.size());
  uint64_t differ = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    keys_[i] = descending_key(scores[i]);
    differ |= keys_[i] ^ keys_[0];
  }
  const int shift = std::max(0, static_cast<int>(std::bit_width(differ)) - kScoreBits);
  packed_.resize(scores.size());
  for (size_t i = 0; i < scores.size(); ++i) {
    packed_[i] = (keys_[i] >> shift) << kIndexBits | i;  // what the keys share at the top goes
  }
  if (packed_.size() <= kFewKeys) {
    std::sort(packed_.begin(), packed_.end());
  } else {
    radix_sort();
  }
  order_.resize(packed_.size());
  for (size_t i = 0; i < packed_.size(); ++i) {
    order_[i] = static_cast<uint32_t>(packed_[i] & kIndexMask);
  }
  if (shift > 0) sort_runs();
  return order_;
}

/// By the bits of the score alone, stable: the indices ascend already.
void ScoreOrder::radix_sort() {
  std::array<std::array<uint32_t, kBuckets>, kDigits> places{};
  const auto digit = [](uint64_t key, int d) {
    return (key >> (kIndexBits + d * kDigitBits)) & (kBuckets - 1);
  };
  for (const uint64_t key : packed_) {
    for (int d = 0; d < kDigits; ++d) ++places[d][digit(key, d)];
  }
  other_.resize(packed_.size());
  for (int d = 0; d < kDigits; ++d) {
    uint32_t total = 0;
    for (uint32_t& place : places[d]) place = std::exchange(total, total + place);
    for (const uint64_t key : packed_) other_[places[d][digit(key, d)]++] = key;
    packed_.swap(other_);
  }
}

/// Sorts what the packed bits of the score don't tell apart.
void ScoreOrder::sort_runs() {
  const auto bits = [&](size_t i) { return packed_[i] >> kIndexBits; };
  const auto comes_before = [&](uint32_t a, uint32_t b) {
    return keys_[a] != keys_[b] ? keys_[a] < keys_[b] : a < b;
  };
  for (size_t begin = 0; begin < order_.size();) {
    size_t end = begin + 1;
    while (end < order_.size() && bits(end) == bits(begin)) ++end;
    if (end - begin > 1) std::sort(order_.begin() + begin, order_.begin() + end, comes_before);
    begin = end;
  }
}

}  // namespace rn
