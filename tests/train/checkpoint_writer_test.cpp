#include "train/checkpoint_writer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

#include "core/file_size_limit.h"
#include "core/files.h"
#include "core/run_files.h"
#include "core/temporary_folder.h"
#include "model/safetensors.h"
#include "train/checkpoint.h"
#include "train/logged_text.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

class CheckpointWriterTest : public ::testing::Test {
 protected:
  static TrainingState make_state(int64_t iteration) {
    TrainingState state;
    state.progress.iteration = iteration;
    const auto value = static_cast<double>(iteration);
    state.model["w"] =
        torch::full({40, 30, 3, 3}, value).contiguous(at::MemoryFormat::ChannelsLast);
    state.model["count"] = torch::tensor(iteration, torch::kInt64);
    state.optimizer["w.mean"] = torch::full({40, 30, 3, 3}, -value);
    state.cpu_random = torch::arange(10, torch::kUInt8);
    return state;
  }

  std::unique_ptr<CheckpointWriter> writer(const CheckpointConfig& config = {}) const {
    return std::make_unique<CheckpointWriter>(folder_.path(), ModelFile{}, config);
  }

  int64_t saved() const { return load_checkpoint(folder_ / kCheckpointName).progress.iteration; }

  /// The step that a model file's weights are of; -1: no file.
  double model_of(const char* name) const {
    if (!fs::exists(folder_ / name)) return -1;
    return read_safetensors(folder_ / name).tensors.at("w").max().item<double>();
  }

  bool left_anything_half_written() const {
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      if (entry.path().extension() == ".partial") return true;
    }
    return false;
  }

  TemporaryFolder folder_;
};

TEST_F(CheckpointWriterTest, WritesWhatASaveInTheForegroundWrites) {
  const TrainingState state = make_state(3);
  save_checkpoint(folder_ / "plain.ckpt", state);
  const auto w = writer();
  w->save(state, {.last = true});
  EXPECT_EQ(w->wait(), "");
  EXPECT_EQ(read_file(folder_ / kCheckpointName), read_file(folder_ / "plain.ckpt"));
  EXPECT_EQ(model_of(kLastModelName), 3);
  EXPECT_EQ(model_of(kBestModelName), -1);
}

TEST_F(CheckpointWriterTest, ModelsHaveTheAveragedWeights) {
  TrainingState state = make_state(3);
  state.ema["w"] = torch::full({40, 30, 3, 3}, 0.5);
  const auto w = writer();
  w->save(state, {.last = true, .best = true});
  EXPECT_EQ(w->wait(), "");
  EXPECT_EQ(model_of(kLastModelName), 0.5);
  EXPECT_EQ(model_of(kBestModelName), 0.5);
}

TEST_F(CheckpointWriterTest, WhatChangesOnceItIsCopiedIsNotInASave) {
  const auto w = writer();
  TrainingState state = make_state(1);
  for (int64_t i = 2; i < 30; ++i) {
    w->save(state, {.last = true});
    w->wait_until_copied();
    state.model["w"].fill_(i);
    state.optimizer["w.mean"].fill_(-i);
    state.progress.iteration = i;
  }
  EXPECT_EQ(w->wait(), "");
  for (const fs::path& path :
       {folder_ / kCheckpointName, previous_checkpoint(folder_ / kCheckpointName)}) {
    const TrainingState found = load_checkpoint(path);
    const auto value = static_cast<float>(found.progress.iteration);
    EXPECT_TRUE(torch::equal(found.model.at("w"), torch::full({40, 30, 3, 3}, value))) << path;
    EXPECT_TRUE(torch::equal(found.optimizer.at("w.mean"), torch::full({40, 30, 3, 3}, -value)));
  }
  EXPECT_EQ(saved(), 28);
}

TEST_F(CheckpointWriterTest, ASaveThatIsPutOffIsDueAsSoonAsItCanBeDone) {
  const auto w = writer();
  w->save(make_state(2000), {});
  w->save_unless_busy(make_state(2001), {});
  EXPECT_EQ(w->wait(), "");
  if (saved() == 2000) {
    EXPECT_TRUE(w->is_due());
    w->save_unless_busy(make_state(2002), {});
    EXPECT_EQ(w->wait(), "");
  }
  EXPECT_FALSE(w->is_due());
  EXPECT_GT(saved(), 2000);
}

TEST_F(CheckpointWriterTest, ASaveThatCannotBePutOffDoesNotWaitForTheOneBefore) {
  const fs::path pipe = folder_ / kBestModelName;
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto w = writer();
  w->save(make_state(1), {.best = true});  // its writing waits for a reader
  w->save(make_state(2), {});              // would hang here if it waited for that
  w->save_unless_busy(make_state(3), {});
  EXPECT_FALSE(w->is_due());
  EXPECT_EQ(read_file(pipe).substr(8, 1), "{");
  EXPECT_EQ(w->wait(), "");
  EXPECT_EQ(saved(), 2);
  EXPECT_EQ(load_checkpoint(previous_checkpoint(folder_ / kCheckpointName)).progress.iteration, 1);
  EXPECT_TRUE(w->is_due());  // the one that was put off
}

TEST_F(CheckpointWriterTest, ItsEndWritesWhatItWasGiven) {
  writer()->save(make_state(4), {});
  EXPECT_EQ(saved(), 4);
}

