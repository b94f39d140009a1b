#include "train/good_checkpoints.h"

#include <gtest/gtest.h>

#include "core/files.h"
#include "core/run_files.h"
#include "core/temporary_folder.h"
#include "core/throws.h"
#include "train/checkpoint.h"
#include "train/logged_text.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

TrainingProgress at(int64_t iteration, std::vector<int64_t> good_steps) {
  TrainingProgress progress;
  progress.iteration = iteration;
  progress.good_steps = std::move(good_steps);
  return progress;
}

TEST(GoodSteps, AreAHundredApartAndTheNewestTwo) {
  TrainingProgress progress;
  std::vector<int64_t> noted;
  for (progress.iteration = 0; progress.iteration <= 300; progress.iteration += 30) {
    if (note_good_step(progress)) noted.push_back(progress.iteration);
  }
  EXPECT_EQ(noted, (std::vector<int64_t>{0, 120, 240}));
  EXPECT_EQ(progress.good_steps, (std::vector<int64_t>{120, 240}));
}

TEST(GoodSteps, AStepThatWasSkippedIsNone) {
  TrainingProgress progress = at(500, {0});
  progress.bad_steps = 1;
  EXPECT_FALSE(note_good_step(progress));
  EXPECT_EQ(progress.good_steps, (std::vector<int64_t>{0}));
}

TEST(GoodSteps, TheNewestThatIsAHundredStepsOldIsGoneBackTo) {
  EXPECT_EQ(step_to_go_back_to(at(340, {120, 240})), 240);
  EXPECT_EQ(step_to_go_back_to(at(339, {120, 240})), 120);
  EXPECT_EQ(step_to_go_back_to(at(60, {0})), 0);
}

class GoodCheckpoints : public ::testing::Test {
 protected:
  static TrainingState state(const TrainingProgress& progress) {
    TrainingState state;
    state.progress = progress;
    state.model["w"] = torch::full({10}, static_cast<double>(progress.iteration));
    state.cpu_random = torch::arange(10, torch::kUInt8);
    return state;
  }
  void save(const TrainingProgress& progress) const {
    save_checkpoint(last(), state(progress));
    keep_good_checkpoints(folder_.path(), progress);
  }
  fs::path last() const { return folder_ / kCheckpointName; }
  bool has(const char* name) const { return fs::exists(folder_ / name); }

  TemporaryFolder folder_;
};

TEST_F(GoodCheckpoints, HaveNamesOfTheirOwnAsLongAsTheyAreListed) {
  save(at(0, {0}));
  save(at(50, {0}));
  EXPECT_TRUE(has("good-000000.ckpt"));
  EXPECT_FALSE(has("good-000050.ckpt"));
  save(at(100, {0, 100}));
  save(at(200, {100, 200}));
  EXPECT_FALSE(has("good-000000.ckpt"));
  EXPECT_TRUE(has("good-000100.ckpt"));
  EXPECT_EQ(read_file(folder_ / "good-000200.ckpt"), read_file(last()));
  EXPECT_EQ(fs::hard_link_count(last()), 2);  // takes no room of its own
}

TEST_F(GoodCheckpoints, StayWhereSavesOfThoseThatAreListedHaveFailed) {
  save(at(100, {100}));
  keep_good_checkpoints(folder_.path(), at(320, {200, 300}));  // of neither there is a file
  EXPECT_TRUE(has("good-000100.ckpt"));
  save(at(400, {300, 400}));
  EXPECT_TRUE(has("good-000100.ckpt"));
  save(at(500, {400, 500}));
  EXPECT_FALSE(has("good-000100.ckpt"));
}

TEST_F(GoodCheckpoints, OfATryThatIsGivenUpAreNoneOfTheNext) {
  save(at(100, {100}));
  save(at(200, {100, 200}));
  const GoodCheckpoint good = load_good_checkpoint(folder_.path(), at(250, {100, 200}));
  ASSERT_EQ(good.state.progress.iteration, 100);
  set_later_checkpoints_aside(folder_.path(), good);
  EXPECT_TRUE(has("good-000100.ckpt"));
  EXPECT_FALSE(has("good-000200.ckpt"));
}

TEST_F(GoodCheckpoints, GoingBackLeavesNothingOfLaterToFallBackTo) {
  save(at(0, {0}));
  save(at(100, {0, 100}));
  save(at(150, {0, 100}));
  save(at(180, {0, 100}));
  fs::copy_file(last(), folder_ / "step-000180.ckpt");
  fs::copy_file(last(), folder_ / "step-000100.ckpt");
  const GoodCheckpoint good = load_good_checkpoint(folder_.path(), at(190, {0, 100}));
  EXPECT_EQ(good.path, folder_ / "good-000000.ckpt");
  EXPECT_EQ(good.state.progress.iteration, 0);
  set_later_checkpoints_aside(folder_.path(), good);
  // As after a kill at this moment: a resumed run finds the good one.
  EXPECT_EQ(load_checkpoint(last()).progress.iteration, 0);
  EXPECT_EQ(load_checkpoint(folder_ / "last.ckpt.diverged").progress.iteration, 180);
  EXPECT_TRUE(has("step-000180.ckpt.diverged"));
  EXPECT_TRUE(has("step-000100.ckpt.diverged"));
  EXPECT_FALSE(has("step-000100.ckpt"));
  save(at(0, {0}));
  EXPECT_EQ(load_checkpoint(last()).progress.iteration, 0);
  EXPECT_EQ(load_checkpoint(previous_checkpoint(last())).progress.iteration, 0);
  EXPECT_FALSE(has("good-000100.ckpt"));
}

TEST_F(GoodCheckpoints, GoingBackIsNotStoppedByADiskThatCannotBeWrittenTo) {
  const LoggedText log;
  save(at(0, {0}));
  save(at(100, {0, 100}));
  const fs::path previous = previous_checkpoint(last());
  fs::remove(previous);
  fs::create_directories(previous / "in the way");  // as good as a disk that is read-only
  const GoodCheckpoint good = load_good_checkpoint(folder_.path(), at(190, {0, 100}));
  set_later_checkpoints_aside(folder_.path(), good);
  EXPECT_EQ(load_checkpoint(last()).progress.iteration, 100);  // as long as it is the only one
  EXPECT_NE(log.str().find("can't be kept as " + previous.string()), std::string::npos);
}

TEST_F(GoodCheckpoints, ADamagedOneIsReplacedByTheNextBest) {
  save(at(0, {0}));
  save(at(100, {0, 100}));
  write_file_atomically(folder_ / "good-000100.ckpt", std::string_view("not a checkpoint"));
  const auto found = [&] {
    return load_good_checkpoint(folder_.path(), at(250, {0, 100})).path.filename().string();
  };
  EXPECT_EQ(found(), "good-000000.ckpt");
  fs::remove(folder_ / "good-000000.ckpt");
  EXPECT_EQ(found(), "last.ckpt.previous");
  fs::remove(folder_ / "last.ckpt.previous");
  EXPECT_EQ(found(), "last.ckpt");
  fs::remove(last());
  EXPECT_NE(error_text(found).find("no checkpoint can be used to go back to"), std::string::npos);
}

}  // namespace
}  // namespace rn
