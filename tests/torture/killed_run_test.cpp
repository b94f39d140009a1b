#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>

#include "cli/tiny_run.h"
#include "model/safetensors.h"
#include "torture.h"
#include "train/checkpoint.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

/// 12 steps, each of them saved: nearly always one save is being written.
constexpr const char* kTrain =
    "train tiny.json --set train.epochs=4 --set train.checkpoint.every=0.34 "
    "--set train.evaluate_every=2 --set train.ema.decay=0.9";

/// At a rate that no network survives until it has been halved some times: the run goes back to its
/// start again and again, sets its later checkpoints aside, and then comes to its end.
constexpr const char* kGoesBack =
    "train tiny.json --set train.epochs=4 --set train.checkpoint.every=0.34 "
    "--set train.evaluate_every=4 --set train.ema.decay=0.9 --set train.checkpoint.keep_last=2 "
    "--set train.optimizer.kind=sgd --set train.optimizer.learning_rate=100 "
    "--set train.optimizer.scale_learning_rate=false --set train.clip_norm=0 "
    "--set train.schedule.warmup_iterations=0 --set train.max_bad_steps=2 "
    "--set train.max_rollbacks=20";

/// The file's lines without what depends on the clock.
std::vector<std::string> metrics_of(const fs::path& run) {
  std::vector<std::string> lines;
  std::ifstream file(run / "metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    auto json = nlohmann::json::parse(line);
    for (const char* key :
         {"time", "images_per_second", "step_seconds", "data_seconds", "seconds"}) {
      json.erase(key);
    }
    lines.push_back(json.dump());
  }
  return lines;
}

bool is_checkpoint(const fs::path& path) {
  const std::string name = path.filename();
  return name.find(".ckpt") != name.npos && path.extension() != ".partial";
}

