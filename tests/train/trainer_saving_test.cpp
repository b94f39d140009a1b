#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "core/file_size_limit.h"
#include "core/files.h"
#include "train/trainer_fixture.h"

namespace rn {
namespace {

using namespace std::chrono_literals;

class TrainerSaving : public TrainerTest {
 protected:
  /// A run of 10 steps that saves after each, with this hook.
  static TrainResult run(const TemporaryFolder& folder, TrainerHooks hooks, double every = 0.2) {
    TrainConfig config = short_run();
    config.evaluate_every = 0;
    config.checkpoint.every = every;
    DataLoader loader = make_loader(0);
    Trainer trainer(make_options(folder, config), make_model(), make_criterion(), loader,
                    std::move(hooks));
    return trainer.run();
  }

  static int64_t saved(const TemporaryFolder& folder) {
    return load_checkpoint(folder / kCheckpointName).progress.iteration;
  }

  /// Waits for a slow disk. @return whether the step is saved
  static bool wait_until_saved(const TemporaryFolder& folder, int64_t iteration,
                               std::chrono::seconds most) {
    const auto is_saved = [&] {
      return std::filesystem::exists(folder / kCheckpointName) && saved(folder) >= iteration;
    };
    const auto end = std::chrono::steady_clock::now() + most;
    while (!is_saved() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(10ms);
    return is_saved();
  }
};

TEST_F(TrainerSaving, ADiskThatIsFullForAWhileEndsNoRunAndSavingOftenChangesNoWeight) {
  const TemporaryFolder whole, disturbed;
  run(whole, {}, 0);
  std::unique_ptr<FileSizeLimit> limit;
  TrainerHooks hooks;
  hooks.on_step = [&](const StepEvent& event) {
    if (event.iteration == 3) limit = std::make_unique<FileSizeLimit>(1000);
    if (event.iteration == 8) limit.reset();
  };
  EXPECT_EQ(run(disturbed, hooks).progress.iteration, 10);
  EXPECT_EQ(saved(disturbed), 10);
  EXPECT_EQ(read_file(disturbed / kLastModelName), read_file(whole / kLastModelName));
}

TEST_F(TrainerSaving, ALastStateThatCannotBeSavedIsAnError) {
  const TemporaryFolder folder;
  std::unique_ptr<FileSizeLimit> limit;
  TrainerHooks hooks;
  hooks.on_step = [&](const StepEvent& event) {
    if (event.iteration <= 2) wait_until_saved(folder, 0, 60s);  // however slow the disk is
    if (event.iteration == 8) limit = std::make_unique<FileSizeLimit>(1000);
  };
  const std::string text = error_text([&] { run(folder, hooks); });
  limit.reset();
  EXPECT_NE(text.find("File too large"), std::string::npos) << text;
  EXPECT_NE(text.find("Step 10 is not saved"), std::string::npos) << text;
  EXPECT_LT(saved(folder), 10);  // at least the run's start: it can be loaded
}

TEST_F(TrainerSaving, SavesWhenAskedAndGoesOn) {
  const TemporaryFolder folder;
  // Steps take no time, and a save that is asked for while another one is written comes after a
  // later step.
  int64_t done = 0;
  TrainerHooks hooks;
  hooks.on_step = [&](const StepEvent& event) {
    done = event.iteration;
    if (done <= 2) wait_until_saved(folder, 0, 60s);
    if (done >= 4 && wait_until_saved(folder, 3, 2s)) throw Error("that's enough");
  };
  hooks.should_save = [&] { return done + 1 == 3; };
  EXPECT_EQ(error_text([&] { run(folder, hooks, 0); }), "that's enough");
}

TEST_F(TrainerSaving, TheStartOfARunIsSaved) {
  const TemporaryFolder folder;
  TrainerHooks hooks;
  hooks.on_step = [&](const StepEvent&) { throw Error("that's enough"); };
  EXPECT_EQ(error_text([&] { run(folder, hooks, 0); }), "that's enough");
  EXPECT_EQ(saved(folder), 0);
  EXPECT_FALSE(std::filesystem::exists(folder / kLastModelName));  // no model of its own yet
}

}  // namespace
}  // namespace rn
