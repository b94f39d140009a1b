#include "eval/analysis/counted.h"

#include <algorithm>

namespace rn {
namespace {

void append_counted(const CategoryMatches& category, std::vector<CountedDetection>& counted) {
  for (const MatchOutcome& outcome : category.outcomes) {
    const bool hit = is_true_positive(outcome);
    if (hit || is_false_positive(outcome)) counted.push_back({outcome.score, hit});
  }
}

}  // namespace

std::vector<CountedDetection> counted_detections(const CategoryMatches& category) {
  std::vector<CountedDetection> counted;
  counted.reserve(category.outcomes.size());
  append_counted(category, counted);
  return counted;
}

std::vector<CountedDetection> pooled_detections(const Matches& matches) {
  size_t count = 0;
  for (const CategoryMatches& category : matches.categories) count += category.outcomes.size();
  std::vector<CountedDetection> pooled;
  pooled.reserve(count);
  for (const CategoryMatches& category : matches.categories) append_counted(category, pooled);
  std::stable_sort(pooled.begin(), pooled.end(),
                   [](const CountedDetection& a, const CountedDetection& b) {
                     return ranks_before(a.score, b.score);
                   });
  return pooled;
}

int64_t total_positives(const Matches& matches) {
  int64_t total = 0;
  for (const CategoryMatches& category : matches.categories) total += category.positives[kAllAreas];
  return total;
}

}  // namespace rn
