#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace rn {

/// COCO's IoU thresholds .50:.05:.95 as numpy.linspace makes them, to the last bit: two of them
/// differ from the decimal literals.
inline constexpr std::array<double, 10> kIouThresholds = {
    0x1.0000000000000p-1, 0x1.199999999999ap-1, 0x1.3333333333333p-1, 0x1.4cccccccccccdp-1,
    0x1.6666666666666p-1, 0x1.8000000000000p-1, 0x1.999999999999ap-1, 0x1.b333333333333p-1,
    0x1.cccccccccccccp-1, 0x1.e666666666666p-1};

/// Recall is sampled at r * 0.01 (a product of doubles, not r / 100) for r = 0..100.
inline constexpr int64_t kRecallPoints = 101;
inline constexpr double recall_point(int64_t r) { return static_cast<double>(r) * 0.01; }

/// Ranges of an object's area in square pixels, both ends included.
struct AreaRange {
  std::string_view name;
  double low;
  double high;
  /// Without a branch: areas are nothing that a CPU could guess.
  bool excludes(double area) const {
    return (static_cast<unsigned>(area < low) | static_cast<unsigned>(area > high)) != 0;
  }
};
inline constexpr std::array<AreaRange, 4> kAreaRanges = {{{"all", 0, 1e10},
                                                          {"small", 0, 32 * 32},
                                                          {"medium", 32 * 32, 96 * 96},
                                                          {"large", 96 * 96, 1e10}}};

inline constexpr int64_t kIouThresholdCount = kIouThresholds.size();
inline constexpr int64_t kAreaRangeCount = kAreaRanges.size();

// Indices into kIouThresholds.
inline constexpr int64_t kIou50 = 0;
inline constexpr int64_t kIou75 = 5;

/// Index into kAreaRanges.
inline constexpr int64_t kAllAreas = 0;

/// Index into the limits of detections: the one that everything is measured at but AP, which has
/// the limit kLimitOfAp whatever the limits are, and the first two lines of AR.
inline constexpr int64_t kLargestLimit = 2;
inline constexpr int64_t kLimitOfAp = 100;

/// A bit for each of kIouThresholds.
inline constexpr uint16_t kEveryThreshold = (1u << kIouThresholdCount) - 1;

/// numpy.spacing(1), which pycocotools adds to the denominator of precision.
inline constexpr double kPrecisionSpacing = 0x1p-52;

}  // namespace rn
