#include "eval/analysis/tide.h"

#include <algorithm>

#include "eval/analysis/tide_images.h"
#include "eval/coco_params.h"

namespace rn {
namespace {

constexpr int64_t kDetectionErrors = static_cast<int64_t>(TideError::kMiss);

/// What is mended before AP is taken again.
struct Scenario {
  std::array<bool, kTideErrorCount> mended{};
  std::optional<TideError> last;  ///< of the mended ones the one mended last
  bool hits_last = true;          ///< among equal scores; where nothing was touched, by image
  bool hits_first = false;        ///< of all scores
  bool leave_out_not_found = false;
};

/// A detection's part in a scenario.
struct RankedPart {
  int32_t category = -1;  ///< -1: none
  bool hit = false;
  bool late = false;  ///< comes after the others of its score
};

RankedPart part_of(const TideRanked& detection, const Scenario& scenario) {
  if (detection.hit) return {detection.category, true, scenario.hits_last};
  if (!scenario.mended[static_cast<size_t>(detection.error)]) {
    return {detection.ignored ? -1 : detection.category, false, false};
  }
  return {detection.mended_category, true, detection.error != scenario.last};
}

/// One class on its way through the ranking.
struct ClassRun {
  std::vector<double> precisions;  ///< at its true positives
  int64_t false_positives = 0;

  void add(bool hit, bool hits_first) {
    if (!hit) {
      ++false_positives;
      return;
    }
    const auto hits = static_cast<double>(precisions.size() + 1);
    const auto false_ones = hits_first ? 0.0 : static_cast<double>(false_positives);
    precisions.push_back(hits / (hits + false_ones));
  }
};

/// Per cent. 101 points at i / 100 (COCO has i * 0.01), no 2^-52 in the denominator.
double average_precision(ClassRun& run, int64_t positives) {
  if (positives <= 0) return 0;
  auto& precisions = run.precisions;
  for (size_t i = precisions.size(); i > 1; --i) {
    precisions[i - 2] = std::max(precisions[i - 2], precisions[i - 1]);
  }
  double sum = 0;
  size_t hits = 1;  // that reach the recall; point 0 is the first detection's, thus the first hit's
  for (int64_t r = 0; r < kRecallPoints; ++r) {
    const double recall = static_cast<double>(r) / (kRecallPoints - 1);
    while (hits <= precisions.size() &&
           static_cast<double>(hits) / static_cast<double>(positives) < recall) {
      ++hits;
    }
    if (hits > precisions.size()) break;
    sum += precisions[hits - 1];
  }
  return sum / kRecallPoints * 100;
}

/// None if no class has a detection or an object.
std::optional<double> mean_ap(const TideRanking& ranking, const Scenario& scenario) {
  std::vector<ClassRun> runs(ranking.positives.size());
  const auto& all = ranking.detections;
  const auto add = [&](const RankedPart& part) {
    if (part.category >= 0) runs[part.category].add(part.hit, scenario.hits_first);
  };
  for (size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    for (end = begin + 1; end < all.size() && all[end].score == all[begin].score; ++end) {
    }
    if (end - begin == 1) {
      add(part_of(all[begin], scenario));
      continue;
    }
    for (const bool late : {false, true}) {
      for (size_t i = begin; i < end; ++i) {
        const RankedPart part = part_of(all[i], scenario);
        if (part.late == late) add(part);
      }
    }
  }
  double sum = 0;
  int64_t classes = 0;
  for (size_t k = 0; k < runs.size(); ++k) {
    int64_t positives = ranking.positives[k];
    if (scenario.mended[kDetectionErrors]) positives -= ranking.missed[k];
    if (scenario.leave_out_not_found) positives -= ranking.not_found[k];
    if (positives == 0 && runs[k].precisions.empty() && runs[k].false_positives == 0) continue;
    sum += average_precision(runs[k], positives);
    ++classes;
  }
  if (classes == 0) return std::nullopt;
  return sum / static_cast<double>(classes);
}

std::optional<double> gain(std::optional<double> mended, double before) {
  if (!mended) return std::nullopt;
  return std::max(*mended - before, 0.0);
}

void measure_errors(const TideRanking& ranking, TideResult& result) {
  Scenario so_far;
  std::optional<double> before = result.ap50;
  for (int64_t e = 0; e < kTideErrorCount; ++e) {
    const auto error = static_cast<TideError>(e);
    Scenario alone;
    alone.mended[e] = so_far.mended[e] = true;
    alone.last = so_far.last = error;
    result.dap[e] = gain(mean_ap(ranking, alone), result.ap50);
    const auto after = mean_ap(ranking, so_far);
    if (before) result.dap_progressive[e] = gain(after, *before);
    before = after;
  }
}

void measure_special(const TideRanking& ranking, TideResult& result) {
  Scenario false_positives_last;
  false_positives_last.hits_first = true;
  Scenario only_found;
  only_found.leave_out_not_found = true;
  const auto difference = [&](const Scenario& scenario) -> std::optional<double> {
    const auto ap = mean_ap(ranking, scenario);
    if (!ap) return std::nullopt;
    return *ap - result.ap50;
  };
  result.false_pos = difference(false_positives_last);
  result.false_neg = difference(only_found);
}

}  // namespace

TideResult tide_errors(std::span<const TideObject> objects,
                       std::span<const TideDetection> detections) {
  const TideRanking ranking = rank_for_tide(objects, detections);
  TideResult result;
  for (const TideRanked& detection : ranking.detections) {
    if (!detection.hit) ++result.counts[static_cast<size_t>(detection.error)];
  }
  for (const int64_t missed : ranking.missed) result.counts[kDetectionErrors] += missed;
  Scenario untouched;
  untouched.hits_last = false;
  result.ap50 = mean_ap(ranking, untouched).value_or(0);
  measure_errors(ranking, result);
  measure_special(ranking, result);
  return result;
}

TideResult tide_errors(const CocoGroundTruth& ground_truth,
                       std::span<const CocoResult> detections) {
  std::vector<TideObject> objects;
  for (const CocoGroundTruth::Object& object : ground_truth.objects()) {
    if (!object.counts_by_category) continue;
    objects.push_back(
        {ground_truth.image_record(object.image), object.category, object.bbox, object.crowd});
  }
  std::vector<TideDetection> known;
  known.reserve(detections.size());
  for (const CocoResult& detection : detections) {
    const auto image = ground_truth.image_index(detection.image_id);
    const auto category = ground_truth.category_index(detection.category_id);
    if (image && category)
      known.push_back(
          {ground_truth.image_record(*image), *category, detection.bbox, detection.score});
  }
  return tide_errors(objects, known);
}

}  // namespace rn