TEST_F(CheckpointWriterTest, NumberedCheckpointsAreTheNewestOnes) {
  write_file_atomically(folder_ / "step-best.ckpt", "somebody's");
  const auto w = writer({.keep_last = 2});
  for (const int64_t step : {9, 10, 11, 1000000}) {
    w->save(make_state(step), {});
    EXPECT_EQ(w->wait(), "");
  }
  EXPECT_FALSE(fs::exists(folder_ / "step-000009.ckpt"));
  EXPECT_FALSE(fs::exists(folder_ / "step-000010.ckpt"));
  EXPECT_EQ(load_checkpoint(folder_ / "step-000011.ckpt").progress.iteration, 11);
  EXPECT_EQ(load_checkpoint(folder_ / "step-1000000.ckpt").progress.iteration, 1000000);
  EXPECT_TRUE(fs::exists(folder_ / "step-best.ckpt"));
}

TEST_F(CheckpointWriterTest, AFailureIsWarnedOfOnceAndLeavesTheOldFiles) {
  const LoggedText log;
  const auto w = writer();
  w->save(make_state(1), {.last = true});
  ASSERT_EQ(w->wait(), "");
  {
    const FileSizeLimit limit(1000);
    for (const int64_t step : {2, 3}) {
      w->save(make_state(step), {.last = true});
      EXPECT_NE(w->wait().find("File too large"), std::string::npos);
    }
  }
  EXPECT_TRUE(w->has_failed());
  EXPECT_EQ(saved(), 1);
  EXPECT_EQ(model_of(kLastModelName), 1);
  EXPECT_FALSE(left_anything_half_written());
  EXPECT_EQ(count(log.str(), "warning: "), 1u) << log.str();
  EXPECT_NE(log.str().find("Step 2 is not saved"), std::string::npos) << log.str();
  EXPECT_FALSE(w->is_due());  // not before a minute has passed

  w->save(make_state(4), {.last = true});
  EXPECT_EQ(w->wait(), "");
  EXPECT_FALSE(w->has_failed());
  EXPECT_EQ(saved(), 4);
  EXPECT_NE(log.str().find("info: Saving works again: step 4 is saved"), std::string::npos);
}

TEST_F(CheckpointWriterTest, BestWeightsThatCouldNotBeWrittenComeWithTheNextSave) {
  const LoggedText log;
  const auto w = writer();
  {
    const FileSizeLimit limit(1000);
    w->save(make_state(1), {.last = true, .best = true});
    EXPECT_NE(w->wait(), "");
  }
  w->save(make_state(2), {.last = true});
  EXPECT_EQ(w->wait(), "");
  EXPECT_EQ(model_of(kBestModelName), 1);
  EXPECT_EQ(model_of(kLastModelName), 2);
  w->save(make_state(3), {.last = true});
  EXPECT_EQ(w->wait(), "");
  EXPECT_EQ(model_of(kBestModelName), 1);
}

TEST_F(CheckpointWriterTest, ACheckpointNeverClaimsABestModelThatIsNotThere) {
  const LoggedText log;
  const auto w = writer();
  fs::create_directory(folder_ / kBestModelName);  // nothing can take its place
  w->save(make_state(1), {.last = true, .best = true});
  EXPECT_NE(w->wait(), "");
  EXPECT_FALSE(fs::exists(folder_ / kCheckpointName));
}

TEST_F(CheckpointWriterTest, TheFirstCheckpointDoesNotWaitForTheModel) {
  const LoggedText log;
  const auto w = writer();
  fs::create_directory(folder_ / kLastModelName);
  w->save(make_state(1), {.last = true});
  EXPECT_NE(w->wait(), "");
  EXPECT_EQ(saved(), 1);
  w->save(make_state(2), {.last = true});
  EXPECT_NE(w->wait(), "");
  EXPECT_EQ(saved(), 1);  // but later ones do
}

TEST_F(CheckpointWriterTest, AFolderThatVanishedAndIsBackIsWrittenToAgain) {
  const LoggedText log;
  const auto w = writer();
  const fs::path aside = folder_.path().string() + ".aside";
  fs::rename(folder_.path(), aside);
  w->save(make_state(1), {});
  const std::string problem = w->wait();
  fs::rename(aside, folder_.path());
  EXPECT_NE(problem.find("No such file or directory; make its folder"), std::string::npos)
      << problem;
  w->save(make_state(2), {});
  EXPECT_EQ(w->wait(), "");
  EXPECT_EQ(saved(), 2);
}

TEST_F(CheckpointWriterTest, MinutesMakeASaveDue) {
  EXPECT_FALSE(writer()->is_due());
  EXPECT_FALSE(writer({.every_minutes = 1000})->is_due());
  const auto w = writer({.every_minutes = 1e-6});
  w->save(make_state(1), {});
  w->wait();
  EXPECT_TRUE(w->is_due());
}

TEST_F(CheckpointWriterTest, WhatAKilledProcessLeftHalfWrittenIsRemoved) {
  const std::vector<std::string> half = {"last.ckpt", "last.ckpt.previous", "best.safetensors",
                                         "step-000012.ckpt", "good-1234567.ckpt"};
  const std::vector<std::string> of_others = {"mine", "step-best.ckpt", "-.ckpt", ".ckpt"};
  for (const auto& name : half) write_file_atomically(folder_ / (name + ".partial"), "a half");
  for (const auto& name : of_others) write_file_atomically(folder_ / (name + ".partial"), "mine");
  writer();
  for (const auto& name : half) EXPECT_FALSE(fs::exists(folder_ / (name + ".partial"))) << name;
  for (const auto& name : of_others) {
    EXPECT_TRUE(fs::exists(folder_ / (name + ".partial"))) << name;
  }
}

}  // namespace
}  // namespace rn
