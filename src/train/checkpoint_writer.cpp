#include "train/checkpoint_writer.h"

#include <spdlog/spdlog.h>

#include <numeric>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/out_of_memory.h"
#include "core/run_files.h"
#include "train/checkpoint.h"
#include "train/good_checkpoints.h"
#include "train/numbered_files.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds kRetryAfter{60};

/// Whether a file of this name is one that a run's writer makes.
bool is_name_of_writer(const std::string& name) {
  return name == kCheckpointName || name == previous_checkpoint(kCheckpointName) ||
         name == kLastModelName || name == kBestModelName || is_numbered_checkpoint(name);
}

/// Gives last.ckpt its numbered name and removes the oldest beyond `keep`. That it can't is no
/// reason for a save to fail.
void keep_numbered(const fs::path& folder, int64_t iteration, int64_t keep) {
  if (keep == 0) return;
  try {
    name_twice(folder / kCheckpointName, numbered_checkpoint(folder, kStepCheckpoint, iteration));
  } catch (const Error& e) {
    spdlog::warn("{}", e.what());
    return;
  }
  int64_t kept = 0;
  for (const int64_t number : numbered_checkpoints(folder, kStepCheckpoint)) {
    // A later one is of a try that this run has fallen back from.
    if (number > iteration || ++kept <= keep) continue;
    std::error_code ignored;  // it is in nobody's way
    fs::remove(numbered_checkpoint(folder, kStepCheckpoint, number), ignored);
  }
}

void remove_half_written(const fs::path& folder) {
  std::error_code ec;
  std::vector<fs::path> found;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    const fs::path& path = it->path();
    if (path.extension() == ".partial" && is_name_of_writer(path.stem().string())) {
      found.push_back(path);
    }
  }
  for (const fs::path& path : found) fs::remove(path, ec);
}

const StateDict& model_weights(const Snapshot& copy) {
  return copy.state().ema.empty() ? copy.state().model : copy.state().ema;
}

size_t bytes_of(const StateDict& tensors) {
  return std::accumulate(tensors.begin(), tensors.end(), size_t{0},
                         [](size_t sum, const auto& entry) { return sum + entry.second.nbytes(); });
}

/// Models without a checkpoint would keep --resume from starting anew, so on a disk that has room
/// for one kind only there shall be neither.
void check_room(const fs::path& folder, const TrainingState& state) {
  const size_t models = 2 * bytes_of(state.model);  // best and last
  const size_t needed =
      models + bytes_of(state.model) + bytes_of(state.ema) + bytes_of(state.optimizer);
  std::error_code ec;
  const fs::space_info space = fs::space(folder, ec);
  if (ec || space.available >= needed) return;
  fail("{}: {} MB are free, the first checkpoint and models need {}; free some space on that disk",
       folder.string(), space.available / 1'000'000, needed / 1'000'000 + 1);
}

}  // namespace

CheckpointWriter::CheckpointWriter(fs::path folder, ModelFile model_file, CheckpointConfig config)
    : folder_(std::move(folder)), model_file_(std::move(model_file)), config_(config) {
  remove_half_written(folder_);
  thread_ = std::thread([this] { work(); });
}

CheckpointWriter::~CheckpointWriter() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

CheckpointWriter::Copy CheckpointWriter::unused_copy() {
  for (const Copy& copy : copies_) {
    if (copy.use_count() == 1) return copy;
  }
  return copies_.emplace_back(std::make_shared<Snapshot>());
}

void CheckpointWriter::reserve(const TrainingState& state) {
  const std::lock_guard lock(mutex_);
  const Copy copy = unused_copy();
  copy->begin(state);
  copy->finish_in_parallel();
}

void CheckpointWriter::save(const TrainingState& state, SavedModels models) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !is_given_; });
    try {
      hand_over(state, models);
    } catch (const std::exception& e) {
      if (!is_out_of_memory(e)) throw;
      changed_.wait(lock, [this] { return !writes_; });
      next_.best.reset();  // those of a save that failed: the state is worth more
      hand_over(state, models);
    }
  }
  changed_.notify_all();
}

void CheckpointWriter::wait_until_copied() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !copies_state_; });
}

