#include "eval/matching.h"

#include <algorithm>
#include <iterator>

namespace rn {
namespace {

using Object = CocoGroundTruth::Object;

constexpr uint16_t kLowestThreshold = 1;

/// Bit a: area range a excludes it.
uint32_t excluding_ranges(double area) {
  uint32_t ranges = 0;
  for (int64_t a = 0; a < kAreaRangeCount; ++a) ranges |= kAreaRanges[a].excludes(area) << a;
  return ranges;
}

/// The masks of a detection that is false at all thresholds, in the area ranges that don't exclude
/// it, by the bits of those that do.
constexpr auto kFalsePositiveOutside = [] {
  std::array<std::array<uint16_t, kAreaRangeCount>, 1 << kAreaRangeCount> masks{};
  for (size_t outside = 0; outside < masks.size(); ++outside) {
    for (int64_t a = 0; a < kAreaRangeCount; ++a) {
      masks[outside][a] = (outside >> a & 1) ? 0 : kEveryThreshold;
    }
  }
  return masks;
}();

/// Bit t: an object with this IoU can be taken at threshold t. Written so that NaN can at each.
uint16_t reached_thresholds(double iou) {
  uint32_t reached = 0;
  for (int64_t t = 0; t < kIouThresholdCount; ++t) reached |= !(iou < kIouThresholds[t]) << t;
  return static_cast<uint16_t>(reached);
}

/// Writes down that the object is taken at the thresholds of `bits`, in area range `a`.
void take(const Object& object, bool ignored, bool outside, int64_t a, uint16_t bits,
          MatchOutcome& outcome) {
  if (a == kAllAreas && (bits & kLowestThreshold)) {
    outcome.object = static_cast<int32_t>(object.index);
  }
  if (ignored) return;
  if (object.id != 0) {
    outcome.true_positive[a] |= bits;
  } else if (!outside) {
    outcome.false_positive[a] |= bits;
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

void ImageMatcher::start(std::span<const Object> objects) {
  objects_ = objects;
  states_.clear();
  for (const Object& object : objects) {
    ObjectState& state = states_.emplace_back();
    const auto& g = object.bbox;
    state.right = g[2] + g[0];
    state.bottom = g[3] + g[1];
    state.area = g[2] * g[3];
    state.ignored = static_cast<uint16_t>(object.crowd ? (1u << kAreaRangeCount) - 1
                                                       : excluding_ranges(object.area));
  }
}

/// False if one of the IoUs isn't a number.
bool ImageMatcher::find_candidates(const EvalDetection& detection) {
  const auto& d = detection.bbox;
  const double right = d[2] + d[0];
  const double bottom = d[3] + d[1];
  const double area = d[2] * d[3];
  candidates_.clear();
  for (size_t g = 0; g < objects_.size(); ++g) {  // as coco_iou has it
    const ObjectState& state = states_[g];
    const double w = std::min(right, state.right) - std::max(d[0], objects_[g].bbox[0]);
    const double h = std::min(bottom, state.bottom) - std::max(d[1], objects_[g].bbox[1]);
    if (static_cast<int>(w <= 0) | static_cast<int>(h <= 0))
      continue;  // one guess of the CPU, not two
    const double intersection = w * h;
    const double iou = intersection / (objects_[g].crowd ? area : area + state.area - intersection);
    if (iou < kIouThresholds.front()) continue;
    if (iou != iou) return false;
    // By descending IoU, the later of equal ones first.
    auto place = candidates_.end();
    while (place != candidates_.begin() && !(iou < std::prev(place)->iou)) --place;
    candidates_.insert(place, {g, iou, reached_thresholds(iou)});
  }
  return true;
}

/// All thresholds at once: the best object takes the detection at each threshold that it reaches
/// and where it is free, the next best at those that are left.
void ImageMatcher::match_candidates(uint32_t outside, MatchOutcome& outcome) {
  for (int64_t a = 0; a < kAreaRangeCount; ++a) {
    uint16_t left = kEveryThreshold;
    for (const uint32_t ignored : {0u, 1u}) {
      for (const Candidate& candidate : candidates_) {
        ObjectState& state = states_[candidate.object];
        if ((state.ignored >> a & 1) != ignored) continue;
        const Object& object = objects_[candidate.object];
        uint16_t bits = left & candidate.reached;
        if (!object.crowd) bits &= static_cast<uint16_t>(~state.taken[a]);
        if (bits == 0) continue;
        state.taken[a] |= bits;
        left &= static_cast<uint16_t>(~bits);
        take(object, ignored != 0, outside >> a & 1, a, bits, outcome);
      }
    }
    if (!(outside >> a & 1)) outcome.false_positive[a] |= left;
  }
}

/// pycocotools' loop as it is: for one threshold after the other, and with the IoU to beat being
/// what the object held has, which can be NaN.
void ImageMatcher::match_plainly(const EvalDetection& detection, uint32_t outside,
                                 MatchOutcome& outcome) {
  for (int64_t a = 0; a < kAreaRangeCount; ++a) {
    for (int64_t t = 0; t < kIouThresholdCount; ++t) {
      const auto bit = static_cast<uint16_t>(1u << t);
      size_t held = objects_.size();
      double to_beat = kIouThresholds[t];
      const auto scan = [&](uint32_t ignored) {
        for (size_t g = 0; g < objects_.size(); ++g) {
          const ObjectState& state = states_[g];
          if ((state.ignored >> a & 1) != ignored) continue;
          if ((state.taken[a] & bit) && !objects_[g].crowd) continue;
          const double iou = coco_iou(detection.bbox, objects_[g].bbox, objects_[g].crowd);
          if (iou < to_beat) continue;
          to_beat = iou;
          held = g;
        }
      };
      scan(0);
      if (held == objects_.size()) scan(1);
      if (held == objects_.size()) {
        if (!(outside >> a & 1)) outcome.false_positive[a] |= bit;
        continue;
      }
      states_[held].taken[a] |= bit;
      take(objects_[held], states_[held].ignored >> a & 1, outside >> a & 1, a, bit, outcome);
    }
  }
}

void ImageMatcher::match(const EvalDetection& detection, int32_t rank, MatchOutcome& outcome) {
  // Field by field: a copy of a whole one waits for the stores of its parts, 30 ns each time.
  outcome.score = detection.score;
  outcome.record = detection.record;
  outcome.rank = rank;
  outcome.object = MatchOutcome::kNoObject;
  outcome.true_positive = {};
  outcome.false_positive = {};
  const uint32_t outside = excluding_ranges(detection.area);
  if (!find_candidates(detection)) {
    match_plainly(detection, outside, outcome);
  } else if (!candidates_.empty()) {
    match_candidates(outside, outcome);
  } else {
    outcome.false_positive = kFalsePositiveOutside[outside];
  }
}

void match_image(std::span<const Object> objects, std::span<const EvalDetection> detections,
                 std::vector<MatchOutcome>& outcomes) {
  ImageMatcher matcher;
  matcher.start(objects);
  int32_t rank = 0;
  for (const EvalDetection& detection : detections) {
    matcher.match(detection, rank++, outcomes.emplace_back());
  }
}

}  // namespace rn
