#include "train/trainer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/memory.h"
#include "core/out_of_memory.h"
#include "core/stopwatch.h"
#include "core/torch_compat.h"
#include "train/good_checkpoints.h"
#include "train/recovery.h"

namespace rn {
namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

RunLength run_length(const TrainConfig& config, int64_t batches_per_epoch) {
  const int64_t per_epoch = ceil_div(batches_per_epoch, config.accumulate);
  return {config.epochs * per_epoch, per_epoch};
}

/// For the constructor's initialisers: the optimizer must meet the parameters where they stay.
RetinaNet on_device(RetinaNet model, torch::Device device) {
  model->to(device);
  return model;
}

}  // namespace

Trainer::Trainer(TrainerOptions options, RetinaNet model, Criterion criterion, DataLoader& loader,
                 TrainerHooks hooks)
    : options_(std::move(options)),
      model_(on_device(std::move(model), options_.device)),
      loader_(loader),
      hooks_(std::move(hooks)),
      length_(run_length(options_.config, loader.batches_per_epoch())),
      step_(options_.config, options_.precision, options_.device, model_, std::move(criterion)),
      bad_batches_(options_.folder) {
  if (options_.config.ema.decay > 0.0) {
    ema_ = std::make_unique<Ema>(options_.config.ema, *model_);
  }
  if (options_.device.is_cuda()) use_deterministic_cuda(options_.config.deterministic);
  progress_.seed = options_.seed;
  progress_.data_checksum = options_.data_checksum;
  progress_.objects_checksum = options_.objects_checksum;
  progress_.batches_per_epoch = loader.batches_per_epoch();
  progress_.loss_scale = step_.scaler().state().scale;
  progress_.machine = options_.machine;
}

TrainResult Trainer::run() {
  TrainResult result;
  writer_ = std::make_unique<CheckpointWriter>(options_.folder, options_.model_file,
                                               options_.config.checkpoint);
  try {
    train(result);
  } catch (...) {
    writer_.reset();  // which writes what it was given
    throw;
  }
  const std::string problem = writer_->wait();
  writer_.reset();
  if (!problem.empty()) {
    fail("{}\nStep {} is not saved: mend it, and --resume goes on from the last checkpoint.",
         problem, progress_.iteration);
  }
  return result;
}

void Trainer::train(TrainResult& result) {
  writer_->reserve(state());
  model_->train();
  if (progress_.good_steps.empty()) note_good_step(progress_);
  std::error_code ignored;  // saving will tell what is wrong with the folder
  // At a run's start, and after a kill that came before the file had its name.
  if (progress_.good_steps.back() == progress_.iteration &&
      !std::filesystem::exists(good_checkpoint(options_.folder, progress_.iteration), ignored)) {
    writer_->save(state(), {});
  }
  while (!result.stopped) {
    if (progress_.evaluation_due && !evaluate_and_save()) {
      result.stopped = true;
    } else if (finished() || has_stopped_early()) {
      break;
    } else {
      run_epoch(result);
    }
  }
  result.stopped_early = has_stopped_early();
  result.progress = progress_;
}

void Trainer::run_epoch(TrainResult& result) {
  const int64_t epoch = progress_.epoch;
  loader_.start(epoch, progress_.next_batch);
  while (progress_.epoch == epoch && !result.stopped) {
    StepEvent event = train_step_in_memory();
    event.saving_fails = writer_->has_failed();
    const bool stop = hooks_.should_stop && hooks_.should_stop();
    const bool asked = hooks_.should_save && hooks_.should_save();
    if (hooks_.on_step) hooks_.on_step(event);
    const std::string reason = reason_to_go_back(progress_, options_.config);
    if (reason.empty()) {
      save_if_due(asked, stop);
    } else {
      go_back(reason, event.learning_rate);
    }
    // An evaluation that is still due comes with a resume if this ends the run.
    if (!progress_.evaluation_due && (finished() || has_stopped_early())) return;
    result.stopped = stop;
    if (!reason.empty() || progress_.evaluation_due) return;
  }
}

