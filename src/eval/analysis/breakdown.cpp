#include "eval/analysis/breakdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "core/parallel.h"
#include "eval/accumulate.h"
#include "eval/analysis/by_image.h"
#include "eval/analysis/counted.h"
#include "eval/analysis/effective_objects.h"
#include "eval/analysis/range_matching.h"
#include "eval/numpy_mean.h"

namespace rn {
namespace {

using Object = CocoGroundTruth::Object;
using Curves = std::array<PrecisionCurve, kIouThresholdCount>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Lower ends; a size ends where the next begins.
constexpr std::array<double, 7> kSizes = {0, 16, 32, 64, 96, 160, 320};
/// A group ends one below the next.
constexpr std::array<int64_t, 6> kObjectCounts = {0, 1, 2, 4, 8, 16};

std::vector<BreakdownRow> size_rows() {
  std::vector<BreakdownRow> rows(kSizes.size());
  for (size_t b = 0; b < rows.size(); ++b) {
    const bool last = b + 1 == rows.size();
    rows[b].low = kSizes[b];
    rows[b].high = last ? kInfinity : kSizes[b + 1];
    rows[b].name =
        last ? fmt::format("{}+", kSizes[b]) : fmt::format("{}-{}", kSizes[b], kSizes[b + 1]);
  }
  return rows;
}

std::vector<BreakdownRow> count_rows() {
  std::vector<BreakdownRow> rows(kObjectCounts.size());
  for (size_t g = 0; g < rows.size(); ++g) {
    const bool last = g + 1 == rows.size();
    const int64_t low = kObjectCounts[g];
    rows[g].low = static_cast<double>(low);
    rows[g].high = last ? kInfinity : static_cast<double>(kObjectCounts[g + 1] - 1);
    rows[g].name = last                          ? fmt::format("{}+", low)
                   : rows[g].high == rows[g].low ? fmt::format("{}", low)
                                                 : fmt::format("{}-{}", low, rows[g].high);
  }
  return rows;
}

/// Means over thresholds, recall points and categories, added in the evaluation's order.
/// @param curves of the categories with objects
void write_means(const std::vector<const Curves*>& curves, BreakdownRow& row) {
  std::vector<double> values;
  for (int64_t t = 0; t < kIouThresholdCount; ++t) {
    for (int64_t r = 0; r < kRecallPoints; ++r) {
      for (const Curves* category : curves) values.push_back((*category)[t].precision[r]);
    }
    if (t == 0 && !values.empty()) row.ap50 = numpy_mean(values);
  }
  if (!values.empty()) row.ap = numpy_mean(values);
}

/// One category's part of all rows.
struct CategoryParts {
  std::vector<std::unique_ptr<const Curves>> curves;  ///< of the rows; null without positives
  std::vector<int64_t> positives;                     ///< of the rows
};

/// What is broken down.
struct Source {
  std::vector<std::vector<Object>> objects;  ///< by category
  std::vector<int32_t> images;               ///< of the records
  std::span<const CocoResult> detections;
  const Matches& matches;
  int64_t image_count = 0;
  int64_t limit() const { return matches.max_detections[kLargestLimit]; }
};

/// @param row_has (object, row index): the object is of that row
template <class RowHas>
void count_objects(const Source& source, RowHas row_has, std::vector<BreakdownRow>& rows) {
  for (size_t b = 0; b < rows.size(); ++b) {
    std::vector<char> seen(source.image_count);
    for (const auto& list : source.objects) {
      for (const Object& object : list) {
        if (object.crowd || !row_has(object, b)) continue;
        ++rows[b].objects;
        seen[object.image] = true;
      }
    }
    rows[b].images = std::count(seen.begin(), seen.end(), true);
  }
}

template <class RowHas>
std::vector<int64_t> count_positives_of_rows(std::span<const Object> objects, RowHas row_has,
                                             size_t rows) {
  std::vector<int64_t> positives(rows);
  for (size_t b = 0; b < rows; ++b) {
    positives[b] = std::count_if(objects.begin(), objects.end(), [&](const Object& object) {
      return !object.crowd && row_has(object, b);
    });
  }
  return positives;
}

void write_all_means(const std::vector<CategoryParts>& categories,
                     std::vector<BreakdownRow>& rows) {
  for (size_t b = 0; b < rows.size(); ++b) {
    std::vector<const Curves*> curves;
    std::vector<int64_t> positives;
    for (const CategoryParts& category : categories) {
      positives.push_back(category.positives[b]);
      if (category.curves[b]) curves.push_back(category.curves[b].get());
    }
    rows[b].effective_objects = effective_objects(positives);
    write_means(curves, rows[b]);
  }
}

AreaRange range_of(const BreakdownRow& row) { return {"", row.low * row.low, row.high * row.high}; }

/// The category's detections as they were matched: image by image, by descending score.
std::vector<EvalDetection> matched_detections(const Source& source, size_t k) {
  std::vector<EvalDetection> detections;
  for (const MatchOutcome& outcome : source.matches.categories[k].outcomes) {
    const auto& bbox = source.detections[outcome.record].bbox;
    detections.push_back({source.images[outcome.record], static_cast<int64_t>(k), bbox,
                          bbox[2] * bbox[3], outcome.score, outcome.record});
  }
  std::stable_sort(
      detections.begin(), detections.end(),
      [](const EvalDetection& a, const EvalDetection& b) { return a.image < b.image; });
  return detections;
}

/// Every third row at once: two neighbours have a point in common.
CategoryParts parts_by_size(const Source& source, size_t k, const std::vector<BreakdownRow>& rows) {
  CategoryParts parts;
  parts.curves.resize(rows.size());
  parts.positives = count_positives_of_rows(
      source.objects[k],
      [&](const Object& object, size_t b) { return !range_of(rows[b]).excludes(object.area); },
      rows.size());
  const auto detections = matched_detections(source, k);
  for (size_t first = 0; first < kBorrowedRanges; ++first) {
    std::vector<size_t> taken;
    std::vector<AreaRange> ranges;
    for (size_t b = first; b < rows.size(); b += kBorrowedRanges) {
      taken.push_back(b);
      ranges.push_back(range_of(rows[b]));
    }
    const auto outcomes = match_in_ranges(source.objects[k], detections, ranges);
    for (size_t i = 0; i < taken.size(); ++i) {
      const int64_t positives = parts.positives[taken[i]];
      if (positives == 0) continue;
      parts.curves[taken[i]] = std::make_unique<const Curves>(accumulate_curves(
          outcomes, kFirstBorrowed + static_cast<int64_t>(i), source.limit(), positives));
    }
  }
  return parts;
}

std::vector<BreakdownRow> break_down_by_size(const Source& source, int threads) {
  auto rows = size_rows();
  std::vector<CategoryParts> parts(source.objects.size());
  parallel_for(static_cast<int64_t>(parts.size()), threads,
               [&](int64_t k) { parts[k] = parts_by_size(source, k, rows); });
  const auto row_has = [&](const Object& object, size_t b) {
    return !range_of(rows[b]).excludes(object.area);
  };
  count_objects(source, row_has, rows);
  write_all_means(parts, rows);
  return rows;
}

/// The row of each image.
std::vector<int64_t> rows_of_images(const Source& source) {
  std::vector<int64_t> counts(source.image_count);
  for (const auto& list : source.objects) {
    for (const Object& object : list) counts[object.image] += !object.crowd;
  }
  for (int64_t& count : counts) {
    const auto above = std::upper_bound(kObjectCounts.begin(), kObjectCounts.end(), count);
    count = above - kObjectCounts.begin() - 1;
  }
  return counts;
}

CategoryParts parts_by_count(const Source& source, size_t k, const std::vector<int64_t>& image_rows,
                             size_t rows) {
  CategoryParts parts;
  parts.curves.resize(rows);
  parts.positives = count_positives_of_rows(
      source.objects[k],
      [&](const Object& object, size_t b) {
        return image_rows[object.image] == static_cast<int64_t>(b);
      },
      rows);
  std::vector<std::vector<MatchOutcome>> outcomes(rows);
  for (const MatchOutcome& outcome : source.matches.categories[k].outcomes) {
    outcomes[image_rows[source.images[outcome.record]]].push_back(outcome);
  }
  for (size_t b = 0; b < rows; ++b) {
    if (parts.positives[b] == 0) continue;
    parts.curves[b] = std::make_unique<const Curves>(
        accumulate_curves(outcomes[b], kAllAreas, source.limit(), parts.positives[b]));
  }
  return parts;
}

std::vector<BreakdownRow> break_down_by_count(const Source& source,
                                              const std::vector<int64_t>& image_rows, int threads) {
  auto rows = count_rows();
  std::vector<CategoryParts> parts(source.objects.size());
  parallel_for(static_cast<int64_t>(parts.size()), threads,
               [&](int64_t k) { parts[k] = parts_by_count(source, k, image_rows, rows.size()); });
  const auto row_has = [&](const Object& object, size_t b) {
    return image_rows[object.image] == static_cast<int64_t>(b);
  };
  count_objects(source, row_has, rows);
  rows.front().images = std::count(image_rows.begin(), image_rows.end(), 0);
  write_all_means(parts, rows);
  return rows;
}

int64_t count_false_positives_without_objects(const Source& source,
                                              const std::vector<int64_t>& image_rows,
                                              double score) {
  int64_t count = 0;
  for (const CategoryMatches& category : source.matches.categories) {
    for (const MatchOutcome& outcome : category.outcomes) {
      const bool counts =
          outcome.score >= score && outcome.rank < source.limit() && is_false_positive(outcome);
      count += counts && image_rows[source.images[outcome.record]] == 0;
    }
  }
  return count;
}

}  // namespace

Breakdown make_breakdown(const CocoGroundTruth& ground_truth,
                         std::span<const CocoResult> detections, const Matches& matches,
                         double score, int threads) {
  const Source source{evaluated_objects(ground_truth, matches.class_agnostic),
                      images_of_records(ground_truth, detections), detections, matches,
                      static_cast<int64_t>(ground_truth.image_ids().size())};
  const auto image_rows = rows_of_images(source);
  return {break_down_by_size(source, threads), break_down_by_count(source, image_rows, threads),
          count_false_positives_without_objects(source, image_rows, score), score};
}

}  // namespace rn
