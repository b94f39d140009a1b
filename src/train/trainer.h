#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/precision.h"
#include "core/run_events.h"
#include "core/run_files.h"
#include "data/loader.h"
#include "loss/criterion.h"
#include "model/model_file.h"
#include "model/retinanet.h"
#include "train/bad_batches.h"
#include "train/checkpoint_writer.h"
#include "train/config.h"
#include "train/ema.h"
#include "train/schedule.h"
#include "train/training_state.h"
#include "train/training_step.h"

namespace rn {

/// What a run is told besides its model, criterion and data.
struct TrainerOptions {
  TrainConfig config;
  Precision precision = Precision::kFp32;
  torch::Device device = torch::kCPU;
  int64_t seed = 0;              ///< of the loader; a checkpoint of another seed is refused
  int64_t data_checksum = 0;     ///< of the training set; a checkpoint of another one is refused
  int64_t objects_checksum = 0;  ///< of its boxes; resuming with other ones is warned of
  std::filesystem::path folder;  ///< of the run; it exists
  std::string config_text;       ///< the run's resolved config, kept in checkpoints
  std::string machine;           ///< see TrainingProgress; resuming on another one is warned of
  ModelFile model_file;          ///< what model files say besides the weights
};

/// Whom the trainer calls. Any may be empty. They are called on the training thread.
struct TrainerHooks {
  /// After every step, also one that was skipped.
  std::function<void(const StepEvent&)> on_step;
  /// Scores the model, which is in eval mode and has its averaged weights if there are any. Fills
  /// stats, category_names and category_ap. Without it there is no best model. Nothing: it was
  /// asked to stop on the way, so the run ends, and a resumed one begins with this evaluation.
  std::function<std::optional<EvaluationEvent>(RetinaNet&)> evaluate;
  std::function<void(const EvaluationEvent&)> on_evaluation;
  /// After that, once the state has been given to the writer: what takes time, or may fail.
  std::function<void(const EvaluationEvent&)> after_evaluation;
  /// With the first step of a run: what the loss of its first batch was made of before the step.
  std::function<void(const LossProfileEvent&)> on_start_profile;
  /// The run is back at an earlier step; the next on_step is of the step after that.
  std::function<void(const RollbackEvent&)> on_rollback;
  /// Asked after every step: true ends the run after saving. An evaluation that is due then is the
  /// first thing that a resumed run does.
  std::function<bool()> should_stop;
  /// Asked after every step: true saves, soon (CheckpointWriter::save_unless_busy), and the run
  /// goes on.
  std::function<bool()> should_save;
};

/// How a run ended.
struct TrainResult {
  bool stopped = false;        ///< by should_stop, before its end
  bool stopped_early = false;  ///< train.early_stop
  TrainingProgress progress;
};

/// The training loop. Its state is a TrainingState; all else is a function of the options, so a run
/// that is stopped and resumed at any step ends with the weights of one that wasn't, bit for bit
/// (same machine, same number of LibTorch threads, train.deterministic).
///
/// A step whose loss or gradient isn't finite is skipped: the model and all that belongs to it stay
/// bit for bit what they were, the position in the data and the schedule goes on, and the batch is
/// kept (bad_batches.h). After train.max_bad_steps of them in a row, or if the loss runs away
/// (divergence.h), the run goes back to a checkpoint from well before that (good_checkpoints.h) and
/// on with half the rate, train.max_rollbacks times.
///
/// Writes into the run's folder: last.ckpt (see checkpoint.h), last.safetensors, best.safetensors,
/// all through a CheckpointWriter.
class Trainer {
 public:
  /// @param model moved to the device here
  /// @param loader of the training set; it must outlive the trainer
  /// @throws Error if the options contradict each other
  Trainer(TrainerOptions options, RetinaNet model, Criterion criterion, DataLoader& loader,
          TrainerHooks hooks);

  /// Goes on from a saved state. @param source names it in errors
  /// @throws Error if it is the state of another run: other seed, data, batches or model
  void resume(const TrainingState& state, const std::string& source);

  /// Trains until the last epoch, early stop or should_stop, and saves: all is on the disk when it
  /// returns or throws. A save that fails on the way is a warning.
  /// @throws Error with a remedy if the run would have to go back once too often, what the loader
  /// and the hooks throw, or why the last state couldn't be saved; checkpoints and models on disk
  /// stay whole
  TrainResult run();

  /// The present state. Tensors share memory with the trainer if that is on the CPU.
  TrainingState state() const;

  const TrainingProgress& progress() const { return progress_; }
  RunLength length() const { return length_; }

 private:
  void train(TrainResult& result);
  /// Until the epoch, or the run, ends or goes back.
  void run_epoch(TrainResult& result);
  StepEvent train_step();
  /// The same, from its first batch on again in smaller parts if memory runs out.
  StepEvent train_step_in_memory();
  StepEvent next_step_event() const;
  void tell_start(const LossProfile& profile);
  /// Moves on to the next step, whether this one was made or not.
  void advance(int64_t batches);
  /// @param batch the step's last, or the one whose losses aren't finite @param images of the step
  void note_skipped(StepEvent& event, const Batch& batch, const std::vector<int64_t>& images,
                    const TrainingStep::Losses& losses);
  /// Saves the steps so far if the data ends the run. @param number of the batch in its epoch
  std::optional<Batch> next_batch(int64_t number);
  /// Saves the steps so far and throws the problem, with how to go on.
  [[noreturn]] void save_and_fail(const std::string& problem);
  void save_if_due(bool asked, bool stop);
  /// Evaluates and saves. @return whether it did, or was stopped
  bool evaluate_and_save();
  /// @return what came out; nothing: it was stopped
  std::optional<EvaluationEvent> evaluate();
  void load(const TrainingState& state, const std::string& source);
  /// @param learning_rate of the last step
  /// @throws Error with a remedy if it was done too often
  void go_back(const std::string& reason, double learning_rate);
  bool finished() const { return progress_.iteration >= length_.iterations; }
  bool has_stopped_early() const;
  bool is_due(double every_epochs, int64_t every_iterations) const;

  TrainerOptions options_;
  RetinaNet model_;
  DataLoader& loader_;
  TrainerHooks hooks_;
  RunLength length_;
  TrainingStep step_;
  std::unique_ptr<Ema> ema_;  ///< null: off
  BadBatches bad_batches_;
  TrainingProgress progress_;
  std::unique_ptr<CheckpointWriter> writer_;  ///< while run() lasts
  bool save_is_wanted_ = false;               ///< after a step that isn't skipped
};

}  // namespace rn
