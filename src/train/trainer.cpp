#include "train/trainer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/error.h"
#include "core/torch_compat.h"
#include "model/state_dict.h"

namespace rn {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

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

torch::Tensor cpu_random_state() {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard lock(generator.mutex());
  return generator.get_state();
}

}  // namespace

Trainer::Trainer(TrainerOptions options, RetinaNet model, Criterion criterion, DataLoader& loader,
                 TrainerHooks hooks)
    : options_(std::move(options)),
      model_(on_device(std::move(model), options_.device)),
      loader_(loader),
      hooks_(std::move(hooks)),
      length_(run_length(options_.config, loader.batches_per_epoch())),
      step_(options_.config, options_.precision, options_.device, model_, std::move(criterion)) {
  if (options_.config.ema.decay > 0.0) {
    ema_ = std::make_unique<Ema>(options_.config.ema, *model_);
  }
  if (options_.device.is_cuda()) use_deterministic_cuda(options_.config.deterministic);
  progress_.seed = options_.seed;
  progress_.data_checksum = options_.data_checksum;
  progress_.batches_per_epoch = loader.batches_per_epoch();
  progress_.loss_scale = step_.scaler().state().scale;
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
  if (progress_.evaluation_due) {
    const bool is_best = evaluate();
    writer_->save(state(), {.last = true, .best = is_best});
  }
  bool ended = finished() || has_stopped_early();
  while (!ended) ended = run_epoch(result);
  result.stopped_early = has_stopped_early();
  result.progress = progress_;
}

bool Trainer::run_epoch(TrainResult& result) {
  const TrainConfig& config = options_.config;
  const int64_t epoch = progress_.epoch;
  const bool defer = options_.device.is_cuda();
  pending_.reset();
  loader_.start(epoch, progress_.next_batch);
  while (progress_.epoch == epoch) {
    Pending step = train_step();
    const bool stop = hooks_.should_stop && hooks_.should_stop();
    const bool evaluation = is_due(config.evaluate_every, config.evaluate_every_iterations);
    const bool asked = hooks_.should_save && hooks_.should_save();
    const bool checkpoint =
        evaluation || stop || asked || writer_->is_due() || is_due(config.checkpoint.every, 0);
    if (pending_) report(*pending_);
    pending_ = std::move(step);
    if (!defer || checkpoint || progress_.epoch != epoch) {
      report(*pending_);  // before anything is saved: it checks the gradient
      pending_.reset();
    }
    if (evaluation) {
      // Saved before as well: whatever ends a long evaluation, the steps are not lost.
      progress_.evaluation_due = true;
      writer_->save(state(), {});
      const bool is_best = evaluate();
      writer_->save(state(), {.last = true, .best = is_best});
    } else if (stop) {
      writer_->save(state(), {.last = true});
    } else if (checkpoint) {
      writer_->save_unless_busy(state(), {.last = true});
    }
    if (finished() || has_stopped_early()) return true;
    if (stop) {
      result.stopped = true;
      return true;
    }
  }
  return false;
}

Trainer::Pending Trainer::train_step() {
  const TrainConfig& config = options_.config;
  const auto start = Clock::now();
  const int64_t batches =
      std::min(config.accumulate, progress_.batches_per_epoch - progress_.next_batch);
  Pending step;
  StepEvent& event = step.event;
  event.iteration = progress_.iteration + 1;
  event.iterations = length_.iterations;
  event.epoch = progress_.epoch + 1;
  event.epochs = config.epochs;
  event.step_in_epoch = progress_.next_batch / config.accumulate + 1;
  event.steps_per_epoch = length_.iterations_per_epoch;
  event.learning_rate =
      base_learning_rate(config.optimizer, config.batch_size * config.accumulate) *
      learning_rate_factor(config.schedule, progress_.iteration, length_);
  for (int64_t b = 0; b < batches; ++b) {
    const auto wait = Clock::now();
    const std::optional<Batch> batch = next_batch();
    event.data_seconds += seconds_since(wait);
    RN_CHECK(batch.has_value(), "epoch {} ended at batch {} of {}", event.epoch,
             progress_.next_batch + b, progress_.batches_per_epoch);
    const TrainingStep::Losses losses = step_.add(*batch, batches, event.iteration);
    event.loss_cls += losses.classification / static_cast<double>(batches);
    event.loss_box += losses.box / static_cast<double>(batches);
    event.positives += losses.positives;
    event.images += batch->size();
    step.image_ids.insert(step.image_ids.end(), batch->image_ids.begin(), batch->image_ids.end());
  }
  step.gradient_norm = step_.finish(event.learning_rate);
  ++progress_.iteration;
  progress_.next_batch += batches;
  if (progress_.next_batch == progress_.batches_per_epoch) {
    ++progress_.epoch;
    progress_.next_batch = 0;
  }
  progress_.loss_scale = step_.scaler().state().scale;
  progress_.loss_scale_good_steps = step_.scaler().state().good_steps;
  progress_.loss_normalizer = step_.normalizer().average();
  if (ema_) ema_->update(progress_.iteration);
  event.step_seconds = seconds_since(start);
  return step;
}

