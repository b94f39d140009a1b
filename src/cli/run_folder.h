#pragma once

#include <filesystem>
#include <string>

#include "core/run_files.h"

namespace rn {

/// The files of a run, by the names that the command line's contract gives them.
struct RunFolder {
  std::filesystem::path path;

  std::filesystem::path config() const { return path / kConfigName; }
  std::filesystem::path metrics() const { return path / kMetricsName; }
  std::filesystem::path log() const { return path / kLogName; }
  std::filesystem::path checkpoint() const { return path / kCheckpointName; }
  std::filesystem::path last_model() const { return path / kLastModelName; }
  std::filesystem::path best_model() const { return path / kBestModelName; }
  std::filesystem::path report() const { return path / kReportName; }
  std::filesystem::path detections() const { return path / kDetectionsName; }
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

/// The same once more, when nobody else can change it: another process may have begun a run there
/// since the place was chosen.
/// @pre the folder is locked @throws Error if so
void check_unchanged(const RunPlace& place);

/// Keeps other processes from training into the folder while this lives; the system lets go of it
/// when a process is killed.
class RunFolderLock {
 public:
  /// @throws Error if another process holds it
  explicit RunFolderLock(const RunFolder& folder);
  /// Why it keeps nobody out, if it doesn't: some file systems have no locks.
  const std::string& warning() const { return warning_; }
  ~RunFolderLock();
  RunFolderLock(const RunFolderLock&) = delete;
  RunFolderLock& operator=(const RunFolderLock&) = delete;

 private:
  int descriptor_;
  std::string warning_;
};

}  // namespace rn
