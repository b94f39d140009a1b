#include "train/good_checkpoints.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "core/error.h"
#include "core/run_files.h"
#include "train/checkpoint.h"
#include "train/numbered_files.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kGood = "good";
constexpr size_t kMostGood = 2;

/// All that a run could go back to, the best choice first.
std::vector<fs::path> candidates(const fs::path& folder, const TrainingProgress& progress) {
  const int64_t wanted = step_to_go_back_to(progress);
  std::vector<fs::path> paths = {good_checkpoint(folder, wanted)};
  for (auto step = progress.good_steps.rbegin(); step != progress.good_steps.rend(); ++step) {
    if (*step < wanted) paths.push_back(good_checkpoint(folder, *step));
  }
  for (const int64_t step : progress.good_steps) {
    if (step > wanted) paths.push_back(good_checkpoint(folder, step));
  }
  paths.push_back(previous_checkpoint(folder / kCheckpointName));
  paths.push_back(folder / kCheckpointName);
  return paths;
}

void move_aside(const fs::path& path) {
  std::error_code ec;
  if (!fs::exists(path, ec)) return;
  const std::string aside = path.string() + ".diverged";
  fs::rename(path, aside, ec);
  if (ec) spdlog::warn("{}: can't be renamed to {}: {}", path.string(), aside, ec.message());
}

}  // namespace

fs::path good_checkpoint(const fs::path& folder, int64_t iteration) {
  return numbered_checkpoint(folder, kGood, iteration);
}

bool note_good_step(TrainingProgress& progress) {
  std::vector<int64_t>& steps = progress.good_steps;
  if (progress.bad_steps > 0) return false;
  if (!steps.empty() && progress.iteration < steps.back() + kGoodDistance) return false;
  steps.push_back(progress.iteration);
  if (steps.size() > kMostGood) steps.erase(steps.begin());
  return true;
}

int64_t step_to_go_back_to(const TrainingProgress& progress) {
  const std::vector<int64_t>& steps = progress.good_steps;
  RN_CHECK(!steps.empty(), "step {}", progress.iteration);
  const auto found = std::find_if(steps.rbegin(), steps.rend(), [&](int64_t step) {
    return step + kGoodDistance <= progress.iteration;
  });
  return found == steps.rend() ? steps.front() : *found;
}

void keep_good_checkpoints(const fs::path& folder, const TrainingProgress& progress) {
  const std::vector<int64_t>& steps = progress.good_steps;
  try {
    if (!steps.empty() && steps.back() == progress.iteration) {
      name_twice(folder / kCheckpointName, good_checkpoint(folder, progress.iteration));
    }
  } catch (const Error& e) {
    spdlog::warn("{}", e.what());
    return;
  }
  std::error_code ignored;
  // After saves that failed an unlisted one may be the only one that there is.
  const bool all_exist = std::all_of(steps.begin(), steps.end(), [&](int64_t step) {
    return fs::exists(good_checkpoint(folder, step), ignored);
  });
  if (!all_exist) return;
  for (const int64_t step : numbered_checkpoints(folder, kGood)) {  // in nobody's way if it stays
    if (std::find(steps.begin(), steps.end(), step) == steps.end()) {
      fs::remove(good_checkpoint(folder, step), ignored);
    }
  }
}

GoodCheckpoint load_good_checkpoint(const fs::path& folder, const TrainingProgress& progress) {
  for (const fs::path& path : candidates(folder, progress)) {
    std::error_code ec;
    if (!fs::exists(path, ec)) continue;
    try {
      return {path, load_checkpoint(path)};
    } catch (const Error& e) {
      spdlog::warn("{}", e.what());
    }
  }
  fail("{}: no checkpoint can be used to go back to; start a new run", folder.string());
}

void set_later_checkpoints_aside(const fs::path& folder, const GoodCheckpoint& good) {
  const fs::path last = folder / kCheckpointName;
  if (good.path == last) return;
  const fs::path previous = previous_checkpoint(last);
  try {
    if (good.path != previous) name_twice(good.path, previous);
    move_aside(last);  // only now is there another one to resume from
  } catch (const Error& e) {
    spdlog::warn("{}", e.what());
  }
  for (const int64_t step : numbered_checkpoints(folder, kStepCheckpoint)) {
    if (step > good.state.progress.iteration) {
      move_aside(numbered_checkpoint(folder, kStepCheckpoint, step));
    }
  }
  // A good checkpoint of the try that is given up must not pass for one of the next.
  for (const int64_t step : numbered_checkpoints(folder, kGood)) {
    std::error_code ec;
    if (step > good.state.progress.iteration) fs::remove(good_checkpoint(folder, step), ec);
  }
}

}  // namespace rn
