#include "eval/category_curves.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "eval/accumulate.h"

namespace rn {
namespace {

constexpr int kLaneBits = 16;
constexpr uint64_t kLaneMask = (uint64_t{1} << kLaneBits) - 1;
constexpr uint64_t kOneInEachLane = 0x0001000100010001;
static_assert(kAreaRangeCount * kLaneBits == 64);

/// The masks of all area ranges, that of range 0 in the lowest bits.
uint64_t lanes_of(const std::array<uint16_t, kAreaRangeCount>& masks) {
  uint64_t lanes = 0;
  for (int64_t a = kAreaRangeCount; a-- > 0;) lanes = lanes << kLaneBits | masks[a];
  return lanes;
}

/// True for an outcome that adds to all thresholds' false positives alike, or to none.
bool is_alike_everywhere(const MatchOutcome& outcome) {
  const uint64_t false_positive = lanes_of(outcome.false_positive);
  return lanes_of(outcome.true_positive) == 0 &&
         (false_positive & kOneInEachLane) * kEveryThreshold == false_positive;
}

}  // namespace

void CategoryCurves::Counts::flush() {
  for (int64_t a = 0; a < kAreaRangeCount; ++a) {
    everywhere[a] += static_cast<uint32_t>(lanes >> (a * kLaneBits) & kLaneMask);
  }
  lanes = 0;
}

void CategoryCurves::find_events(std::span<const MatchOutcome> outcomes) {
  events_.clear();
  most_hits_ = {};
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (is_alike_everywhere(outcomes[i])) continue;
    events_.push_back(static_cast<uint32_t>(i));
    for (int64_t a = 0; a < kAreaRangeCount; ++a) {
      most_hits_[a] += outcomes[i].true_positive[a] != 0;
    }
  }
}

CategoryCurves::Hit* CategoryCurves::hits_begin(size_t limit, int64_t range, int64_t threshold) {
  return hits_.data() + limit * hits_per_limit_ + hits_offset_[range] +
         static_cast<size_t>(threshold) * most_hits_[range];
}

void CategoryCurves::lay_out_hits(size_t limits) {
  hits_per_limit_ = 0;
  for (int64_t a = 0; a < kAreaRangeCount; ++a) {
    hits_offset_[a] = hits_per_limit_;
    hits_per_limit_ += kIouThresholdCount * most_hits_[a];
  }
  if (hits_.size() < limits * hits_per_limit_) hits_.resize(limits * hits_per_limit_);
  counts_.assign(limits, {});
  for (size_t m = 0; m < limits; ++m) {
    for (int64_t a = 0; a < kAreaRangeCount; ++a) {
      for (int64_t t = 0; t < kIouThresholdCount; ++t) {
        counts_[m].hits_end[a][t] = hits_begin(m, a, t);
      }
    }
  }
}

void CategoryCurves::count(std::span<const MatchOutcome> outcomes,
                           std::span<const int64_t> limits) {
  for (size_t m = 0; m < limits.size(); ++m) {
    Counts& counts = counts_[m];
    size_t begin = 0;
    const auto count_alike = [&](size_t end) {
      while (begin < end) {
        const size_t stop = std::min<size_t>(end, begin + kLaneMask);
        for (; begin < stop; ++begin) {
          const uint64_t false_positive = lanes_of(outcomes[begin].false_positive) & kOneInEachLane;
          counts.lanes += outcomes[begin].rank < limits[m] ? false_positive : 0;
        }
        counts.flush();
      }
    };
    for (const uint32_t event : events_) {
      count_alike(event);
      ++begin;
      if (outcomes[event].rank < limits[m]) count_event(outcomes[event], event, counts);
    }
    const auto first =
        std::find_if(outcomes.begin(), outcomes.end(),
                     [&](const MatchOutcome& outcome) { return outcome.rank < limits[m]; });
    if (first != outcomes.end()) counts.first_score = first->score;
  }
}

void CategoryCurves::count_event(const MatchOutcome& outcome, uint32_t index,
                                 Counts& counts) const {
  for (int64_t a = 0; a < kAreaRangeCount; ++a) {
    for (uint32_t bits = outcome.true_positive[a]; bits != 0; bits &= bits - 1) {
      const int t = std::countr_zero(bits);
      *counts.hits_end[a][t]++ = {counts.everywhere[a] + counts.at_some[a][t], index};
    }
    if (outcome.false_positive[a] == kEveryThreshold) {
      ++counts.everywhere[a];
      continue;
    }
    for (uint32_t bits = outcome.false_positive[a]; bits != 0; bits &= bits - 1) {
      ++counts.at_some[a][std::countr_zero(bits)];
    }
  }
}

void CategoryCurves::make_curves(std::span<const MatchOutcome> outcomes,
                                 const CategoryMatches& matches, size_t limits) {
  const size_t cells = kAreaRangeCount * limits;
  for (int64_t a = 0; a < kAreaRangeCount; ++a) {
    const int64_t positives = matches.positives[a];
    if (positives == 0) continue;
    const auto needed = needed_true_positives(positives);
    for (size_t cell = a * limits; cell < (a + 1) * limits; ++cell) {
      const size_t m = cell % limits;
      for (int64_t t = 0; t < kIouThresholdCount; ++t) {
        const Hit* hits = hits_begin(m, a, t);
        const int64_t found = counts_[m].hits_end[a][t] - hits;
        double* precision = precision_.data() + t * kRecallPoints * cells + cell;
        double* scores = scores_.data() + t * kRecallPoints * cells + cell;
        recall_[t * cells + cell] = static_cast<double>(found) / static_cast<double>(positives);
        int64_t r = kRecallPoints - 1;
        for (; r > 0 && needed[r] > found; --r) precision[r * cells] = scores[r * cells] = 0;
        double best = 0;
        for (int64_t rank = found; rank > 0; --rank) {  // from the right: precision's envelope
          const Hit& hit = hits[rank - 1];
          const auto tp = static_cast<double>(rank);
          best = std::max(best,
                          tp / (static_cast<double>(hit.false_positives) + tp + kPrecisionSpacing));
          for (; r > 0 && needed[r] == rank; --r) {
            precision[r * cells] = best;
            scores[r * cells] = outcomes[hit.outcome].score;
          }
        }
        // Recall 0 is reached by the first detection, whatever became of it.
        precision[0] = best;
        scores[0] = counts_[m].first_score;
      }
    }
  }
}

void CategoryCurves::compute(const CategoryMatches& matches, std::span<const int64_t> limits) {
  const size_t cells = kAreaRangeCount * limits.size();
  precision_.assign(kIouThresholdCount * kRecallPoints * cells, -1);
  scores_.assign(kIouThresholdCount * kRecallPoints * cells, -1);
  recall_.assign(kIouThresholdCount * cells, -1);
  find_events(matches.outcomes);
  lay_out_hits(limits.size());
  count(matches.outcomes, limits);
  make_curves(matches.outcomes, matches, limits.size());
}

}  // namespace rn
