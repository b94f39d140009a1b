#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <random>
#include <sstream>

#include "core/error.h"
#include "core/files.h"
#include "core/temporary_folder.h"
#include "torture.h"
#include "train/checkpoint.h"

namespace rn {
namespace {

constexpr size_t kStep = 4096;

TrainingState make_state(int64_t iteration) {
  torch::manual_seed(static_cast<uint64_t>(iteration));
  TrainingState state;
  state.progress.iteration = iteration;
  for (const char* name : {"a.weight", "b.weight", "c.weight"}) {
    state.model[name] = torch::randn({16, 16, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast);
    state.ema[name] = torch::randn({16, 16, 3, 3});
    state.optimizer[std::string(name) + ".mean"] = torch::randn({16, 16, 3, 3});
    state.optimizer[std::string(name) + ".steps"] = torch::tensor(iteration, torch::kInt64);
  }
  state.model["bn.num_batches_tracked"] = torch::tensor(iteration, torch::kInt64);
  state.cpu_random = torch::randint(0, 256, {5056}, torch::kUInt8);
  state.config = R"({"name": "tortured", "train": {"epochs": 12}})";
  return state;
}

/// A folder with two checkpoints: the newest, which each test damages, and the one before.
class DamagedCheckpoint : public ::testing::Test {
 protected:
  DamagedCheckpoint() : path_(folder_ / "last.ckpt"), old_(spdlog::default_logger()) {
    save_checkpoint(path_, make_state(1));
    save_checkpoint(path_, make_state(2));
    newest_ = read_file(path_);
    auto logger = std::make_shared<spdlog::logger>(
        "text", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_));
    spdlog::set_default_logger(logger);
  }
  ~DamagedCheckpoint() override { spdlog::set_default_logger(old_); }

  /// Puts these bytes in the newest one's place and loads.
  void expect_fallback(const std::string& bytes, const std::string& what) {
    write_text(bytes);
    log_.str("");
    int64_t iteration = -1;
    try {
      iteration = load_checkpoint(path_).progress.iteration;
    } catch (const std::exception& e) {
      ADD_FAILURE() << what << ": " << e.what();
    }
    EXPECT_EQ(iteration, 1) << what;
    EXPECT_NE(log_.str().find("going on from the checkpoint before it"), std::string::npos) << what;
  }

  /// Without fsync: thousands of times.
  void write_text(const std::string& bytes) const {
    std::FILE* file = std::fopen(path_.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    ASSERT_EQ(std::fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
    ASSERT_EQ(std::fclose(file), 0);
  }

  TemporaryFolder folder_;
  std::filesystem::path path_;
  std::string newest_;
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> old_;
};

TEST_F(DamagedCheckpoint, TheWholeOneIsLoaded) {
  EXPECT_EQ(load_checkpoint(path_).progress.iteration, 2);
  EXPECT_EQ(log_.str(), "");
}

TEST_F(DamagedCheckpoint, CutAnywhereItIsNeverLoaded) {
  for (size_t size = 0; size < newest_.size(); size += kStep) {
    expect_fallback(newest_.substr(0, size), fmt::format("cut to {} bytes", size));
  }
  expect_fallback(newest_.substr(0, newest_.size() - 1), "without its last byte");
}

/// What a disk may leave of a file that wasn't synced: blocks that were never written.
TEST_F(DamagedCheckpoint, WithABlockOfZerosItIsNeverLoaded) {
  for (size_t begin = 0; begin < newest_.size(); begin += kStep) {
    std::string bytes = newest_;
    const size_t count = std::min(kStep, bytes.size() - begin);
    bytes.replace(begin, count, count, '\0');
    expect_fallback(bytes, fmt::format("zeros from byte {}", begin));
  }
}

TEST_F(DamagedCheckpoint, WithOneBitFlippedItIsNeverLoaded) {
  std::mt19937_64 random(20240607);
  // Half of them in the length and the JSON header, which is a small part of the file.
  uint64_t header = 0;
  std::memcpy(&header, newest_.data(), sizeof header);
  const int count = repetitions(400, 40000);
  for (int i = 0; i < count; ++i) {
    const uint64_t bit = random() % (8 * (i % 2 == 0 ? newest_.size() : header + sizeof header));
    std::string bytes = newest_;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    expect_fallback(bytes, fmt::format("bit {} of byte {} of {}", bit % 8, bit / 8, bytes.size()));
  }
}

TEST_F(DamagedCheckpoint, WithTheOneBeforeDamagedTooNothingIsLoaded) {
  std::mt19937_64 random(7);
  const auto flip = [&](std::string bytes) {
    const uint64_t bit = random() % (8 * bytes.size());
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    return bytes;
  };
  write_file_atomically(previous_checkpoint(path_), flip(read_file(previous_checkpoint(path_))));
  write_text(flip(newest_));
  EXPECT_THROW(load_checkpoint(path_), Error);
}

}  // namespace
}  // namespace rn
