// How a Trainer makes one step, and what it tells of it.

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "core/stopwatch.h"
#include "train/batch_parts.h"
#include "train/divergence.h"
#include "train/trainer.h"

namespace rn {
namespace {

std::string levels_text(const std::vector<LevelLosses>& levels) {
  if (levels.empty()) return "levels: not known, there was no memory for them";
  return fmt::format("classification of P3 to P{}: {}\n  box: {}", levels.size() + 2,
                     losses_text(levels, &LevelLosses::classification),
                     losses_text(levels, &LevelLosses::box));
}

}  // namespace

StepEvent Trainer::next_step_event() const {
  const TrainConfig& config = options_.config;
  StepEvent event;
  event.iteration = progress_.iteration + 1;
  event.iterations = length_.iterations;
  event.epoch = progress_.epoch + 1;
  event.epochs = config.epochs;
  event.step_in_epoch = progress_.next_batch / config.accumulate + 1;
  event.steps_per_epoch = length_.iterations_per_epoch;
  event.learning_rate =
      base_learning_rate(config.optimizer, config.batch_size * config.accumulate) *
      learning_rate_factor(config.schedule, progress_.iteration, length_) * progress_.rate_factor;
  return event;
}

StepEvent Trainer::train_step_in_memory() {
  while (true) {
    try {
      return train_step();
    } catch (const OutOfMemory& e) {
      if (e.part_size() == 0) save_and_fail(e.what());
      spdlog::warn("Step {}: {}, with the same gradient.", progress_.iteration + 1, e.what());
      loader_.start(progress_.epoch, progress_.next_batch);  // the step's batches once more
    }
  }
}

StepEvent Trainer::train_step() {
  const Stopwatch watch;
  const int64_t batches =
      std::min(options_.config.accumulate, progress_.batches_per_epoch - progress_.next_batch);
  StepEvent event = next_step_event();
  std::optional<Batch> batch, bad;
  std::vector<int64_t> images;
  TrainingStep::Losses losses;
  LossProfile at_start;
  const bool is_first = progress_.iteration == 0 && hooks_.on_start_profile;
  if (is_first) step_.profile_next(&at_start);
  for (int64_t b = 0; b < batches; ++b) {
    const Stopwatch wait;
    batch.reset();
    batch = next_batch(progress_.next_batch + b);
    event.data_seconds += wait.seconds();
    RN_CHECK(batch.has_value(), "epoch {} ended at batch {} of {}", event.epoch,
             progress_.next_batch + b, progress_.batches_per_epoch);
    event.images += batch->size();
    images.insert(images.end(), batch->image_ids.begin(), batch->image_ids.end());
    if (bad) continue;  // the other batches of a step that can't be made: their place is here
    losses = step_.add(*batch, batches);
    event.loss_cls += losses.classification / static_cast<double>(batches);
    event.loss_box += losses.box / static_cast<double>(batches);
    event.positives += losses.positives;
    if (!losses.finite()) {
      step_.abandon();
      event.grad_norm = std::numeric_limits<double>::quiet_NaN();
      images = batch->image_ids;
      bad = std::move(batch);
    }
  }
  if (is_first) tell_start(at_start);
  if (!bad) {
    writer_->wait_until_copied();
    const TrainingStep::Update update = step_.finish(event.learning_rate);
    event.grad_norm = update.gradient_norm;
    if (update.bad) bad = std::move(batch);
  }
  if (bad) {
    note_skipped(event, *bad, images, losses);
    advance(batches);
  } else {
    advance(batches);
    progress_.bad_steps = 0;
    remember_loss(progress_.losses, event.loss_cls + event.loss_box);
    if (ema_) ema_->update(progress_.iteration);
  }
  event.step_seconds = watch.seconds();
  return event;
}

void Trainer::tell_start(const LossProfile& profile) {
  LossProfileEvent event = summarize(profile);
  event.iteration = 1;
  event.epoch = 1;
  event.at_start = true;
  hooks_.on_start_profile(event);
}

void Trainer::advance(int64_t batches) {
  ++progress_.iteration;
  progress_.next_batch += batches;
  if (progress_.next_batch == progress_.batches_per_epoch) {
    ++progress_.epoch;
    progress_.next_batch = 0;
  }
  progress_.loss_scale = step_.scaler().state().scale;
  progress_.loss_scale_good_steps = step_.scaler().state().good_steps;
  progress_.loss_normalizer = step_.normalizer().average();
  progress_.batch_pixel_limit = step_.parts().limit();
}

void Trainer::note_skipped(StepEvent& event, const Batch& batch, const std::vector<int64_t>& images,
                           const TrainingStep::Losses& losses) {
  event.skipped = true;
  ++progress_.bad_steps;
  ++progress_.skipped_steps;
  const bool of_several = images.size() > batch.image_ids.size();  // whose sum of gradients it is
  const BadStep step{event.iteration, event.learning_rate, losses.classification,
                     losses.box,      event.grad_norm,     step_.losses_per_level(batch)};
  spdlog::warn("Step {} is skipped, {} in a row: {}.\n  images {}{}\n  {}\n  {}", event.iteration,
               progress_.bad_steps, reason_text(step), fmt::join(images, ", "),
               of_several ? fmt::format("; of them all is the gradient, the rest is of {} alone",
                                        fmt::join(batch.image_ids, ", "))
                          : "",
               levels_text(step.levels), bad_batches_.keep(batch, step));
}

}  // namespace rn