void Trainer::save_if_due(bool asked, bool stop) {
  const TrainConfig& config = options_.config;
  const bool evaluation = is_due(config.evaluate_every, config.evaluate_every_iterations);
  const bool planned = evaluation || is_due(config.checkpoint.every, 0);
  const bool good = planned && note_good_step(progress_);
  if (evaluation) {
    // Saved before as well: whatever ends a long evaluation, the steps are not lost.
    progress_.evaluation_due = true;
    writer_->save(state(), {.last = stop});
    if (!stop) evaluate_and_save();
  } else if (stop || good) {
    writer_->save(state(), {.last = true});
  } else {
    save_is_wanted_ = save_is_wanted_ || planned || writer_->is_due();
    if (!asked && (!save_is_wanted_ || progress_.bad_steps > 0)) return;
    writer_->save_unless_busy(state(), {.last = true});
  }
  save_is_wanted_ = false;
}

bool Trainer::evaluate_and_save() {
  std::optional<EvaluationEvent> event;
  try {
    event = evaluate();
  } catch (const Error& e) {  // it is due still
    save_and_fail(
        fmt::format("the evaluation after step {} failed: {}", progress_.iteration, e.what()));
  }
  if (!event) return false;
  writer_->save(state(), {.last = true, .best = event->is_best});
  if (hooks_.evaluate && hooks_.after_evaluation) hooks_.after_evaluation(*event);
  return true;
}

std::optional<Batch> Trainer::next_batch(int64_t number) {
  for (bool again = false;; again = true) {
    try {
      return loader_.next();
    } catch (const Error& e) {
      save_and_fail(e.what());
    } catch (const std::exception& e) {
      if (!is_out_of_memory(e)) throw;
      // Some of it was the step's when the loader asked, and is free now.
      if (again) {
        save_and_fail(fmt::format(
            "out of memory while pictures were loaded{}: end other programs, or set data.workers "
            "or data.cache_mb lower",
            asked_memory_text(e.what())));
      }
      spdlog::warn("Step {}: out of memory while pictures were loaded{}; they are loaded again.",
                   progress_.iteration + 1, asked_memory_text(e.what()));
      loader_.start(progress_.epoch, number);
    }
  }
}

void Trainer::save_and_fail(const std::string& problem) {
  if (progress_.iteration == 0) fail("{}", problem);
  step_.abandon();
  writer_->save(state(), {});
  if (const std::string reason = writer_->wait(); !reason.empty()) {
    fail("{}\nNor can step {} be saved: {}", problem, progress_.iteration, reason);
  }
  fail("{}\nSaved up to step {}: mend it, and --resume goes on from there.", problem,
       progress_.iteration);
}

std::optional<EvaluationEvent> Trainer::evaluate() {
  const Stopwatch watch;
  std::optional<EvaluationEvent> outcome;
  if (hooks_.evaluate) {
    writer_->wait_until_copied();  // the averages will change places with the weights
    const EmaScope averaged(ema_.get());
    const torch::NoGradGuard no_grad;
    model_->eval();
    outcome = hooks_.evaluate(model_);
    model_->train();
    if (!outcome) return {};
  }
  progress_.evaluation_due = false;
  if (!outcome) return EvaluationEvent{};
  EvaluationEvent& event = *outcome;
  event.iteration = progress_.iteration;
  event.epoch = ceil_div(progress_.iteration, length_.iterations_per_epoch);
  event.epochs = options_.config.epochs;
  if (event.loss_profile) {
    event.loss_profile->iteration = event.iteration;
    event.loss_profile->epoch = event.epoch;
  }
  event.is_best = progress_.best_epoch == 0 || event.stats[0] > progress_.best_ap;
  if (event.is_best) {
    progress_.best_ap = event.stats[0];
    progress_.best_epoch = event.epoch;
    progress_.evaluations_without_gain = 0;
  } else {
    ++progress_.evaluations_without_gain;
  }
  event.best_ap = progress_.best_ap;
  event.best_epoch = progress_.best_epoch;
  event.seconds = watch.seconds();
  if (hooks_.on_evaluation) hooks_.on_evaluation(event);
  return outcome;
}

bool Trainer::has_stopped_early() const {
  const int64_t patience = options_.config.early_stop;
  return patience > 0 && progress_.evaluations_without_gain >= patience;
}

bool Trainer::is_due(double every_epochs, int64_t every_iterations) const {
  if (finished()) return true;
  if (every_iterations == 0 && every_epochs > 0.0) {
    const double steps = every_epochs * static_cast<double>(length_.iterations_per_epoch);
    every_iterations = std::max<int64_t>(1, std::llround(steps));
  }
  return every_iterations > 0 && progress_.iteration % every_iterations == 0;
}

}  // namespace rn
