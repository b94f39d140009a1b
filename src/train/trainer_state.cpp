// What a Trainer is made of: saved, loaded, and put back to an earlier step.

#include <ATen/CPUGeneratorImpl.h>
#include <spdlog/spdlog.h>

#include "core/error.h"
#include "core/text.h"
#include "model/state_dict.h"
#include "train/good_checkpoints.h"
#include "train/recovery.h"
#include "train/trainer.h"

namespace rn {
namespace {

torch::Tensor cpu_random_state() {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard lock(generator.mutex());
  return generator.get_state();
}

void set_cpu_random_state(const torch::Tensor& state) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard lock(generator.mutex());
  generator.set_state(state);
}

}  // namespace

TrainingState Trainer::state() const {
  TrainingState state;
  state.progress = progress_;
  state.model = state_dict(*model_);
  // The forward pass changes batch norm's statistics, all else changes with the optimizer's step.
  for (const auto& buffer : model_->named_buffers()) {
    state.model.at(buffer.key()) = buffer.value().clone();
  }
  if (ema_) state.ema = ema_->averages();
  state.optimizer = step_.optimizer().state();
  state.cpu_random = cpu_random_state();
  state.config = options_.config_text;
  return state;
}

void Trainer::resume(const TrainingState& state, const std::string& source) {
  const TrainingProgress& saved = state.progress;
  const int64_t accumulate = options_.config.accumulate;
  const int64_t done =
      saved.epoch * length_.iterations_per_epoch + (saved.next_batch + accumulate - 1) / accumulate;
  if (saved.seed != progress_.seed || saved.batches_per_epoch != progress_.batches_per_epoch ||
      saved.iteration != done) {
    fail(
        "{}: was made with seed {}, {} an epoch and {} so far; this run has seed {}, {} and would "
        "have made {}: resume with the config and the data of that "
        "run, or start a new one",
        source, saved.seed, counted(saved.batches_per_epoch, "batch", "batches"),
        counted(saved.iteration, "step"), progress_.seed,
        counted(progress_.batches_per_epoch, "batch", "batches"), counted(done, "step"));
  }
  if (saved.data_checksum != progress_.data_checksum) {
    fail(
        "{}: was made with a training set of other images or categories: resume with the data of "
        "that run, or start a new one",
        source);
  }
  if (saved.objects_checksum != 0 && saved.objects_checksum != progress_.objects_checksum) {
    spdlog::warn(
        "{}: the objects of the training set have changed since (its annotations, or the config's "
        "data): boxes, classes or crowds. The run goes on with the new ones; start a new one to "
        "train on them from the first step",
        source);
  }
  if (!saved.machine.empty() && saved.machine != options_.machine) {
    spdlog::warn(
        "{}: was made on {}; here it is {}, so the result may differ from that of a run that was "
        "never stopped",
        source, saved.machine, options_.machine);
  }
  load(state, source);
  spdlog::info("Going on from {}: step {} of {}, epoch {}, batch {}", source, saved.iteration,
               length_.iterations, saved.epoch + 1, saved.next_batch + 1);
}

void Trainer::load(const TrainingState& state, const std::string& source) {
  const TrainingProgress& saved = state.progress;
  const char* remedy = "resume with the config of that run, or start a new one";
  load_state_dict(*model_, state.model, source, remedy);
  if (ema_) ema_->load(state.ema, source);
  step_.optimizer().load_state(state.optimizer, source);
  step_.scaler().set_state({saved.loss_scale, saved.loss_scale_good_steps});
  step_.normalizer().set_average(saved.loss_normalizer);
  set_cpu_random_state(state.cpu_random);
  step_.parts().set_limit(saved.batch_pixel_limit);
  progress_ = saved;
  progress_.machine = options_.machine;
  progress_.objects_checksum = options_.objects_checksum;
}

void Trainer::go_back(const std::string& reason, double learning_rate) {
  writer_->wait();  // from here on the folder is this thread's
  const TrainingProgress present = progress_;
  const GoodCheckpoint good = load_good_checkpoint(options_.folder, present);
  set_later_checkpoints_aside(options_.folder, good);
  load(good.state, good.path.string());
  progress_ = progress_after_going_back(progress_, present);
  const bool gives_up = present.rollbacks >= options_.config.max_rollbacks;
  if (gives_up) {
    progress_.rollbacks = present.rollbacks;
    progress_.rate_factor = present.rate_factor;
  }
  writer_->save(state(), {.last = true});
  if (hooks_.on_rollback) {
    hooks_.on_rollback({present.iteration, reason, progress_.iteration, progress_.evaluation_due,
                        good.path.filename().string(), progress_.rate_factor, gives_up});
  }
  if (!gives_up) return;
  const std::string problem = writer_->wait();
  const std::string saved =
      problem.empty() ? fmt::format("It is saved as it was after step {}", progress_.iteration)
                      : fmt::format("What was saved before is whole, but not this: {}", problem);
  fail(
      "step {}: {}; the run has gone back {} of at most {} times (train.max_rollbacks). {}: mend "
      "the cause, and --resume goes on from there:{}",
      present.iteration, reason, present.rollbacks, options_.config.max_rollbacks, saved,
      divergence_remedy(options_.config, options_.precision, present, learning_rate,
                        bad_batches_.folder().string()));
}

}  // namespace rn
