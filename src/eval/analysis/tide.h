#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "coco/coco_file.h"
#include "eval/coco_ground_truth.h"

namespace rn {

/// The errors of Bolya et al. 2020, "TIDE: A General Toolbox for Identifying Object Detection
/// Errors".
enum class TideError : uint8_t {
  kCls,   ///< right place, wrong class
  kLoc,   ///< right class, overlaps its object too little
  kBoth,  ///< wrong class, and overlaps too little
  kDupe,  ///< the object has a better detection
  kBkg,   ///< there is nothing
  kMiss,  ///< an object that no detection found, nor nearly found
};
inline constexpr int64_t kTideErrorCount = 6;
inline constexpr std::array<std::string_view, kTideErrorCount> kTideErrorNames = {
    "Cls", "Loc", "Both", "Dupe", "Bkg", "Miss"};

/// How much AP50 would rise if all errors of a kind were mended. In per cent (0..100), as tidecv
/// has them. None where AP has no classes left to be the mean of.
struct TideResult {
  using Values = std::array<std::optional<double>, kTideErrorCount>;
  static constexpr double kIou = 0.5;             ///< of a right place
  static constexpr double kBackgroundIou = 0.1;   ///< of nothing
  static constexpr int64_t kMaxDetections = 100;  ///< of an image, all classes together

  double ap50 = 0;                  ///< TIDE's own; differs from COCO's a little
  Values dap{};                     ///< indexed by TideError, >= 0; each kind mended alone
  Values dap_progressive{};         ///< one kind after the other, those before it stay mended
  std::optional<double> false_pos;  ///< all false positives moved below the true positives
  std::optional<double> false_neg;  ///< all objects that no detection took left out
  std::array<int64_t, kTideErrorCount> counts{};
};

struct TideObject {
  int64_t image = 0;  ///< its place in the list of images: of equal scores the earlier one is first
  int64_t category = 0;
  std::array<double, 4> bbox{};  ///< x, y, width, height
  bool crowd = false;
};

struct TideDetection {
  int64_t image = 0;
  int64_t category = 0;
  std::array<double, 4> bbox{};
  double score = 0;
};

/// Equals tidecv 1.0.1. @param objects, detections in the order of their files
TideResult tide_errors(std::span<const TideObject> objects,
                       std::span<const TideDetection> detections);

/// Of the objects and detections that count for COCO, so that all numbers are of the same ones. It
/// equals tidecv where categories and images are known and each annotation has an id of its own:
/// tidecv makes classes and images of unknown ones, and does not care for annotations' ids.
TideResult tide_errors(const CocoGroundTruth& ground_truth, std::span<const CocoResult> detections);

}  // namespace rn
