#include "report/browser.h"

#include <gtest/gtest.h>

#include "evalreport/evaluated.h"
#include "runreport/sample_run.h"

namespace rn {
namespace {

/// A page with all that a page can have, eval's sections included.
std::string full_page() {
  const std::vector<std::string> names = class_names(12);
  const RunHistory history = sample_history(names, 12);
  const DataFacts facts = sample_facts(names);
  const std::vector<RunPicture> batch(
      5, {"picture.jpg", "JPEG", 640, 480, {{{10, 20, 300, 400}, "cat", "#ff0000"}}, "640 x 480"});
  const std::vector<TruthBeside> validation = {{batch[0], batch[0].boxes, "found"}};
  const Evaluated evaluated = evaluated_mixture(names, 100);
  const EvalReportInput evaluation = evaluated.input();
  RunReportInput input = sample_input(history);
  input.folder = "/a/long/path/without/a/place/to/break/" + std::string(100, 'x');
  input.config = "{\"a key with a long line\": \"" + std::string(300, 'y') + "\"}";
  input.train = input.val = &facts;
  input.batch = batch;
  input.validation = validation;
  input.evaluation = &evaluation;
  return run_page(input);
}

class RunPageInABrowser : public testing::TestWithParam<std::tuple<int, bool>> {
 protected:
  void SetUp() override {
    if (browser_program().empty()) GTEST_SKIP() << "no Chromium here: install chromium to run this";
  }
};

TEST_P(RunPageInABrowser, IsDrawnWithoutComplaintsAndFitsTheWindow) {
  const auto [width, dark] = GetParam();
  const Shown shown = show_in_browser(full_page(), width, dark);
  EXPECT_EQ(shown.problems, "");
  EXPECT_EQ(shown.window, width);
  EXPECT_LE(shown.content, width);
  EXPECT_GT(shown.charts, 15);
  EXPECT_EQ(shown.drawn, shown.charts);
  EXPECT_GT(shown.with_lines, 10);
  EXPECT_EQ(shown.with_values, shown.with_lines);
  EXPECT_EQ(shown.background, dark ? "rgb(21, 24, 28)" : "rgb(255, 255, 255)");
  EXPECT_EQ(shown.ink, dark ? "rgb(228, 231, 234)" : "rgb(28, 33, 38)");
}

INSTANTIATE_TEST_SUITE_P(WidthsAndThemes, RunPageInABrowser,
                         testing::Combine(testing::Values(375, 1440), testing::Bool()));

}  // namespace
}  // namespace rn
