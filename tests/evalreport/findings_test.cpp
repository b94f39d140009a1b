#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evalreport/class_lines.h"
#include "evalreport/evaluated.h"
#include "evalreport/page_sections.h"

namespace rn::page {
namespace {

using testing::HasSubstr;

/// Some evaluation, of which a test replaces the part that it looks at.
class Findings : public testing::Test {
 protected:
  Evaluated evaluated_ = evaluated_mixture({"cat", "dog"}, 20);
  EvalReportInput input() const { return evaluated_.input(); }
};

TEST_F(Findings, NameTheErrorThatCostsMostAndTheNext) {
  TideResult& tide = *evaluated_.analysis.tide;
  tide.dap = {1.25, 6.8, 0.5, std::nullopt, 0, 3.04};  // Cls, Loc, Both, Dupe, Bkg, Miss
  EXPECT_EQ(tide_finding(input()),
            "Boxes that fit poorly cost most: mending all of them would add 6.8 AP50; next are "
            "missed objects with 3.0.");
  tide.dap = {0, 0, 0, 0, 0.04, std::nullopt};
  EXPECT_EQ(tide_finding(input()), "");
}

TEST_F(Findings, ListTheErrorsByTheirCost) {
  evaluated_.analysis.tide->dap = {1.25, 6.8, 0.5, std::nullopt, 0, 3.0};
  const std::string html = tide_section(input());
  size_t last = 0;
  for (const char* name : {">Loc<", ">Miss<", ">Cls<", ">Both<", ">Bkg<", ">Dupe<"}) {
    const size_t place = html.find(name);
    ASSERT_NE(place, std::string::npos) << name;
    EXPECT_GT(place, last) << name;
    last = place;
  }
}

TEST_F(Findings, SayWhetherScoresPromiseTooMuch) {
  Calibration& calibration = evaluated_.analysis.calibration;
  calibration = {100, 0.2, 0.2, {{0.8, 0.9, 100, 0.85, 0.65}}};
  EXPECT_EQ(calibration_finding(input()),
            "Scores promise too much: on average they are off by 20.0 points. Of detections with "
            "scores of 0.8 to 0.9, 65% are true.");
  calibration.bins[0] = {0.5, 0.6, 100, 0.55, 0.75};
  EXPECT_THAT(calibration_finding(input()), HasSubstr("promise too little"));
  calibration.ece = 0.01;
  EXPECT_THAT(calibration_finding(input()), HasSubstr("read as probabilities"));
  calibration = {100, 0.2, 0.2, {{0.1, 0.2, 50, 0.15, 0.35}, {0.8, 0.9, 50, 0.85, 0.65}}};
  EXPECT_THAT(calibration_finding(input()), HasSubstr("some too high and some too low"));
}

TEST_F(Findings, RankClassesWithEnoughObjectsOnly) {
  ClassTable table;
  const auto add = [&](const char* name, double ap, int64_t objects) {
    ClassRow& row = table.rows.emplace_back();
    row.result.name = name;
    row.result.ap = ap;
    row.summary.positives = objects;
  };
  add("rare", 0.9, 1);
  add("good", 0.5, 10);
  add("bad", 0.25, 200);
  add("absent", -1, 0);
  evaluated_.analysis.class_table = table;
  EXPECT_EQ(classes_finding(input()),
            "Of the 2 classes with at least 10 objects, best by AP: “<bdi>good</bdi>” (50.0); "
            "worst: “<bdi>bad</bdi>” (25.0). 1 of 4 classes has no objects here.");
}

TEST_F(Findings, CallADifferenceClearOnlyIfItsIntervalLeavesOutZero) {
  Comparison comparison;
  comparison.ap = compared(0.30, 0.32, {0.01, 0.034});
  EvalReportInput with = input();
  with.comparison = &comparison;
  with.compared_name = "runs/8/dt.json";
  EXPECT_EQ(comparison_finding(with),
            "“<bdi>dt.json</bdi>” is better by 2.0 AP (95% interval +1.0 to +3.4).");
  comparison.ap.difference_interval = {-0.01, 0.05};
  EXPECT_EQ(comparison_finding(with),
            "“<bdi>dt.json</bdi>” can’t be told from this one: its AP differs by +2.0 (95% "
            "interval −1.0 to +5.0).");
  comparison.ap = compared(0.32, 0.30, {-0.034, -0.01});
  EXPECT_THAT(comparison_finding(with), HasSubstr("is worse by 2.0 AP"));
  comparison.ap = ComparedNumber();
  EXPECT_EQ(comparison_finding(with), "");
}

TEST_F(Findings, CompareClassesOfEnoughImagesOnly) {
  Comparison comparison;
  const auto number = [](double difference, int64_t resamples) {
    return compared(0.5, 0.5 + difference, {difference - 0.01, difference + 0.01}, resamples);
  };
  comparison.ap = number(0.1, 1000);
  comparison.per_class = {{1, "frequent", number(0.05, 1000)}, {2, "rare", number(0.3, 950)}};
  EvalReportInput with = input();
  with.comparison = &comparison;
  const std::string html = comparison_section(with);
  EXPECT_THAT(html, HasSubstr(">frequent<"));
  EXPECT_THAT(html, testing::Not(HasSubstr(">rare<")));
  EXPECT_THAT(html, HasSubstr("Clearly better in 1, clearly worse in 0 of 1 class."));
  EXPECT_THAT(html, HasSubstr("1 class is in too few images to be compared"));
}

std::vector<std::string> class_names(int64_t number) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < number; ++i) names.push_back("c" + std::to_string(i));
  return names;
}

