#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/page_checks.h"
#include "runreport/sample_run.h"
#include "runreport/sections.h"

namespace rn::page::run {
namespace {

using testing::HasSubstr;
using testing::Not;

RunHistory profiles_only(std::vector<LossProfileEvent> profiles) {
  RunHistory history;
  history.profiles = std::move(profiles);
  return history;
}

TEST(LossSection, TellsWhoseLossItIsInTheRunsOwnNumbers) {
  LossProfileEvent start = sample_profile(0, 1);
  start.easy_negatives_share = 0.004;
  const RunHistory history = profiles_only({start, sample_profile(7, 70)});
  const std::string finding = loss_finding(sample_input(history));
  EXPECT_THAT(finding, HasSubstr("The easiest 99\u00a0% of the negatives make 20\u00a0% of the "
                                 "classification loss in epoch 7, after 0.4\u00a0% before the "
                                 "first step"));
  // 10 samples, 2 of them positive; their loss is 3 of 4.
  EXPECT_THAT(finding, HasSubstr("the positives, one in 5 samples, make 75\u00a0%"));
}

TEST(LossSection, ComparesWithCrossEntropyWhereThatDiffers) {
  // A positive with p_t 0.5 and 1000 negatives with a logit of 4, in the middle of their bins:
  // cross entropy log(1 + e^-0.125) = 0.6326 and log(1 + e^-4.125) = 0.01604; 990 negatives of the
  // latter make 15.88 of 16.67 in all.
  LossProfileEvent profile = sample_profile(7, 70);
  profile.positives.p_t.assign(kProbabilityBins, 0);
  profile.negatives.p_t.assign(kProbabilityBins, 0);
  profile.positives.p_t[probability_bin(0)] = 1;
  profile.negatives.p_t[probability_bin(4)] = 1000;
  const RunHistory focal = profiles_only({profile});
  EXPECT_THAT(loss_finding(sample_input(focal)),
              HasSubstr("With plain cross entropy the same predictions would draw about 95\u00a0% "
                        "of the loss from those easy negatives."));
  profile.easy_negatives_share = 0.95;
  const RunHistory cross_entropy = profiles_only({profile});
  EXPECT_THAT(loss_finding(sample_input(cross_entropy)), Not(HasSubstr("cross entropy")));
}

TEST(LossSection, DrawsTheStartAFewBetweenAndTheLast) {
  std::vector<LossProfileEvent> profiles;
  for (int64_t epoch = 0; epoch <= 9; ++epoch)
    profiles.push_back(sample_profile(epoch, 10 * epoch));
  const RunHistory history = profiles_only(profiles);
  const auto elements = parse_xml("<all>" + loss_section(sample_input(history)) + "</all>");
  std::vector<std::string> names;
  for (const XmlElement& path : find_all(elements, "path")) names.push_back(path.attribute("d"));
  std::vector<std::string> titles;
  for (const XmlElement& title : find_all(elements, "title")) titles.push_back(title.text);
  titles.resize(4);  // of the first chart
  EXPECT_THAT(titles, testing::ElementsAre("start", "epoch 1", "epoch 5", "epoch 9"));
}

TEST(LossSection, CumulativeSharesArePlacedByTheirSamples) {
  const RunHistory history = profiles_only({sample_profile(1, 10)});
  const auto elements = parse_xml("<all>" + loss_section(sample_input(history)) + "</all>");
  // The positives' line is the diagonal of a plane from 0 to 100 on both axes.
  const XmlElement chart = find_all(elements, "svg", "chart").at(0);
  double left = 0, right = 0, top = 0, bottom = 0;
  ASSERT_EQ(std::sscanf(chart.attribute("data-plane").c_str(), "%lf %lf %lf %lf", &left, &right,
                        &top, &bottom),
            4);
  EXPECT_EQ(chart.attribute("data-plane").substr(chart.attribute("data-plane").find(" 0 100")),
            " 0 100 0 100");
  const std::string path = find_all(elements, "path").at(0).attribute("d");
  EXPECT_TRUE(path.starts_with(fmt::format("M{:g} {:g}L", left, bottom))) << path;
  EXPECT_TRUE(path.ends_with(fmt::format("L{:g} {:g}", right, top))) << path;
}

TEST(LossSection, SaysWhenThereIsNothingToShowYet) {
  const RunHistory history;
  EXPECT_EQ(loss_finding(sample_input(history)), "");
  EXPECT_THAT(loss_section(sample_input(history)), HasSubstr("with the first step"));
}

}  // namespace
}  // namespace rn::page::run
