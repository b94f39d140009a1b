#include <algorithm>

#include "report/page_checks.h"
#include "report/parsed_xml.h"
#include "tiny_run.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

class RunReportFile : public TinyRun {};

constexpr const char* kEasy = "easiest 99\u00a0% of the negatives";

/// Points of the line with this name in the first chart that has it.
int64_t points_of(const std::string& page, const std::string& name) {
  const auto elements = parse_xml(page);
  for (size_t i = 1; i < elements.size(); ++i) {
    if (elements[i].name != "title" || elements[i].text != name) continue;
    const std::string path = elements[i - 1].attribute("d");
    return std::count_if(path.begin(), path.end(), [](char c) { return c == 'M' || c == 'L'; });
  }
  return 0;
}

TEST_F(RunReportFile, TellsTheWholeRunAfterAResume) {
  const Ended run = run_program(folder(), "train tiny.json --out whole");
  ASSERT_EQ(run.exit_code, 0) << run;
  EXPECT_TRUE(run.says("The run as a page, for a browser: whole/report.html")) << run;
  const std::string first = read_file(folder() / "whole/report.html");
  check_page(first);
  EXPECT_NE(first.find("</bdi>: epoch 2 of 2, ended</h1>"), std::string::npos);
  EXPECT_EQ(points_of(first, kEasy), 3);  // at the start and in each epoch
  EXPECT_EQ(points_of(first, "total"), 6);

  const Ended more =
      run_program(folder(), "train tiny.json --out whole --resume --set train.epochs=3");
  ASSERT_EQ(more.exit_code, 0) << more;
  const std::string page = read_file(folder() / "whole/report.html");
  check_page(page);
  EXPECT_NE(page.find("</bdi>: epoch 3 of 3, ended</h1>"), std::string::npos);
  EXPECT_EQ(points_of(page, kEasy), 4);
  EXPECT_EQ(points_of(page, "total"), 9);
  for (const char* section : {"loss", "data", "batch", "validation", "confusion", "config"}) {
    EXPECT_NE(page.find(fmt::format("<section id=\"{}\">", section)), std::string::npos) << section;
  }
}

TEST_F(RunReportFile, ItsValidationPicturesAreTensorBoardsToo) {
  ASSERT_EQ(run_program(folder(),
                        "train tiny.json --out board --set predict.score_threshold=0 "
                        "--set train.epochs=1")
                .exit_code,
            0);
  for (const auto& entry : fs::directory_iterator(folder() / "board")) {
    if (!entry.path().filename().string().starts_with("events.out.tfevents.")) continue;
    EXPECT_NE(read_file(entry.path()).find("validation/0"), std::string::npos);
    return;
  }
  FAIL() << "no event file";
}

TEST_F(RunReportFile, IsNeverWorthTheRun) {
  ASSERT_EQ(run_program(folder(), "train tiny.json --out free").exit_code, 0);
  fs::create_directories(folder() / "blocked/report.html/in the way");
  const Ended blocked = run_program(folder(), "train tiny.json --out blocked");
  EXPECT_EQ(blocked.exit_code, 0) << blocked;
  const std::string warning =
      "warning: the run's page can't be written, the run goes on without it: blocked/report.html";
  const size_t first = blocked.err.find(warning);
  EXPECT_NE(first, std::string::npos) << blocked;
  EXPECT_EQ(blocked.err.find(warning, first + 1), std::string::npos) << blocked;
  EXPECT_FALSE(blocked.says("The run as a page")) << blocked;
  EXPECT_FALSE(fs::exists(folder() / "blocked/report.html.partial"));
  EXPECT_TRUE(
      same_bytes(folder() / "blocked/last.safetensors", folder() / "free/last.safetensors"));
}

/// At a rate that no network survives: a run ends before its first evaluation.
constexpr const char* kEndsWithAnError =
    " --set train.epochs=20 --set train.evaluate_every=0 --set train.max_rollbacks=0 "
    "--set train.max_bad_steps=2 --set train.clip_norm=0 --set train.optimizer.kind=sgd "
    "--set train.optimizer.learning_rate=100 --set train.optimizer.scale_learning_rate=false "
    "--set train.schedule.warmup_iterations=0";

TEST_F(RunReportFile, IsThereBeforeTheFirstEvaluationAndSaysWhatEndedTheRun) {
  const Ended run =
      run_program(folder(), std::string("train tiny.json --out early") + kEndsWithAnError);
  ASSERT_EQ(run.exit_code, 2) << run;
  const std::string page = read_file(folder() / "early/report.html");
  check_page(page);
  EXPECT_NE(page.find("of 20, ended by an error</h1>"), std::string::npos);
  EXPECT_NE(page.find("<strong>What ended it:</strong> step 5: 2 steps in a row without a finite"),
            std::string::npos)
      << page.substr(page.find("<header>"), 3000);
  EXPECT_NE(page.find("<section id=\"batch\">"), std::string::npos);
}

/// The second start ends with an error before it has evaluated; a third one goes on from there.
TEST_F(RunReportFile, OfARunThatGoesOnKeepsItsEvaluationAndSaysWhatEndedIt) {
  const std::string good = "train tiny.json --out goes_on --set train.optimizer.kind=sgd ";
  const Ended first = run_program(folder(), good + "--set train.epochs=1");
  ASSERT_EQ(first.exit_code, 0) << first;
  const Ended second = run_program(folder(), good + "--resume" + kEndsWithAnError);
  ASSERT_EQ(second.exit_code, 2) << second;
  const std::string failed = read_file(folder() / "goes_on/report.html");
  check_page(failed);
  EXPECT_NE(failed.find("of 20, ended by an error</h1>"), std::string::npos) << second;
  EXPECT_NE(failed.find("<section id=\"tide\">"), std::string::npos);
  const Ended third = run_command(
      folder(),
      fmt::format("'{}' {} --resume --set train.epochs=400 --set train.evaluate_every=0 & "
                  "run=$!; tries=0; until ! grep -q 'What ended it' "
                  "goes_on/report.html || [ $tries = 300 ]; do sleep 0.1; "
                  "tries=$((tries + 1)); done; kill -9 $run; wait $run",
                  RN_PROGRAM, good));
  const std::string goes_on = read_file(folder() / "goes_on/report.html");
  check_page(goes_on);
  EXPECT_EQ(goes_on.find("What ended it"), std::string::npos) << third;
  EXPECT_NE(goes_on.find("<section id=\"tide\">"), std::string::npos);
}

}  // namespace
}  // namespace rn