int64_t thin_lines(const std::vector<ClassLine>& lines) {
  return std::count_if(lines.begin(), lines.end(), [](const ClassLine& line) {
    return line.style.weight == LineWeight::kThin;
  });
}

TEST(ClassLines, FewClassesHaveAColourEach) {
  const Evaluated evaluated = evaluated_mixture(class_names(6), 40);
  const auto lines = class_lines(evaluated.input());
  EXPECT_EQ(lines.size(), 6u);
  EXPECT_EQ(thin_lines(lines), 0);
}

TEST(ClassLines, OfManyTheBestAndTheWorstAreColoured) {
  const Evaluated evaluated = evaluated_mixture(class_names(20), 80);
  const auto lines = class_lines(evaluated.input());
  EXPECT_EQ(lines.size(), 20u);
  EXPECT_EQ(thin_lines(lines), 14);
  const auto ap = [&](const ClassLine& line) {
    return evaluated.result.per_category[line.index].ap;
  };
  for (size_t i = 0; i < 14; ++i) {
    EXPECT_LE(ap(lines[i]), ap(lines[16]));  // the third best
    EXPECT_GE(ap(lines[i]), ap(lines[17]));  // the third worst
  }
}

TEST(ClassLines, ClassesOfFewObjectsAreNotColoured) {
  Evaluated evaluated = evaluated_mixture(class_names(8), 80);
  auto& rows = evaluated.result.per_category;
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].ap = 0.1 * static_cast<double>(8 - i);
    rows[i].npos = i == 0 || i == 7 ? 9 : 10;
  }
  std::vector<int64_t> order;
  for (const ClassLine& line : class_lines(evaluated.input())) order.push_back(line.index);
  EXPECT_THAT(order, testing::ElementsAre(0, 7, 1, 2, 3, 4, 5, 6));  // the first two are thin
}

TEST(ClassLines, OfVeryManySomeAreNotDrawnAndCounted) {
  const Evaluated evaluated = evaluated_mixture(class_names(200), 100);
  const auto lines = class_lines(evaluated.input());
  EXPECT_EQ(lines.size(), 86u);
  EXPECT_EQ(classes_not_drawn(evaluated.input()), 114);
}

}  // namespace
}  // namespace rn::page
