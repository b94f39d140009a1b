#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evalreport/class_lines.h"
#include "evalreport/evaluated.h"
#include "evalreport/page_sections.h"
#include "report/parsed_xml.h"

namespace rn::page {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Some evaluation, of which a test replaces the part that it looks at.
class Findings : public testing::Test {
 protected:
  Evaluated evaluated_ = evaluated_mixture({"cat", "dog"}, 20);
  EvalReportInput input() const { return evaluated_.input(); }
};

TEST_F(Findings, NameTheErrorThatCostsMostAndTheNext) {
  TideResult& tide = *evaluated_.analysis.tide;
  tide.dap = {1.25, 6.8, 0.5, std::nullopt, 0, 3.04};  // Cls, Loc, Both, Dupe, Bkg, Miss
  tide.counts = {20, 57, 3, 0, 9, 1};
  EXPECT_EQ(tide_finding(input()),
            "Boxes that fit poorly cost most: mending all of them (57 cases) would add 6.8 AP50; "
            "next are missed objects with 3.0 (1 case).");
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
            "Scores promise too much: on average they are off by 20.0 points. Of 100 detections "
            "with scores of 0.8 to 0.9, 65% are true.");
  calibration.bins[0] = {0.5, 0.6, 100, 0.55, 0.75};
  EXPECT_THAT(calibration_finding(input()), HasSubstr("promise too little"));
  // The bin that is named is one that does.
  calibration = {100, 0.2, 0.2, {{0.2, 0.3, 60, 0.25, 0.85}, {0.9, 1, 40, 0.95, 0.8}}};
  EXPECT_THAT(
      calibration_finding(input()),
      ::testing::AllOf(HasSubstr("promise too little"), HasSubstr("scores of 0.2 to 0.3, 85%")));
  calibration.ece = 0.01;
  EXPECT_THAT(calibration_finding(input()), HasSubstr("read as probabilities"));
  calibration = {100, 0.2, 0.2, {{0.1, 0.2, 50, 0.15, 0.35}, {0.8, 0.9, 50, 0.85, 0.65}}};
  EXPECT_THAT(calibration_finding(input()), HasSubstr("some too high and some too low"));
  // 8 points are within twice the standard error of 100 detections, 10 points.
  calibration = {100, 0.08, 0.08, {{0.8, 0.9, 100, 0.85, 0.77}}};
  EXPECT_THAT(calibration_finding(input()), Not(HasSubstr("promise too much")));
  calibration = {29, 0.2, 0.2, {{0.8, 0.9, 29, 0.85, 0.65}}};
  EXPECT_EQ(calibration_finding(input()),
            "There are too few detections (29) to say whether scores can be trusted.");
}

ClassRow class_row(const char* name, double ap, int64_t objects) {
  ClassRow row;
  row.result.name = name;
  row.result.ap = ap;
  row.summary.positives = objects;
  return row;
}

TEST_F(Findings, RankClassesWithEnoughObjectsOnly) {
  auto& rows = evaluated_.analysis.class_table.rows;
  rows = {class_row("rare", 0.9, 29), class_row("good", 0.5, 30), class_row("bad", 0.2, 200),
          class_row("absent", -1, 0)};
  EXPECT_EQ(classes_finding(input()),
            "Of the 2 classes with at least 30 objects, best by AP: “<bdi>good</bdi>” (50.0 of 30 "
            "objects); worst: “<bdi>bad</bdi>” (20.0 of 200 objects). 1 of 4 classes has no "
            "objects here.");
  const std::string html = classes_section(input());
  EXPECT_THAT(html, HasSubstr("Nothing of fewer than 30 objects is called best or worst"));
  EXPECT_THAT(html, HasSubstr("Hollow bars: 1 class with fewer objects than that, which is not "));
  EXPECT_THAT(html, HasSubstr("<tr class=\"few\"><th scope=\"row\"><bdi>rare</bdi></th>"));
  EXPECT_THAT(html, HasSubstr("<tr><th scope=\"row\"><bdi>good</bdi></th>"));
}

TEST_F(Findings, RankNoClassesThatChanceMayHaveSetApart) {
  auto& rows = evaluated_.analysis.class_table.rows;
  rows = {class_row("one", 0.6, 30), class_row("other", 0.31, 200)};  // 3 se: 29.4 points
  EXPECT_EQ(classes_finding(input()),
            "Of all classes none stands out by more than chance may: from “<bdi>other</bdi>” (31.0 "
            "of 200 objects) to “<bdi>one</bdi>” (60.0 of 30 objects).");
  rows = {class_row("one", 0.61, 30), class_row("other", 0.31, 200)};
  EXPECT_THAT(classes_finding(input()), HasSubstr("best by AP"));
  rows = {class_row("one", 0.9, 200), class_row("other", 0.1, 29)};
  EXPECT_EQ(classes_finding(input()),
            "There are too few objects to rank the classes: only one of 2 has as many as 30.");
}

BreakdownRow breakdown_row(std::string name, double ap, int64_t objects, double effective) {
  BreakdownRow row;
  row.name = std::move(name);
  row.high = 8;
  row.objects = objects;
  row.effective_objects = effective;
  row.images = 5;
  row.ap = ap;
  return row;
}

/// The bars of the section's charts: "h" one that is hatched, "b" another.
std::string bars_of(const std::string& html) {
  std::string bars;
  for (const XmlElement& rect : find_all(parse_xml(html), "rect")) {
    bars += rect.attribute("class") == "hatched" ? "h" : "b";
  }
  return bars;
}