void CheckpointWriter::save_unless_busy(const TrainingState& state, SavedModels models) {
  {
    const std::lock_guard lock(mutex_);
    put_off_ = is_given_ || writes_;
    if (put_off_) return;
    try {
      hand_over(state, models);
    } catch (const std::exception& e) {
      if (!is_out_of_memory(e)) throw;
      put_off_ = true;
      return;
    }
  }
  changed_.notify_all();
}

void CheckpointWriter::hand_over(const TrainingState& state, SavedModels models) {
  if (models.best) next_.best.reset();  // those of a save that failed
  const Copy copy = unused_copy();
  try {
    copy->begin(state);
  } catch (const std::exception&) {
    std::erase(copies_, copy);
    throw;
  }
  if (writes_) {
    copy->finish_in_parallel();  // the thread has no time for it
  } else {
    copies_state_ = true;
  }
  next_.checkpoint = copy;
  if (models.last) next_.last = copy;
  if (models.best) next_.best = copy;
  is_given_ = true;
  put_off_ = false;
  last_save_ = Clock::now();
}

bool CheckpointWriter::is_due() const {
  const std::lock_guard lock(mutex_);
  if (is_given_ || writes_) return false;
  if (put_off_) return true;
  const auto age = Clock::now() - last_save_;
  if (!problem_.empty() && age >= kRetryAfter) return true;
  return config_.every_minutes > 0.0 &&
         age >= std::chrono::duration<double, std::ratio<60>>(config_.every_minutes);
}

std::string CheckpointWriter::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !is_given_ && !writes_; });
  return problem_;
}

bool CheckpointWriter::has_failed() const {
  const std::lock_guard lock(mutex_);
  return !problem_.empty();
}

void CheckpointWriter::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_given_ || ends_; });
    if (!is_given_) return;
    Job job = std::exchange(next_, Job{});
    is_given_ = false;
    writes_ = true;
    lock.unlock();
    std::string problem;
    const int64_t iteration = job.checkpoint->state().progress.iteration;
    try {
      finish_copy(*job.checkpoint);
      write(job);
    } catch (const std::exception& e) {
      problem = e.what();
    }
    if (problem.empty()) {
      succeeded(iteration);
    } else {
      failed(iteration, problem);
    }
    lock.lock();
    problem_ = std::move(problem);
    // The other two come anew with the next save, the best weights may not.
    if (!job.best_is_saved && next_.best == nullptr) next_.best = std::move(job.best);
    job = {};  // under the lock, as every change to who holds a copy
    writes_ = false;
    changed_.notify_all();
  }
}

void CheckpointWriter::finish_copy(Snapshot& copy) {
  const auto tell = [this] {
    {
      const std::lock_guard lock(mutex_);
      copies_state_ = false;
    }
    changed_.notify_all();
  };
  try {
    copy.finish();
  } catch (...) {
    tell();
    throw;
  }
  tell();
}

void CheckpointWriter::write(Job& job) {
  const TrainingState& state = job.checkpoint->state();
  const fs::path checkpoint = folder_ / kCheckpointName;
  // The first save of a run: models without a checkpoint would be taken for somebody's work.
  std::error_code ignored;
  const bool has_one =
      fs::exists(checkpoint, ignored) || fs::exists(previous_checkpoint(checkpoint), ignored);
  const bool is_first = job.best == nullptr && !has_one;
  if (is_first) save_checkpoint(checkpoint, state);
  if (!has_one && job.best != nullptr) check_room(folder_, state);
  if (job.best != nullptr) {
    save_model(folder_ / kBestModelName, model_weights(*job.best), model_file_);
    job.best_is_saved = true;
  }
  if (job.last != nullptr) {
    save_model(folder_ / kLastModelName, model_weights(*job.last), model_file_);
  }
  if (!is_first) save_checkpoint(checkpoint, state);
  keep_numbered(folder_, state.progress.iteration, config_.keep_last);
  keep_good_checkpoints(folder_, state.progress);
}

void CheckpointWriter::succeeded(int64_t iteration) {
  if (warned_of_.empty()) return;
  warned_of_.clear();
  spdlog::info("Saving works again: step {} is saved", iteration);
}

void CheckpointWriter::failed(int64_t iteration, const std::string& problem) {
  if (!warned_of_.insert(problem).second) return;
  spdlog::warn(
      "{}\nStep {} is not saved; what was saved before is whole. The run goes on and tries again "
      "in a minute or at the next checkpoint.",
      problem, iteration);
}

}  // namespace rn
