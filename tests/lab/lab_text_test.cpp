#include <gmock/gmock.h>

#include "lab/lab_json.h"
#include "lab/lab_page.h"
#include "lab/lab_table.h"
#include "lab/sample_lab.h"
#include "report/parsed_xml.h"

namespace rn {
namespace {
using ::testing::HasSubstr;
using ::testing::Not;

TEST(LabTable, HasARowForEachVariantAndSaysWhatWentWrong) {
  EXPECT_EQ(
      lab_table(sample_lab(), 0),
      "loss          AP  AP50  APs  AP rare  easy %  time\n"
      "ce          20.0  40.0    -     10.0      25  0:20\n"
      "ohem      failed     -    -        -       -     -\n"
      "focal_g2    30.0  60.0    -     25.0      25  0:20\n"
      "AP in per cent, of the last evaluation; AP rare: mean over <rare> & odd (under a tenth "
      "of the most frequent class's objects, or the rarest)\n"
      "easy %: what the easiest 99 % of the negatives make of the classification loss at the "
      "end; time: of the training steps\n"
      "ohem: error: the loss ran away\n" +
          lab_finding(sample_lab()) + "\n");
}

TEST(LabTable, OfSeveralSeedsHasMeansAndSaysOfHowMany) {
  EXPECT_EQ(
      lab_table(repeated_lab(), 0),
      "loss          AP    ±  runs  AP50  APs  AP rare  easy %  time\n"
      "ce          21.0  2.6     3  42.0    -     20.0      25  0:20\n"
      "ohem      failed    -     0     -    -        -       -     -\n"
      "focal_g2    31.0  1.4     2  62.0    -     25.0      25  0:20\n"
      "AP in per cent, of the last evaluation; AP rare: mean over <rare> & odd (under a tenth "
      "of the most frequent class's objects, or the rarest)\n"
      "easy %: what the easiest 99 % of the negatives make of the classification loss at the "
      "end; time: of the training steps\n"
      "means over the runs, which have different seeds; ±: standard deviation of a run's AP\n"
      "ohem: error: the loss ran away\n"
      "focal_g2, seed 2: ended by signal 9\n" +
          lab_finding(repeated_lab()) + "\n");
}

TEST(LabMarkdown, IsTheSameTable) {
  EXPECT_THAT(lab_markdown(sample_lab()),
              HasSubstr("| loss | AP | AP50 | APs | AP rare | easy % | time |\n"
                        "|---|---|---|---|---|---|---|\n"
                        "| ce | 20.0 | 40.0 | - | 10.0 | 25 | 0:20 |\n"));
}

TEST(LabMarkdown, HasAsManyRulesAsColumns) {
  EXPECT_THAT(lab_markdown(repeated_lab()),
              HasSubstr("| loss | AP | ± | runs | AP50 | APs | AP rare | easy % | time |\n"
                        "|---|---|---|---|---|---|---|---|---|\n"
                        "| ce | 21.0 | 2.6 | 3 | 42.0 | - | 20.0 | 25 | 0:20 |\n"));
}

TEST(LabJson, HasNullWhereThereIsNoNumber) {
  const Json json = parse_json(json_text(lab_json(sample_lab())));
  EXPECT_EQ(json["variants"][0]["AP"], 0.2);
  EXPECT_TRUE(json["variants"][0]["APs"].is_null());
  EXPECT_EQ(json["variants"][0]["runs"][0]["per_category"][1]["AP"], 0.1);
  EXPECT_TRUE(json["variants"][1]["AP"].is_null());
  EXPECT_EQ(json["variants"][1]["runs"][0]["problem"], "error: the loss ran away");
  EXPECT_EQ(json["rare_classes"][0], "<rare> & odd");
}

TEST(LabPage, IsWellFormedWhateverTheNamesAndNeedsNoNetwork) {
  const std::string page = lab_page(sample_lab());
  EXPECT_NO_THROW(parse_xml(page));
  EXPECT_THAT(page, HasSubstr("&lt;rare&gt; &amp; odd"));
  EXPECT_THAT(page, Not(HasSubstr("http:")));
  EXPECT_THAT(page, Not(HasSubstr("https:")));
}

TEST(LabPage, SaysThatItHasMeans) {
  const std::string page = lab_page(repeated_lab());
  EXPECT_NO_THROW(parse_xml(page));
  EXPECT_THAT(page, HasSubstr("21.0 ±2.6"));
  EXPECT_THAT(page, HasSubstr("focal_g2, seed 2: ended by signal 9"));
  EXPECT_THAT(page, HasSubstr("Means over the runs, which have different seeds"));
  EXPECT_THAT(lab_page(sample_lab()), Not(HasSubstr("different seeds")));
}

TEST(LabJson, HasEachRunAndTheirMeans) {
  const Json json = parse_json(json_text(lab_json(repeated_lab())));
  EXPECT_NEAR(json["variants"][0]["AP"].get<double>(), 0.21, 1e-12);
  EXPECT_EQ(json["variants"][0]["runs"].size(), 3u);
  EXPECT_EQ(json["variants"][0]["runs"][2]["seed"], 2);
  EXPECT_EQ(json["variants"][0]["runs"][2]["AP"], 0.19);
}

TEST(LabPage, OfNothingYetIsWellFormed) { EXPECT_NO_THROW(parse_xml(lab_page(LabReport{}))); }

}  // namespace
}  // namespace rn
