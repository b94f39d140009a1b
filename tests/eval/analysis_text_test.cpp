#include "eval/analysis_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rn {
namespace {
using ::testing::HasSubstr;
using ::testing::Not;

TideResult tide() {
  TideResult result;
  result.ap50 = 50;
  result.dap = {1.5, 0.25, std::nullopt, 0, 10, 20.125};
  result.false_pos = 3;
  result.counts = {1, 2, 3, 4, 5, 1234567};
  return result;
}

TEST(TideText, ValuesStandBelowTheirNames) {
  EXPECT_EQ(tide_text(tide()),
            "TIDE's errors                    Cls     Loc    Both    Dupe     Bkg    Miss  FalsePos"
            "  FalseNeg\n"
            "AP50 gains, if mended           1.50    0.25       -    0.00   10.00   20.12      3.00"
            "         -\n"
            "how many                           1       2       3       4       5 1234567\n");
}

TEST(TideJson, HasTidecvsNamesAndNullForWhatHasNoValue) {
  const auto json = to_json(tide());
  EXPECT_EQ(json["AP50"], 50.0);
  EXPECT_EQ(json["dAP"]["Miss"], 20.125);
  EXPECT_TRUE(json["dAP"]["Both"].is_null());
  EXPECT_EQ(json["special"]["FalsePos"], 3.0);
  EXPECT_TRUE(json["special"]["FalseNeg"].is_null());
  EXPECT_EQ(json["count"]["Dupe"], 4);
}

ComparedNumber number(double a, double b, double low, double high) {
  ComparedNumber made;
  made.a = a;
  made.b = b;
  made.difference = b - a;
  made.difference_interval = {low, high};
  made.b_better = 0.75;
  made.resamples = 1000;
  made.images = 50;
  return made;
}

Comparison comparison(double low, double high) {
  Comparison made;
  made.images = 50;
  made.ap = made.ap50 = number(0.25, 0.5, low, high);
  for (int i = 0; i < 12; ++i) {
    made.per_class.push_back({i, "class " + std::to_string(i), number(0.5, 0.5 + i * 0.01, 0, 0)});
  }
  made.per_class.push_back({12, "never seen", {}});
  made.per_class.push_back({13, "seldom", number(0, 1, 1, 1)});
  made.per_class.back().ap.resamples = 900;
  return made;
}

TEST(ComparisonText, ListsTheClassesThatDifferMost) {
  const std::string text = comparison_text(comparison(0.125, 0.375), "a.json", "b.json");
  EXPECT_THAT(text, HasSubstr("A: a.json\nB: b.json\n"));
  EXPECT_THAT(
      text,
      HasSubstr("AP         0.2500   0.5000   +0.2500  [+0.1250, +0.3750]     75.0%     0.0%\n"));
  EXPECT_LT(text.find("class 11"), text.find("class 10"));
  EXPECT_THAT(text, HasSubstr("class 2 "));
  EXPECT_THAT(text, Not(HasSubstr("class 1 ")));
  EXPECT_THAT(text, Not(HasSubstr("never seen")));
  EXPECT_THAT(text, HasSubstr("... 2 more classes that differ less\n"));
  EXPECT_THAT(text, Not(HasSubstr("seldom")));
  EXPECT_THAT(text, HasSubstr("... 1 more that are in too few images to be compared\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "From 1000 draws of 50 images. Intervals hold the middle 95% of their differences."));
}

TEST(ComparisonText, TheVerdictIsTheIntervalOfAp) {
  const auto text = [](double low, double high) {
    return comparison_text(comparison(low, high), "a", "b");
  };
  EXPECT_THAT(text(0.01, 0.02), HasSubstr("B is better"));
  EXPECT_THAT(text(-0.02, -0.01), HasSubstr("A is better"));
  EXPECT_THAT(text(-0.01, 0.02), HasSubstr("can't tell"));
  EXPECT_THAT(comparison_text({}, "a", "b"), HasSubstr("AP could not be measured"));
}

TEST(ComparisonText, GivesNoVerdictAndNoIntervalFromTooFewImages) {
  Comparison few = comparison(0.3, 0.3);
  few.ap.images = few.ap50.images = 9;
  const std::string text = comparison_text(few, "a", "b");
  EXPECT_THAT(text, HasSubstr("Too few images with objects (9) to tell which one is better, at "
                              "least 10 are needed."));
  EXPECT_THAT(text, Not(HasSubstr("is better: ")));
  EXPECT_THAT(text, HasSubstr("AP         0.2500   0.5000   +0.2500  -                          -"
                              "        -\n"));
  few.ap.images = 10;
  EXPECT_THAT(comparison_text(few, "a", "b"), HasSubstr("B is better: "));
  few.ap.resamples = 989;  // of 1000: the others had none of its objects
  EXPECT_THAT(comparison_text(few, "a", "b"), Not(HasSubstr("is better: ")));
}

}  // namespace
}  // namespace rn
