#include "eval/matching.h"

#include <algorithm>

namespace rn {
namespace {

using Object = CocoGroundTruth::Object;

constexpr uint16_t kAllThresholds = (1u << kIouThresholdCount) - 1;
constexpr int64_t kNone = -1;
constexpr uint16_t kLowest = 1;
constexpr int64_t kAnyArea = 0;

/// An object that a detection overlaps enough to take it at the lowest threshold.
struct Candidate {
  int64_t object = 0;
  double iou = 0;
};

/// The objects of one image within one area range.
struct ObjectState {
  std::vector<char> ignored;
  std::vector<uint16_t> taken;  ///< bit t: a detection has it at threshold t
};

std::array<ObjectState, kAreaRangeCount> initial_states(std::span<const Object> objects) {
  std::array<ObjectState, kAreaRangeCount> states;
  for (int64_t a = 0; a < kAreaRangeCount; ++a) {
    states[a].taken.resize(objects.size());
    for (const Object& object : objects) {
      states[a].ignored.push_back(object.crowd || kAreaRanges[a].excludes(object.area));
    }
  }
  return states;
}

/// The best free object at one threshold, or kNone.
int64_t best_object(std::span<const Object> objects, const ObjectState& state,
                    std::span<const Candidate> candidates, int64_t threshold) {
  for (const char ignored : {0, 1}) {
    int64_t best = kNone;
    double best_iou = kIouThresholds[threshold];
    for (const Candidate& candidate : candidates) {
      const int64_t g = candidate.object;
      if (state.ignored[g] != ignored) continue;
      if ((state.taken[g] >> threshold & 1) && !objects[g].crowd) continue;
      if (candidate.iou < best_iou) continue;  // written so that NaN is taken
      best = g;
      best_iou = candidate.iou;
    }
    if (best != kNone) return best;
  }
  return kNone;
}

void match_in_range(std::span<const Object> objects, std::span<const Candidate> candidates,
                    double area, int64_t range, ObjectState& state, MatchOutcome& outcome) {
  const bool outside = kAreaRanges[range].excludes(area);
  if (candidates.empty()) {
    outcome.false_positive[range] = outside ? 0 : kAllThresholds;
    return;
  }
  for (int64_t t = 0; t < kIouThresholdCount; ++t) {
    const auto bit = static_cast<uint16_t>(1u << t);
    const int64_t g = best_object(objects, state, candidates, t);
    const bool marked = g != kNone && objects[g].id != 0;
    if (g != kNone) state.taken[g] |= bit;
    if (g != kNone && bit == kLowest && range == kAnyArea) {
      outcome.object = static_cast<int32_t>(objects[g].index);
    }
    if ((g != kNone && state.ignored[g]) || (!marked && outside)) continue;
    (marked ? outcome.true_positive : outcome.false_positive)[range] |= bit;
  }
}

}  // namespace

double coco_iou(const std::array<double, 4>& detection, const std::array<double, 4>& object,
                bool crowd) {
  const auto& d = detection;
  const auto& g = object;
  const double w = std::min(d[2] + d[0], g[2] + g[0]) - std::max(d[0], g[0]);
  if (w <= 0) return 0;
  const double h = std::min(d[3] + d[1], g[3] + g[1]) - std::max(d[1], g[1]);
  if (h <= 0) return 0;
  const double intersection = w * h;
  const double detection_area = d[2] * d[3];
  const double object_area = g[2] * g[3];
  return intersection / (crowd ? detection_area : detection_area + object_area - intersection);
}

void match_image(std::span<const Object> objects, std::span<const EvalDetection> detections,
                 std::vector<MatchOutcome>& outcomes) {
  auto states = initial_states(objects);
  std::vector<Candidate> candidates;
  for (size_t d = 0; d < detections.size(); ++d) {
    const EvalDetection& detection = detections[d];
    candidates.clear();
    // A NaN (of infinite boxes) that is held gives way to any later object, whatever its IoU.
    bool after_nan = false;
    for (size_t g = 0; g < objects.size(); ++g) {
      const double iou = coco_iou(detection.bbox, objects[g].bbox, objects[g].crowd);
      if (iou < kIouThresholds.front() && !after_nan) continue;
      candidates.push_back({static_cast<int64_t>(g), iou});
      after_nan = after_nan || iou != iou;
    }
    MatchOutcome& outcome = outcomes.emplace_back();
    outcome.score = detection.score;
    outcome.record = detection.record;
    outcome.rank = static_cast<int32_t>(d);
    for (int64_t a = 0; a < kAreaRangeCount; ++a) {
      match_in_range(objects, candidates, detection.area, a, states[a], outcome);
    }
  }
}

}  // namespace rn
