#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "model/model_file.h"
#include "train/config.h"
#include "train/snapshot.h"

namespace rn {

/// The model files that are saved along with a checkpoint; their weights are its averaged ones, or
/// the plain ones without EMA.
struct SavedModels {
  bool last = false;
  bool best = false;
};

/// Saves a run's state while the run goes on: a thread of this class copies the state (Snapshot)
/// and writes it. The files of one save are written in the
/// order best.safetensors, last.safetensors, last.ckpt: a checkpoint on the disk never claims a
/// model that isn't there; only the first checkpoint of a run comes before its last.safetensors.
/// Each is replaced as a whole (see save_checkpoint).
///
/// There is one copy, which is free again when it is written, and another one from the first time
/// on that save() has to come while one is being written or that the best weights couldn't be
/// written. That one the calling thread makes, which the first time takes a few times as long, as
/// its memory is new; if there is no memory for it, save() waits for the first.
///
/// A save that fails is logged as a warning, once for each kind of failure, and costs nothing of
/// what was on the disk before; is_due asks for another one soon.
class CheckpointWriter {
 public:
  /// @param folder of the run. What a killed process has left half written in it is removed
  CheckpointWriter(std::filesystem::path folder, ModelFile model_file, CheckpointConfig config);
  /// Writes what was given to it.
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  /// Makes room for a copy of such a state, so that no save has to.
  void reserve(const TrainingState& state);

  /// Begins to copy `state`, whose tensors must stay what they are until wait_until_copied, and
  /// returns, also while an earlier one is written; if yet another one waits to be written, it
  /// waits, too.
  void save(const TrainingState& state, SavedModels models);

  /// The same, but if an earlier one is not yet written nothing is saved now: is_due says when it
  /// can.
  void save_unless_busy(const TrainingState& state, SavedModels models);

  /// Waits until the tensors of the last save may change.
  void wait_until_copied();

  /// Whether to save now: the last save is train.checkpoint.every_minutes old, failed a minute ago,
  /// or was put off by save_unless_busy.
  bool is_due() const;

  /// Waits until all that was given is on the disk or has failed.
  /// @return empty, or what the newest save failed with
  std::string wait();

  /// Whether the newest save that has ended failed.
  bool has_failed() const;

 private:
  using Clock = std::chrono::steady_clock;
  using Copy = std::shared_ptr<Snapshot>;

  /// What is to be written; all but `checkpoint` may be null.
  struct Job {
    Copy best, last, checkpoint;
    bool best_is_saved = false;
  };

  Copy unused_copy();
  void hand_over(const TrainingState& state, SavedModels models);
  void work();
  /// Copies what hand_over has left to the thread, if anything.
  void finish_copy(Snapshot& copy);
  void write(Job& job);
  void succeeded(int64_t iteration);
  void failed(int64_t iteration, const std::string& problem);

  const std::filesystem::path folder_;
  const ModelFile model_file_;
  const CheckpointConfig config_;

  mutable std::mutex mutex_;  ///< of all below
  std::condition_variable changed_;
  std::vector<Copy> copies_;  ///< one that nobody else holds is free
  Job next_;
  bool is_given_ = false;      ///< next_ is complete
  bool copies_state_ = false;  ///< the thread, into next_ or what it writes
  bool writes_ = false;        ///< one that was next_ before
  bool put_off_ = false;
  bool ends_ = false;
  std::string problem_;  ///< of the newest save; empty: it succeeded
  Clock::time_point last_save_ = Clock::now();

  std::set<std::string> warned_of_;  ///< since the last success; the thread's own
  std::thread thread_;               ///< last: it uses the others
};

}  // namespace rn
