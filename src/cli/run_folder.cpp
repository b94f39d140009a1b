#include "cli/run_folder.h"

#include "core/error.h"
#include "train/checkpoint.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

RunFolder numbered_folder(const std::string& name, int number) {
  const fs::path runs = "runs";
  return {runs / (number == 1 ? name : fmt::format("{}-{}", name, number))};
}

bool has_checkpoint(const RunFolder& folder) {
  return fs::exists(folder.checkpoint()) || fs::exists(previous_checkpoint(folder.checkpoint()));
}

bool has_run(const RunFolder& folder) {
  return has_checkpoint(folder) || fs::exists(folder.config()) || fs::exists(folder.metrics()) ||
         fs::exists(folder.best_model()) || fs::exists(folder.last_model());
}

}  // namespace

RunPlace choose_run_folder(const std::string& name, const std::string& out, bool resume) {
  if (!out.empty()) {
    const RunFolder folder{out};
    if (has_run(folder) && !resume) {
      fail(
          "{}: holds a run already; add --resume to go on with it, or choose another folder with "
          "--out",
          out);
    }
    return {folder, resume && has_checkpoint(folder)};
  }
  int count = 0;
  while (fs::exists(numbered_folder(name, count + 1).path)) ++count;
  if (resume && count > 0) {
    const RunFolder newest = numbered_folder(name, count);
    return {newest, has_checkpoint(newest)};
  }
  return {numbered_folder(name, count + 1), false};
}

}  // namespace rn
