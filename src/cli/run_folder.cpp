#include "cli/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"
#include "train/checkpoint.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

RunFolder numbered_folder(const std::string& name, int number) {
  const fs::path runs = "runs";
  return {runs / (number == 1 ? name : fmt::format("{}-{}", name, number))};
}

bool there(const fs::path& path) {
  std::error_code ignored;  // what can't be looked at is found out when it is written to
  return fs::exists(path, ignored);
}

bool has_checkpoint(const RunFolder& folder) {
  return there(folder.checkpoint()) || there(previous_checkpoint(folder.checkpoint()));
}

bool has_run(const RunFolder& folder) {
  return has_checkpoint(folder) || there(folder.config()) || there(folder.metrics()) ||
         there(folder.best_model()) || there(folder.last_model());
}

/// A run that ended before its first checkpoint has left no model either: nothing is lost when it
/// starts anew. Models without a checkpoint are somebody's work.
bool can_start_anew(const RunFolder& folder) {
  return !there(folder.best_model()) && !there(folder.last_model());
}

RunPlace named_folder(const std::string& out, bool resume) {
  const RunFolder folder{out};
  if (has_run(folder) && !resume) {
    fail("{}: holds a run already; add --resume to go on with it, or choose another with --out",
         out);
  }
  if (resume && !has_checkpoint(folder) && !can_start_anew(folder)) {
    fail("{}: holds models but no last.ckpt to go on from; choose another folder with --out", out);
  }
  return {folder, resume && has_checkpoint(folder)};
}

}  // namespace

RunPlace choose_run_folder(const std::string& name, const std::string& out, bool resume) {
  if (!out.empty()) return named_folder(out, resume);
  int count = 0;
  while (there(numbered_folder(name, count + 1).path)) ++count;
  for (int number = count; resume && number > 0; --number) {
    const RunFolder folder = numbered_folder(name, number);
    if (has_checkpoint(folder)) return {folder, true};
  }
  return {numbered_folder(name, count + 1), false};
}

RunFolderLock::RunFolderLock(const RunFolder& folder) {
  const fs::path path = folder.path / "lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail("{}: can't be opened: {}", path.string(), std::strerror(errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    fail("{}: another run is writing to this folder; wait for it, or choose another with --out",
         folder.path.string());
  }
}

RunFolderLock::~RunFolderLock() { ::close(descriptor_); }

}  // namespace rn
