#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/tiny_run.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

using Recovery = TinyRun;

/// At a rate that no network survives. One worker: fewer threads than the machine may have to
/// spare.
constexpr const char* kExploding =
    "train tiny.json --set data.workers=1 --set train.optimizer.kind=sgd "
    "--set train.optimizer.learning_rate=100 --set train.optimizer.scale_learning_rate=false "
    "--set train.clip_norm=0 --set train.schedule.warmup_iterations=0 "
    "--set train.max_bad_steps=2 --set train.evaluate_every=0";

std::vector<nlohmann::json> lines_of(const fs::path& run) {
  std::vector<nlohmann::json> lines;
  std::ifstream file(run / "metrics.jsonl");
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

/// Steps and evaluations.
std::vector<nlohmann::json> metrics_of(const fs::path& run) {
  std::vector<nlohmann::json> lines = lines_of(run);
  std::erase_if(lines, [](const auto& line) {
    return line["kind"] == "loss_profile" || line["kind"] == "rollback";
  });
  return lines;
}

TEST_F(Recovery, ARunThatExplodesSaysWhatItSkippedAndStopsWithARemedy) {
  const Ended run =
      run_program(folder(), std::string(kExploding) +
                                " --out stops --set train.epochs=20 --set train.max_rollbacks=0");
  EXPECT_EQ(run.exit_code, 2) << run;
  EXPECT_TRUE(run.says(" is skipped, 1 in a row: the loss is not finite (classification nan"))
      << run;
  EXPECT_TRUE(run.says("\n  images ")) << run;
  EXPECT_TRUE(run.says("\n  classification of P3 to P7: ")) << run;
  EXPECT_TRUE(run.says("kept in stops/bad_batches/step-0000")) << run;
  EXPECT_TRUE(
      run.says(": 2 steps in a row without a finite loss and gradient; the run has gone back "
               "0 of at most 0 times (train.max_rollbacks). It is saved as it was after step "
               "0:"))
      << run;
  EXPECT_TRUE(run.says("\n- lower train.optimizer.learning_rate (100; ")) << run;
  EXPECT_TRUE(metrics_of(folder() / "stops").empty());  // back at its start

  // The mended run goes on from there.
  const Ended mended = run_program(folder(), std::string(kExploding) +
                                                 " --out stops --resume --set train.epochs=1 --set "
                                                 "train.optimizer.learning_rate=0.01");
  EXPECT_EQ(mended.exit_code, 0) << mended;
  EXPECT_TRUE(mended.says("resumed after step 0, in stops")) << mended;
}

TEST_F(Recovery, ARunThatGoesBackSaysSoAndItsMetricsAreThoseOfTheStepsThatCount) {
  const Ended run = run_program(folder(), std::string(kExploding) +
                                              " --out back --set train.epochs=4 "
                                              "--set train.max_rollbacks=20");
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_TRUE(
      run.says(": 2 steps in a row without a finite loss and gradient: going back to step 0 "
               "(good-000000.ckpt) with half the learning rate (1/2 of the config's)"))
      << run;
  EXPECT_TRUE(run.says(" skipped, for a loss or gradient that was not finite; the run went back "))
      << run;
  const auto lines = metrics_of(folder() / "back");
  ASSERT_EQ(lines.size(), 13) << run;  // 12 steps and an evaluation
  for (size_t i = 0; i < 12; ++i) EXPECT_EQ(lines[i]["iteration"], i + 1);
  const auto all = lines_of(folder() / "back");
  const auto rollback = std::find_if(all.begin(), all.end(),
                                     [](const auto& line) { return line["kind"] == "rollback"; });
  ASSERT_NE(rollback, all.end());
  EXPECT_EQ((*rollback)["iteration"], 0);
  EXPECT_EQ((*rollback)["rate_factor"], 0.5);
  EXPECT_NE(read_file(folder() / "back/report.html").find("the run went back to step 0"),
            std::string::npos);
}

TEST_F(Recovery, BoxesThatWereEditedBetweenTwoPartsOfARunAreWarnedOf) {
  const fs::path file = folder() / "edited.json";
  fs::copy_file(folder() / "set/annotations/train.json", file);
  const std::string train =
      "train tiny.json --out edited --set data.train.annotations=edited.json ";
  ASSERT_EQ(run_program(folder(), train + "--set train.epochs=1").exit_code, 0);
  const Ended same = run_program(folder(), train + "--resume --set train.epochs=2");
  EXPECT_FALSE(same.says("have changed since")) << same;
  auto annotations = nlohmann::json::parse(read_file(file));
  annotations["annotations"][0]["bbox"][2] = 7.5;
  write_text(file, annotations.dump());
  const Ended edited = run_program(folder(), train + "--resume --set train.epochs=3");
  EXPECT_EQ(edited.exit_code, 0) << edited;
  EXPECT_TRUE(edited.says("the objects of the training set have changed since")) << edited;
}

TEST_F(Recovery, AFinishedRunThatIsToGoOnIsLeftAsItIs) {
  const std::string train = "train tiny.json --out finished ";
  ASSERT_EQ(run_program(folder(), train).exit_code, 0);
  const fs::path run = folder() / "finished";
  const auto contents = [&] {
    std::string all;
    for (const char* name : {"config.json", "metrics.jsonl", "report.html", "last.ckpt"}) {
      all += read_file(run / name);
    }
    return all;
  };
  const std::string before = contents();
  const Ended again =
      run_program(folder(), train + "--resume --set train.epochs=1 --set loss.box.kind=l1");
  EXPECT_EQ(again.exit_code, 0) << again;
  EXPECT_TRUE(again.says("This run has ended already, after 6 steps; with a larger train.epochs"))
      << again;
  EXPECT_EQ(contents(), before);
}

}  // namespace
}  // namespace rn
