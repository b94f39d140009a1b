#pragma once

#include <filesystem>
#include <string>

namespace rn {

/// The files of a run, by the names that the command line's contract gives them.
struct RunFolder {
  std::filesystem::path path;

  std::filesystem::path config() const { return path / "config.json"; }
  std::filesystem::path metrics() const { return path / "metrics.jsonl"; }
  std::filesystem::path log() const { return path / "log.txt"; }
  std::filesystem::path checkpoint() const { return path / "last.ckpt"; }
  std::filesystem::path last_model() const { return path / "last.safetensors"; }
  std::filesystem::path best_model() const { return path / "best.safetensors"; }
  std::filesystem::path detections() const { return path / "detections.json"; }
};

/// Where a run is written, and whether it goes on from there.
struct RunPlace {
  RunFolder folder;
  bool resume = false;
};

/// Whether a training run has left anything in the folder.
bool holds_run(const RunFolder& folder);

/// Decides without touching anything on the disk. Without `out`: runs/NAME, runs/NAME-2, ... the
/// number after the highest or, with `resume`, the newest that holds a checkpoint. A folder that
/// holds a run is never written into without `resume`; `resume` where nothing was saved yet starts
/// from the beginning.
/// @param out the folder asked for; empty: none
/// @throws Error naming the folder and the remedy
RunPlace choose_run_folder(const std::string& name, const std::string& out, bool resume);

/// Keeps other processes from training into the folder while this lives; the system lets go of it
/// when a process is killed.
class RunFolderLock {
 public:
  /// @throws Error if another process holds it
  explicit RunFolderLock(const RunFolder& folder);
  ~RunFolderLock();
  RunFolderLock(const RunFolderLock&) = delete;
  RunFolderLock& operator=(const RunFolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace rn