std::optional<Batch> Trainer::next_batch() {
  try {
    return loader_.next();
  } catch (const Error& e) {
    if (progress_.iteration == 0) throw;
    step_.abandon();
    if (pending_) report(*pending_);  // as everywhere before anything is saved
    writer_->save(state(), {});
    if (const std::string problem = writer_->wait(); !problem.empty()) {
      fail("{}\nNor can step {} be saved: {}", e.what(), progress_.iteration, problem);
    }
    fail("{}\nSaved up to step {}: mend it, and --resume goes on from there.", e.what(),
         progress_.iteration);
  }
}

void Trainer::report(const Pending& step) const {
  StepEvent event = step.event;
  event.grad_norm = step.gradient_norm.item<double>();
  // fp16 expects overflows and has left such a step out.
  const LossScaler& scaler = step_.scaler();
  if (!std::isfinite(event.grad_norm) && (!scaler.enabled() || scaler.exhausted())) {
    fail(
        "step {}: the gradient is not finite though the loss is (classification {}, box {}): "
        "lower train.optimizer.learning_rate, raise train.schedule.warmup_iterations or use "
        "precision fp32; --resume goes on from the last checkpoint",
        step_text(event.iteration, step.image_ids), event.loss_cls, event.loss_box);
  }
  if (hooks_.on_step) hooks_.on_step(event);
}

bool Trainer::evaluate() {
  progress_.evaluation_due = false;
  if (!hooks_.evaluate) return false;
  const auto start = Clock::now();
  const EmaScope averaged(ema_.get());
  EvaluationEvent event;
  {
    const torch::NoGradGuard no_grad;
    model_->eval();
    event = hooks_.evaluate(model_);
    model_->train();
  }
  event.iteration = progress_.iteration;
  event.epoch = ceil_div(progress_.iteration, length_.iterations_per_epoch);
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
  event.seconds = seconds_since(start);
  if (hooks_.on_evaluation) hooks_.on_evaluation(event);
  return event.is_best;
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

TrainingState Trainer::state() const {
  TrainingState state;
  state.progress = progress_;
  state.model = state_dict(*model_);
  if (ema_) state.ema = ema_->averages();
  state.optimizer = step_.optimizer().state();
  state.cpu_random = cpu_random_state();
  state.config = options_.config_text;
  return state;
}

void Trainer::resume(const TrainingState& state, const std::string& source) {
  const TrainingProgress& saved = state.progress;
  const int64_t done = saved.epoch * length_.iterations_per_epoch +
                       ceil_div(saved.next_batch, options_.config.accumulate);
  if (saved.seed != progress_.seed || saved.batches_per_epoch != progress_.batches_per_epoch ||
      saved.iteration != done) {
    fail(
        "{}: was made with seed {}, {} batches an epoch and {} steps so far; this run has seed {}, "
        "{} batches and would have made {} steps: resume with the config and the data of that "
        "run, or start a new one",
        source, saved.seed, saved.batches_per_epoch, saved.iteration, progress_.seed,
        progress_.batches_per_epoch, done);
  }
  if (saved.data_checksum != progress_.data_checksum) {
    fail(
        "{}: was made with a training set of other images or categories: resume with the data of "
        "that run, or start a new one",
        source);
  }
  const char* remedy = "resume with the config of that run, or start a new one";
  load_state_dict(*model_, state.model, source, remedy);
  if (ema_) ema_->load(state.ema, source);
  step_.optimizer().load_state(state.optimizer, source);
  step_.scaler().set_state({saved.loss_scale, saved.loss_scale_good_steps});
  step_.normalizer().set_average(saved.loss_normalizer);
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  {
    const std::lock_guard lock(generator.mutex());
    generator.set_state(state.cpu_random);
  }
  progress_ = saved;
  spdlog::info("Going on from {}: step {} of {}, epoch {}, batch {}", source, saved.iteration,
               length_.iterations, saved.epoch + 1, saved.next_batch + 1);
}

}  // namespace rn
