#include "train/checkpoint.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstring>

#include "core/file_size_limit.h"
#include "core/files.h"
#include "core/temporary_folder.h"
#include "core/throws.h"

namespace rn {
namespace {

TrainingState make_state(int64_t iteration) {
  TrainingState state;
  state.progress.iteration = iteration;
  state.progress.epoch = 2;
  state.progress.next_batch = 3;
  state.progress.seed = 42;
  state.progress.best_ap = 0.1 + 0.2;  // a number that only all its digits give back
  state.progress.best_epoch = 1;
  state.model["conv.weight"] = torch::arange(24, torch::kFloat32)
                                   .reshape({2, 3, 2, 2})
                                   .contiguous(torch::MemoryFormat::ChannelsLast);
  state.model["bn.num_batches_tracked"] = torch::tensor(7, torch::kInt64);
  state.ema["conv.weight"] = torch::full({2, 3, 2, 2}, 0.5f);
  state.optimizer["conv.weight.steps"] = torch::tensor(iteration, torch::kInt64);
  state.cpu_random = torch::arange(100, torch::kUInt8);
  state.config = "{\"name\": \"a\\n\"}";
  return state;
}

void expect_same(const StateDict& found, const StateDict& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    EXPECT_TRUE(torch::equal(found.at(name), tensor)) << name;
  }
}

void flip_bit(const std::filesystem::path& path, size_t from_end) {
  std::string bytes = read_file(path);
  bytes[bytes.size() - from_end] ^= 1;
  write_file_atomically(path, bytes);
}

TEST(Checkpoint, GivesBackAllThatWasSaved) {
  const TemporaryFolder folder;
  const TrainingState saved = make_state(17);
  save_checkpoint(folder / "last.ckpt", saved);
  const TrainingState found = load_checkpoint(folder / "last.ckpt");
  EXPECT_EQ(found.progress.iteration, 17);
  EXPECT_EQ(found.progress.epoch, 2);
  EXPECT_EQ(found.progress.next_batch, 3);
  EXPECT_EQ(found.progress.seed, 42);
  EXPECT_EQ(found.progress.best_ap, 0.1 + 0.2);
  EXPECT_EQ(found.config, saved.config);
  EXPECT_TRUE(torch::equal(found.cpu_random, saved.cpu_random));
  expect_same(found.model, saved.model);
  expect_same(found.ema, saved.ema);
  expect_same(found.optimizer, saved.optimizer);
}

TEST(Checkpoint, KeepsTheOneBefore) {
  const TemporaryFolder folder;
  const auto path = folder / "last.ckpt";
  for (int64_t i = 1; i <= 3; ++i) save_checkpoint(path, make_state(i));
  EXPECT_EQ(load_checkpoint(path).progress.iteration, 3);
  EXPECT_EQ(load_checkpoint(previous_checkpoint(path)).progress.iteration, 2);
}

TEST(Checkpoint, FallsBackToTheOneBeforeIfDamagedCutOrMissing) {
  const TemporaryFolder folder;
  const auto path = folder / "last.ckpt";
  save_checkpoint(path, make_state(1));
  save_checkpoint(path, make_state(2));
  flip_bit(path, 5);
  const std::string damaged = read_file(path);
  EXPECT_EQ(load_checkpoint(path).progress.iteration, 1);
  EXPECT_EQ(read_file(path.string() + ".damaged"), damaged);
  write_file_atomically(path, damaged.substr(0, 300));
  EXPECT_EQ(load_checkpoint(path).progress.iteration, 1);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(load_checkpoint(path).progress.iteration, 1);
  save_checkpoint(path, make_state(3));  // doesn't put the damaged one in place of the good one
  EXPECT_EQ(load_checkpoint(previous_checkpoint(path)).progress.iteration, 1);
}

TEST(Checkpoint, SaysWhatIsWrongIfNoneIsLeft) {
  const TemporaryFolder folder;
  const auto path = folder / "last.ckpt";
  save_checkpoint(path, make_state(1));
  flip_bit(path, 5);
  const std::string text = error_text([&] { load_checkpoint(path); });
  EXPECT_NE(text.find(path.string() + ": is damaged: its checksum is crc32:"), std::string::npos)
      << text;
  std::filesystem::copy(path, previous_checkpoint(path));
  const std::string both = error_text([&] { load_checkpoint(path); });
  EXPECT_NE(both.find("; nor can the checkpoint before it be used: "), std::string::npos) << both;
}

TEST(Checkpoint, EveryDamagedByteIsSeen) {
  const TemporaryFolder folder;
  const auto path = folder / "last.ckpt";
  save_checkpoint(path, make_state(1));
  const std::string bytes = read_file(path);
  uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  const auto expect_seen = [&](size_t at, int bit) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ bit);
    write_file_atomically(path, damaged);
    EXPECT_THROW(load_checkpoint(path), Error) << "byte " << at << ", bit " << bit;
  };
  for (size_t i = 8; i < bytes.size(); i += 7) expect_seen(i, 4);
  // The last of the spaces that fill the header up, as a byte 0, too.
  ASSERT_EQ(bytes[header + 7], ' ');
  for (int bit = 1; bit < 256; bit *= 2) expect_seen(header + 7, bit);
}

TEST(Checkpoint, FullDiskLeavesTheOldOneWhole) {
  const TemporaryFolder folder;
  const auto path = folder / "last.ckpt";
  save_checkpoint(path, make_state(1));
  {
    const FileSizeLimit limit(512);
    const std::string text = error_text([&] { save_checkpoint(path, make_state(2)); });
    EXPECT_NE(text.find("last.ckpt"), std::string::npos) << text;
  }
  EXPECT_EQ(load_checkpoint(path).progress.iteration, 1);
  EXPECT_FALSE(std::filesystem::exists(folder / "last.ckpt.partial"));
}

TEST(Checkpoint, RefusesAnotherKindOfFile) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a.ckpt", "no checkpoint at all");
  EXPECT_THROW(load_checkpoint(folder / "a.ckpt"), Error);
  EXPECT_NE(error_text([&] { load_checkpoint(folder / "none.ckpt"); }).find("none.ckpt"),
            std::string::npos);
}

}  // namespace
}  // namespace rn