class KilledRun : public TinyRun {
 protected:
  /// A run that isn't killed, into the folder "whole". @return its seconds
  static double run_whole(const std::string& command) {
    fs::remove_all(folder() / "whole");
    const auto start = std::chrono::steady_clock::now();
    const Ended whole = run_program(folder(), command + " --out whole");
    EXPECT_EQ(whole.exit_code, 0) << whole;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  static Ended resume(const std::string& command, const std::string& out,
                      const std::string& before = "") {
    return run_program(folder(), fmt::format("{} --out {} --resume", command, out), before);
  }

  /// Whatever the moment, each file that is there is whole.
  static void expect_whole_files(const std::string& out) {
    if (!fs::exists(folder() / out)) return;       // killed before it had a folder
    const fs::path copy = folder() / "copy.ckpt";  // alone: nothing to fall back to
    for (const auto& entry : fs::directory_iterator(folder() / out)) {
      const fs::path& path = entry.path();
      if (path.extension() == ".safetensors") {
        EXPECT_NO_THROW(read_safetensors(path)) << path;
      } else if (is_checkpoint(path)) {
        fs::copy_file(path, copy, fs::copy_options::overwrite_existing);
        EXPECT_NO_THROW(load_checkpoint(copy)) << path;
      }
    }
  }

  static void expect_same_end(const std::string& out) {
    for (const char* name : {"last.safetensors", "best.safetensors", "detections.json"}) {
      EXPECT_TRUE(same_bytes(folder() / out / name, folder() / "whole" / name));
    }
    EXPECT_EQ(metrics_of(folder() / out), metrics_of(folder() / "whole"));
    for (const auto& entry : fs::directory_iterator(folder() / out)) {
      EXPECT_NE(entry.path().extension(), ".partial") << entry.path();
      EXPECT_NE(entry.path().extension(), ".damaged") << entry.path();
    }
  }

  /// When the half-written checkpoint was last written to; nothing if there is none.
  static std::optional<fs::file_time_type> half_written(const std::string& out) {
    std::error_code ec;
    const auto time = fs::last_write_time(folder() / out / "last.ckpt.partial", ec);
    return ec ? std::nullopt : std::optional(time);
  }

  /// Kills runs of this command at random instants and resumes them, until there were so many.
  static void kill_and_resume(const std::string& command, int kills);
};

void KilledRun::kill_and_resume(const std::string& command, int kills) {
  const double seconds = run_whole(command);
  std::mt19937_64 random(11);
  int done = 0, runs = 0, saved = 0;
  while (done < kills) {
    const std::string out = fmt::format("killed_{}", runs++);
    int kills_of_run = 0;
    while (true) {
      // Never more than a few in one run: those in its last steps count, too.
      const bool kill = done < kills && kills_of_run < 6;
      const double after = 0.2 + seconds * static_cast<double>(random() % 1000) / 1000.0;
      const auto before = half_written(out);
      const Ended ended =
          resume(command, out, kill ? fmt::format("timeout -s KILL {:.3f}", after) : "");
      EXPECT_FALSE(ended.says("damaged")) << ended;
      if (ended.exit_code == 0) break;
      ASSERT_EQ(ended.exit_code, 137) << ended;
      ++done;
      ++kills_of_run;
      expect_whole_files(out);
      const auto left = half_written(out);
      saved += left.has_value() && left != before ? 1 : 0;  // not one that was there before
    }
    expect_same_end(out);
    fs::remove_all(folder() / out);
    ASSERT_LT(runs, 4 * kills) << "the runs end before they are killed";
  }
  std::cout << fmt::format("{} kills in {} runs, {} of them while a checkpoint was being written\n",
                           done, runs, saved);
}

TEST_F(KilledRun, EndsAsIfNothingHadHappened) { kill_and_resume(kTrain, repetitions(5, 100)); }

TEST_F(KilledRun, ThatGoesBackEndsAsIfNothingHadHappened) {
  kill_and_resume(kGoesBack, repetitions(3, 60));
}

TEST_F(KilledRun, AFullDiskEndsNoRunAndCostsNoCheckpoint) {
  run_whole(kTrain);
  // Killed as soon as it has saved something.
  const Ended killed = run_command(
      folder(), fmt::format("'{}' {} --out full & run=$!; "
                            "while [ ! -e full/last.ckpt ] && kill -0 $run; do sleep 0.05; done; "
                            "kill -9 $run; wait $run",
                            RN_PROGRAM, kTrain));
  ASSERT_EQ(killed.exit_code, 137) << killed;
  const std::string checkpoint = read_file(folder() / "full/last.ckpt");

  const Ended full = resume(kTrain, "full", "ulimit -f 200;");  // blocks of 512 bytes
  EXPECT_EQ(full.exit_code, 2) << full;
  EXPECT_TRUE(full.says("File too large")) << full;
  EXPECT_TRUE(full.says("Step 12 is not saved")) << full;
  EXPECT_TRUE(read_file(folder() / "full/last.ckpt") == checkpoint);
  expect_whole_files("full");
  EXPECT_EQ(metrics_of(folder() / "full"), metrics_of(folder() / "whole"));  // it went to its end

  EXPECT_EQ(resume(kTrain, "full").exit_code, 0);
  expect_same_end("full");
}

/// The same on a file system of its own that is too small for a second checkpoint, and then grows.
TEST_F(KilledRun, ASmallFileSystemThatRunsFullCostsNoCheckpoint) {
  const auto in_namespace = [](const std::string& script) {
    return run_command(folder(), fmt::format("mkdir -p disk && unshare -rm sh -c '{}'", script));
  };
  if (in_namespace("mount -t tmpfs -o size=1m tmpfs disk").exit_code != 0) {
    GTEST_SKIP() << "no file system can be mounted here (unshare -rm, mount -t tmpfs)";
  }
  run_whole(kTrain);
  const auto mebibytes = [](const char* name) {
    return fs::file_size(folder() / "whole" / name) / (1 << 20) + 1;
  };
  const auto model = mebibytes("last.safetensors"), checkpoint = mebibytes("last.ckpt");
  const std::string run =
      fmt::format("{} {} --out disk/run", RN_PROGRAM, kTrain);  // no blanks in the path
  const Ended ended = in_namespace(
      fmt::format("mount -t tmpfs -o size={}m tmpfs disk; {}; echo full: $?; mkdir full_disk; "
                  "cp disk/run/last.ckpt full_disk; mount -o remount,size={}m disk; {} --resume; "
                  "echo with space: $?; cp -r disk/run grown_disk",
                  checkpoint + 2 * model + checkpoint / 2, run, 6 * checkpoint + 4 * model, run));
  EXPECT_TRUE(ended.says("No space left on device")) << ended;
  EXPECT_TRUE(ended.says("Step 12 is not saved")) << ended;
  EXPECT_NE(ended.out.find("full: 2\n"), std::string::npos) << ended;
  EXPECT_NO_THROW(read_safetensors(folder() / "full_disk/last.ckpt"));
  EXPECT_NE(ended.out.find("with space: 0\n"), std::string::npos) << ended;
  expect_same_end("grown_disk");
}

}  // namespace
}  // namespace rn