TEST_F(Findings, NameTheHardestGroupOfThoseWithEnoughObjects) {
  Breakdown& breakdown = evaluated_.analysis.breakdown;
  breakdown.by_size = {breakdown_row("0-16", 0.1, 900, 29), breakdown_row("16-32", 0.2, 40, 40),
                       breakdown_row("32-64", 0.6, 100, 100)};
  BreakdownRow empty;
  empty.name = "0";
  empty.images = 8;
  breakdown.by_object_count = {empty, breakdown_row("1", 0.5, 30, 30),
                               breakdown_row("2-3", 0.3, 30, 30)};
  breakdown.false_positives_without_objects = 6;
  const std::string html = breakdown_section(input());
  EXPECT_THAT(html, HasSubstr("Objects of 32-64 px are found best (AP 60.0 of 100 objects), those "
                              "of 16-32 px worst (AP 20.0 of 40 objects)."));
  EXPECT_THAT(html, HasSubstr("No number of objects in an image stands out by more than chance "
                              "may (AP 30.0 to 50.0)."));
  EXPECT_THAT(html,
              HasSubstr("In 8 images without objects there are 6 false positives with a score "
                        "of 0.25 or more."));
  EXPECT_THAT(html, HasSubstr(">8 images, 0.75 FP each<"));
  EXPECT_THAT(html, HasSubstr("Hatched: too few objects for that."));
  EXPECT_EQ(bars_of(html), "hbbbb");  // none of the images without objects
  breakdown.by_size.resize(1);
  EXPECT_THAT(breakdown_section(input()), HasSubstr("There are too few objects to compare sizes."));
}

TEST_F(Findings, HatchCalibrationOfFewDetections) {
  evaluated_.analysis.calibration = {
      129, 0.2, 0.2, {{0.8, 0.9, 100, 0.85, 0.65}, {0.9, 1, 29, 0.95, 0.1}}};
  EXPECT_EQ(bars_of(calibration_section(input())).substr(0, 2), "bh");
  EXPECT_THAT(calibration_finding(input()), HasSubstr("Of 100 detections with scores of 0.8"));
}

TEST_F(Findings, CallSmallObjectsHardOnlyIfThereAreEnough) {
  const auto lead_of = [](int64_t objects) {
    CocoFile file = coco_file({"cat"}, objects);
    for (int64_t i = 1; i <= objects; ++i) {
      add_object(file, i, 1, {0, 0, 10, 10});
      add_object(file, i, 1, {0, 0, 99, 99});
    }
    std::vector<CocoResult> found;
    for (int64_t i = 1; i <= objects; ++i) found.push_back({i, 1, {0, 0, 99, 99}, 0.9});
    return numbers_section(Evaluated(std::move(file), std::move(found)).input());
  };
  EXPECT_THAT(lead_of(30), HasSubstr("Small objects are the hard ones: AP 0.0 of 30 against 100.0 "
                                     "of 30 large ones."));
  EXPECT_THAT(lead_of(29), Not(HasSubstr("hard ones")));
  EXPECT_THAT(lead_of(29), HasSubstr("AP of objects below 32 × 32 pixels: 29 objects here."));
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

TEST_F(Findings, CallNothingBetterFromTooFewImages) {
  Comparison comparison;
  comparison.ap = comparison.ap50 = compared(0.30, 0.60, {0.3, 0.3});
  comparison.ap.images = comparison.ap50.images = 2;
  EvalReportInput with = input();
  with.comparison = &comparison;
  with.compared_name = "dt.json";
  const std::string finding = comparison_finding(with);
  EXPECT_EQ(finding,
            "“<bdi>dt.json</bdi>” has an AP of 60.0, this one 30.0. Too few images with objects "
            "(2) to tell which one is better, at least 10 are needed.");
  const std::string html = comparison_section(with);
  EXPECT_THAT(html, HasSubstr(finding));
  EXPECT_THAT(html, Not(HasSubstr("<circle")));  // no interval is drawn
  comparison.ap.images = comparison.ap50.images = 10;
  EXPECT_THAT(comparison_finding(with), HasSubstr("is better by 30.0 AP"));
  EXPECT_THAT(comparison_section(with), HasSubstr("<circle"));
  comparison.ap.resamples = 900;  // of 1000: the others had none of its objects
  EXPECT_THAT(comparison_finding(with), Not(HasSubstr("is better by")));
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
  EXPECT_THAT(html, Not(HasSubstr(">rare<")));
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
  const Evaluated evaluated = evaluated_mixture(class_names(20), 160);  // 32 objects of each
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
    rows[i].npos = i == 0 || i == 7 ? 29 : 30;
  }
  const auto order = [&] {
    std::vector<int64_t> indices;
    for (const ClassLine& line : class_lines(evaluated.input())) indices.push_back(line.index);
    return indices;
  };
  EXPECT_THAT(order(), testing::ElementsAre(0, 7, 1, 2, 3, 4, 5, 6));  // the first two are thin
  // Where fewer than six have enough, those with the most are coloured.
  for (auto& row : rows) row.npos = 5;
  rows[3].npos = rows[4].npos = 1;
  EXPECT_THAT(order(), testing::ElementsAre(3, 4, 0, 1, 2, 5, 6, 7));
}

TEST(ClassLines, OfVeryManySomeAreNotDrawnAndCounted) {
  const Evaluated evaluated = evaluated_mixture(class_names(200), 100);
  const auto lines = class_lines(evaluated.input());
  EXPECT_EQ(lines.size(), 86u);
  EXPECT_EQ(classes_not_drawn(evaluated.input()), 114);
}

}  // namespace
}  // namespace rn::page
