// The answers of tidecv and of a reference calibration, stored with the evaluation cases.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "eval/analysis/calibration.h"
#include "eval/analysis/stored_cases.h"
#include "eval/analysis/tide.h"

namespace rn {
namespace {

// tidecv adds the classes' APs, and the reference the scores of a bin, in orders of their own. The
// largest differences seen are 4e-14 (of per cent) and 1e-15.
void expect_near(double value, double expected) { EXPECT_NEAR(value, expected, 1e-12); }

/// As tidecv reads them: ids and unknown categories are nothing to it.
TideResult errors_of_files(const StoredCase& stored) {
  const CocoFile file = stored.ground_truth();
  const auto place = [&](int64_t id) {
    const auto found = std::find_if(file.images.begin(), file.images.end(),
                                    [&](const CocoImage& image) { return image.id == id; });
    return static_cast<int64_t>(found - file.images.begin());
  };
  std::vector<TideObject> objects;
  for (const CocoAnnotation& object : file.annotations) {
    objects.push_back({place(object.image_id), object.category_id,
                       object.bbox.value_or(std::array<double, 4>{}),
                       object.iscrowd.value_or(false)});
  }
  std::vector<TideDetection> detections;
  for (const CocoResult& found : stored.detections()) {
    detections.push_back({place(found.image_id), found.category_id, found.bbox, found.score});
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

void expect_tide(const TideResult& result, const nlohmann::json& expected) {
  expect_near(result.ap50, expected["AP50_tide"]);
  for (size_t e = 0; e < result.counts.size(); ++e) {
    EXPECT_EQ(result.counts[e], expected["count"][std::string(kTideErrorNames[e])].get<int64_t>())
        << kTideErrorNames[e];
  }
  expect_values(result.dap, expected["dAP"]);
  // tidecv raises where a mean is of nothing, and then has none of these.
  if (expected["dAP_progressive"].is_null()) return;
  expect_values(result.dap_progressive, expected["dAP_progressive"]);
  expect_near(result.false_pos.value(), expected["special"]["FalsePos"]);
  expect_near(result.false_neg.value(), expected["special"]["FalseNeg"]);
}

TEST(StoredAnalysis, TideEqualsTidecv) {
  const auto cases = stored_cases("tide");
  if (cases.empty()) GTEST_SKIP() << "no evaluation cases";
  for (const StoredCase& stored : cases) {
    SCOPED_TRACE(stored.folder.filename());
    expect_tide(errors_of_files(stored), stored.expected["tide"]);
  }
}

TEST(StoredAnalysis, TideOfWhatCocoCountsEqualsTidecv) {
  const auto cases = stored_cases("tide");
  if (cases.empty()) GTEST_SKIP() << "no evaluation cases";
  const std::set<std::string> of_unknown_records = {"dt_category_unknown", "empty_categories",
                                                    "gt_category_unknown", "gt_image_unknown"};
  for (const StoredCase& stored : cases) {
    SCOPED_TRACE(stored.folder.filename());
    if (of_unknown_records.contains(stored.folder.filename())) continue;
    const CocoGroundTruth ground_truth(stored.ground_truth());
    expect_tide(tide_errors(ground_truth, stored.detections()), stored.expected["tide"]);
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
