#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "eval/coco_params.h"
#include "eval/matches.h"

namespace rn {

/// All curves of one category, as accumulate_curves() has them, from two passes over its outcomes.
/// False positives at all thresholds, which most detections are, are counted for all area ranges
/// at once; the others are looked at one by one. Keeps its buffers for the next category.
class CategoryCurves {
 public:
  /// @param limits of detections, ascending
  void compute(const CategoryMatches& matches, std::span<const int64_t> limits);

  /// [T, R, A, M] and [T, A, M]; -1 where no object counts.
  std::span<const double> precision() const { return precision_; }
  std::span<const double> scores() const { return scores_; }
  std::span<const double> recall() const { return recall_; }

 private:
  /// A true positive.
  struct Hit {
    uint32_t false_positives = 0;  ///< that come before it
    uint32_t outcome = 0;
  };
  /// What was met so far with one limit of detections.
  struct Counts {
    double first_score = 0;
    uint64_t lanes =
        0;  ///< 16 bits for each area range, added to `everywhere` before they overflow
    std::array<uint32_t, kAreaRangeCount> everywhere{};  ///< false at all thresholds
    std::array<std::array<uint32_t, kIouThresholdCount>, kAreaRangeCount> at_some{};
    std::array<std::array<Hit*, kIouThresholdCount>, kAreaRangeCount> hits_end{};

    void flush();
  };

  void find_events(std::span<const MatchOutcome> outcomes);
  void lay_out_hits(size_t limits);
  void count(std::span<const MatchOutcome> outcomes, std::span<const int64_t> limits);
  void count_event(const MatchOutcome& outcome, uint32_t index, Counts& counts) const;
  void make_curves(std::span<const MatchOutcome> outcomes, const CategoryMatches& matches,
                   size_t limits);
  Hit* hits_begin(size_t limit, int64_t range, int64_t threshold);

  std::vector<uint32_t> events_;  ///< outcomes that aren't the same at all thresholds, or hits
  std::array<size_t, kAreaRangeCount> most_hits_{};  ///< at any threshold
  std::array<size_t, kAreaRangeCount> hits_offset_{};
  size_t hits_per_limit_ = 0;
  std::vector<Hit> hits_;
  std::vector<Counts> counts_;  ///< by limit
  std::vector<double> precision_, scores_, recall_;
};

}  // namespace rn
