#include "cli/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <set>

#include "core/error.h"
#include "train/checkpoint.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kRuns = "runs";

RunFolder numbered_folder(const std::string& name, int64_t number) {
  const fs::path runs = kRuns;
  return {runs / (number == 1 ? name : fmt::format("{}-{}", name, number))};
}

/// The N of "NAME-N", 1 of "NAME", 0 of any other name.
int64_t number_of(const std::string& folder, const std::string& name) {
  if (folder == name) return 1;
  if (!folder.starts_with(name + "-")) return 0;
  const char* begin = folder.data() + name.size() + 1;
  const char* end = folder.data() + folder.size();
  int64_t number = 0;
  const auto [rest, error] = std::from_chars(begin, end, number);
  return error == std::errc() && rest == end && number > 1 ? number : 0;
}

/// Numbers may have gaps: folders get deleted.
std::set<int64_t> numbers_of(const std::string& name) {
  std::set<int64_t> numbers;
  std::error_code error;
  for (fs::directory_iterator it(kRuns, error), end; !error && it != end; it.increment(error)) {
    const int64_t number = number_of(it->path().filename().string(), name);
    if (number > 0) numbers.insert(number);
  }
  return numbers;
}

bool there(const fs::path& path) {
  std::error_code ignored;  // what can't be looked at is found out when it is written to
  return fs::exists(path, ignored);
}

bool has_checkpoint(const RunFolder& folder) {
  return there(folder.checkpoint()) || there(previous_checkpoint(folder.checkpoint()));
}

/// A run that ended before its first checkpoint has left no model either: nothing is lost when it
/// starts anew. Models without a checkpoint are somebody's work.
bool can_start_anew(const RunFolder& folder) {
  return !there(folder.best_model()) && !there(folder.last_model());
}

RunPlace named_folder(const std::string& out, bool resume) {
  const RunFolder folder{out};
  if (holds_run(folder) && !resume) {
    fail("{}: holds a run already; add --resume to go on with it, or choose another with --out",
         out);
  }
  if (!holds_run(folder) && there(folder.detections())) {
    fail(
        "{}: holds a detections.json that no training wrote, and that one would replace; choose "
        "another folder with --out",
        out);
  }
  if (resume && !has_checkpoint(folder) && !can_start_anew(folder)) {
    fail(
        "{}: holds models but no last.ckpt to go on from; move them, or choose another folder with "
        "--out",
        out);
  }
  return {folder, resume && has_checkpoint(folder)};
}

/// What the start of an open file says.
std::string text_of(int descriptor) {
  char text[32];
  const ssize_t n = ::pread(descriptor, text, sizeof text, 0);
  return n > 0 ? std::string(text, static_cast<size_t>(n)) : std::string();
}

}  // namespace

bool holds_run(const RunFolder& folder) {
  return has_checkpoint(folder) || there(folder.config()) || there(folder.metrics()) ||
         there(folder.best_model()) || there(folder.last_model());
}

RunPlace choose_run_folder(const std::string& name, const std::string& out, bool resume) {
  if (!out.empty()) return named_folder(out, resume);
  const std::set<int64_t> numbers = numbers_of(name);
  for (auto number = numbers.rbegin(); resume && number != numbers.rend(); ++number) {
    const RunFolder folder = numbered_folder(name, *number);
    if (has_checkpoint(folder)) return {folder, true};
  }
  return {numbered_folder(name, numbers.empty() ? 1 : *numbers.rbegin() + 1), false};
}

void check_unchanged(const RunPlace& place) {
  if (place.resume || !has_checkpoint(place.folder)) return;
  fail("{}: another process has begun a run there; start again, with another --out",
       place.folder.path.string());
}

RunFolderLock::RunFolderLock(const RunFolder& folder) {
  const fs::path path = folder.path / "lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail("{}: can't be opened: {}", path.string(), std::strerror(errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      warning_ = fmt::format("{}: can't be locked ({}), so nothing keeps a second run out of it",
                             folder.path.string(), std::strerror(errno));
      return;
    }
    const std::string owner = text_of(descriptor_);
    ::close(descriptor_);
    fail("{}: another run{} is writing to this folder; wait for it, or choose another with --out",
         folder.path.string(), owner.empty() ? "" : fmt::format(" (process {})", owner));
  }
  // For whoever is refused. That it can't be written (a full disk) doesn't weaken the lock.
  const std::string owner = std::to_string(::getpid());
  if (::ftruncate(descriptor_, 0) == 0) {
    [[maybe_unused]] const ssize_t n = ::pwrite(descriptor_, owner.data(), owner.size(), 0);
  }
}

RunFolderLock::~RunFolderLock() { ::close(descriptor_); }

}  // namespace rn
