#include "eval/score_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <tuple>
#include <utility>

namespace rn {
namespace {

constexpr size_t kFewKeys = 256;  // they are sorted faster by comparison
constexpr int kDigitBits = 11;
constexpr int kDigits = 3;
constexpr int kSortedBits = kDigitBits * kDigits;
constexpr size_t kBuckets = size_t{1} << kDigitBits;

bool comes_before(const ScoreKey& a, const ScoreKey& b) {
  return std::tie(a.score, a.image, a.item) < std::tie(b.score, b.image, b.item);
}

/// The lowest bit of the highest 33 that differ among the keys.
int lowest_sorted_bit(const std::vector<ScoreKey>& keys) {
  uint64_t differ = 0;
  for (const ScoreKey& key : keys) differ |= key.score ^ keys.front().score;
  return std::max(0, static_cast<int>(std::bit_width(differ)) - kSortedBits);
}

/// Sorts what the radix sort can't tell apart: those with equal bits from `shift` on.
void sort_runs(std::vector<ScoreKey>& keys, int shift) {
  for (size_t begin = 0; begin < keys.size();) {
    size_t end = begin + 1;
    while (end < keys.size() && keys[end].score >> shift == keys[begin].score >> shift) ++end;
    if (end - begin > 1) std::sort(keys.begin() + begin, keys.begin() + end, comes_before);
    begin = end;
  }
}

}  // namespace

uint64_t descending_key(double score) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  if (score != score) return std::numeric_limits<uint64_t>::max();
  const auto bits = std::bit_cast<uint64_t>(score + 0.0);  // -0 + 0 is 0
  return bits & kSign ? bits : ~(bits | kSign);
}

void ScoreSorter::sort(std::vector<ScoreKey>& keys) {
  if (keys.size() <= kFewKeys) {
    std::sort(keys.begin(), keys.end(), comes_before);
    return;
  }
  const int shift = lowest_sorted_bit(keys);
  radix_sort(keys, shift);
  sort_runs(keys, shift);
}

/// By 33 bits from `shift` on, 11 at a time: finer than scores are written.
void ScoreSorter::radix_sort(std::vector<ScoreKey>& keys, int shift) {
  std::array<std::array<uint32_t, kBuckets>, kDigits> places{};
  const auto digit = [shift](const ScoreKey& key, int d) {
    return (key.score >> (shift + d * kDigitBits)) & (kBuckets - 1);
  };
  for (const ScoreKey& key : keys) {
    for (int d = 0; d < kDigits; ++d) ++places[d][digit(key, d)];
  }
  other_.resize(keys.size());
  for (int d = 0; d < kDigits; ++d) {
    uint32_t total = 0;
    for (uint32_t& place : places[d]) place = std::exchange(total, total + place);
    for (const ScoreKey& key : keys) other_[places[d][digit(key, d)]++] = key;
    keys.swap(other_);
  }
}

}  // namespace rn
