#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "eval/coco_ground_truth.h"
#include "eval/coco_params.h"

namespace rn {

/// A detection on its way through the evaluator.
struct EvalDetection {
  int64_t image = 0;             ///< index into CocoGroundTruth::image_ids()
  int64_t category = 0;          ///< index into CocoGroundTruth::categories()
  std::array<double, 4> bbox{};  ///< x, y, width, height in pixels of the original image
  double area = 0;               ///< width * height
  double score = 0;
  int32_t record = 0;  ///< index into the list of results
};

/// What became of a detection. Bit t of a mask is IoU threshold t; a detection that is in neither
/// mask is ignored.
struct MatchOutcome {
  static constexpr int32_t kNoObject = -1;

  double score = 0;
  int32_t record = 0;          ///< index into the list of results
  int32_t rank = 0;            ///< among the detections of its image and category, by score; from 0
  int32_t object = kNoObject;  ///< index into CocoGroundTruth::objects(): taken at IoU .5, any area
  std::array<uint16_t, kAreaRangeCount> true_positive{};
  std::array<uint16_t, kAreaRangeCount> false_positive{};
};

/// True where a detection of score `a` comes before one of score `b`: numpy's order of -score, in
/// which NaN is last.
inline bool ranks_before(double a, double b) { return a > b || (b != b && a == a); }

/// IoU of two boxes (x, y, width, height) as pycocotools' bbIou has it: no +1, no clipping; over a
/// crowd the intersection is divided by the detection's area alone.
double coco_iou(const std::array<double, 4>& detection, const std::array<double, 4>& object,
                bool crowd);

/// Matches the detections of one image and category to its objects, for each IoU threshold and
/// area range at once. Follows pycocotools' evaluateImg; the points that decide ties:
/// - of objects with equal IoU the later one is taken;
/// - an object that counts is preferred to an ignored one (a crowd, or out of the area range)
///   whatever their IoUs;
/// - a crowd takes any number of detections, any other object one;
/// - a detection that takes an object with id 0 counts as a false positive (pycocotools marks
///   matches by the id);
/// - an IoU that isn't a number (boxes of infinite or vanishing size) reaches every threshold, and
///   the last object from it on is taken.
/// Keeps its buffers from one image to the next.
class ImageMatcher {
 public:
  using Object = CocoGroundTruth::Object;

  /// @param objects of an image and category, in the order of the file; the caller keeps them
  void start(std::span<const Object> objects);

  /// @param detection the next one, by descending score
  /// @param rank how many were before
  /// @param outcome is overwritten
  void match(const EvalDetection& detection, int32_t rank, MatchOutcome& outcome);

 private:
  /// An object that a detection overlaps enough to take it at some threshold.
  struct Candidate {
    size_t object = 0;
    double iou = 0;
    uint16_t reached = 0;  ///< thresholds, as the masks of MatchOutcome
  };
  /// What an object is to the detections.
  struct ObjectState {
    double right = 0;
    double bottom = 0;
    double area = 0;                                ///< of its box
    uint16_t ignored = 0;                           ///< bit a: in area range a
    std::array<uint16_t, kAreaRangeCount> taken{};  ///< bit t: by a detection, at threshold t
  };

  bool find_candidates(const EvalDetection& detection);
  void match_candidates(uint32_t outside, MatchOutcome& outcome);
  void match_plainly(const EvalDetection& detection, uint32_t outside, MatchOutcome& outcome);

  std::span<const Object> objects_;
  std::vector<ObjectState> states_;
  std::vector<Candidate> candidates_;  ///< the best first
};

/// The same for all detections of an image and category.
/// @param objects in the order of the file
/// @param detections by descending score, cut to the number that counts
/// @param outcomes gets one entry for each detection, in their order
void match_image(std::span<const CocoGroundTruth::Object> objects,
                 std::span<const EvalDetection> detections, std::vector<MatchOutcome>& outcomes);

}  // namespace rn
