// The answers of tidecv and of a reference calibration, stored with the evaluation cases.
#include <gtest/gtest.h>

#include "eval/analysis/calibration.h"
#include "eval/analysis/stored_cases.h"
#include "eval/analysis/tide.h"

namespace rn {
namespace {

// Where classes are more than a few, tidecv adds their APs in an order of its own.
constexpr double kRelative = 1e-14;

void expect_near(double value, double expected) { EXPECT_NEAR(value, expected, kRelative * 100); }

TideResult tidecv(const StoredCase& stored) {
  const CocoFile file = stored.ground_truth();
  std::vector<TideObject> objects;
  for (const CocoAnnotation& object : file.annotations) {
    objects.push_back({object.image_id, object.category_id,
                       object.bbox.value_or(std::array<double, 4>{}),
                       object.iscrowd.value_or(false)});
  }
  std::vector<TideDetection> detections;
  for (const CocoResult& found : stored.detections()) {
    detections.push_back({found.image_id, found.category_id, found.bbox, found.score});
  }
  return tide_errors(objects, detections);
}

void expect_values(const TideResult::Values& values, const nlohmann::json& expected) {
  for (size_t e = 0; e < values.size(); ++e) {
    const nlohmann::json& number = expected[std::string(kTideErrorNames[e])];
    ASSERT_EQ(values[e].has_value(), !number.is_null()) << kTideErrorNames[e];
    if (values[e]) expect_near(*values[e], number);
  }
}

TEST(StoredAnalysis, TideEqualsTidecv) {
  const auto cases = stored_cases("tide");
  if (cases.empty()) GTEST_SKIP() << "no evaluation cases";
  for (const StoredCase& stored : cases) {
    SCOPED_TRACE(stored.folder.filename());
    const nlohmann::json& expected = stored.expected["tide"];
    const TideResult result = tidecv(stored);
    expect_near(result.ap50, expected["AP50_tide"]);
    for (size_t e = 0; e < result.counts.size(); ++e) {
      EXPECT_EQ(result.counts[e], expected["count"][std::string(kTideErrorNames[e])].get<int64_t>())
          << kTideErrorNames[e];
    }
    expect_values(result.dap, expected["dAP"]);
    // tidecv raises where a mean is of nothing, and then has none of these.
    if (expected["dAP_progressive"].is_null()) continue;
    expect_values(result.dap_progressive, expected["dAP_progressive"]);
    expect_near(result.false_pos.value(), expected["special"]["FalsePos"]);
    expect_near(result.false_neg.value(), expected["special"]["FalseNeg"]);
  }
}

TEST(StoredAnalysis, CalibrationEqualsTheReference) {
  const auto cases = stored_cases("calibration_iou50_10bins");
  if (cases.empty()) GTEST_SKIP() << "no evaluation cases";
  for (const StoredCase& stored : cases) {
    SCOPED_TRACE(stored.folder.filename());
    const nlohmann::json& expected = stored.expected["calibration_iou50_10bins"];
    const auto detections = stored.detections();
    const Calibration result =
        make_calibration(match_detections(CocoGroundTruth(stored.ground_truth()), detections));
    EXPECT_EQ(result.detections, expected["n"].get<int64_t>());
    expect_near(result.ece, expected["ece"]);
    expect_near(result.mce, expected["mce"]);
    std::vector<CalibrationBin> bins(10);
    for (const auto& bin : expected["bins"]) {
      bins[bin["bin"].get<size_t>()] = {0, 0, bin["count"], bin["conf"], bin["acc"]};
    }
    ASSERT_EQ(result.bins.size(), bins.size());
    for (size_t b = 0; b < bins.size(); ++b) {
      EXPECT_EQ(result.bins[b].count, bins[b].count) << b;
      expect_near(result.bins[b].confidence, bins[b].confidence);
      expect_near(result.bins[b].accuracy, bins[b].accuracy);
    }
  }
}

}  // namespace
}  // namespace rn
