#include "core/files.h"
#include "model/parameters.h"
#include "train/trainer_fixture.h"

namespace rn {
namespace {

TEST_F(TrainerTest, TellsEveryStep) {
  const TemporaryFolder folder;
  TrainConfig config = short_run();
  config.accumulate = 2;  // batches 2 + 2 + 1: the last step of an epoch is smaller
  config.schedule.kind = ScheduleKind::kMultiStep;
  config.schedule.milestones = {1};
  DataLoader loader = make_loader(1);
  std::vector<StepEvent> events;
  TrainerHooks hooks;
  hooks.on_step = [&](const StepEvent& event) { events.push_back(event); };
  Trainer(make_options(folder, config), make_model(), make_criterion(), loader, hooks).run();
  ASSERT_EQ(events.size(), 6);
  for (int64_t i = 0; i < 6; ++i) {
    const StepEvent& event = events[static_cast<size_t>(i)];
    EXPECT_EQ(event.iteration, i + 1);
    EXPECT_EQ(event.iterations, 6);
    EXPECT_EQ(event.epoch, i / 3 + 1);
    EXPECT_EQ(event.epochs, 2);
    EXPECT_EQ(event.step_in_epoch, i % 3 + 1);
    EXPECT_EQ(event.steps_per_epoch, 3);
    EXPECT_EQ(event.images, i % 3 == 2 ? 2 : 4);
    // 1e-3 for 16 images, 4 images a step, a tenth of it in the second epoch
    EXPECT_DOUBLE_EQ(event.learning_rate, i < 3 ? 2.5e-4 : 2.5e-5);
    EXPECT_GT(event.loss_cls, 0.0);
    EXPECT_GT(event.grad_norm, 0.0);
    EXPECT_GT(event.step_seconds, 0.0);
    EXPECT_GE(event.step_seconds, event.data_seconds);
  }
}

TEST_F(TrainerTest, TellsWhatTheFirstLossIsMadeOfAndWhenEvaluationsWere) {
  const TemporaryFolder folder;
  TrainConfig config = short_run();
  config.evaluate_every_iterations = 4;
  std::vector<LossProfileEvent> starts, later;
  StepEvent first;
  TrainerHooks hooks;
  hooks.on_start_profile = [&](const LossProfileEvent& event) { starts.push_back(event); };
  hooks.on_step = [&](const StepEvent& event) {
    if (event.iteration == 1) first = event;
  };
  hooks.evaluate = [](RetinaNet& model) {
    EvaluationEvent event = fake_evaluation(model);
    event.loss_profile.emplace();
    return event;
  };
  hooks.on_evaluation = [&](const EvaluationEvent& e) { later.push_back(*e.loss_profile); };
  for (const int64_t stop_after : {6, 0}) {  // a run that goes on tells of its start no more
    DataLoader loader = make_loader(0);
    int64_t steps = 0;
    hooks.should_stop = [&] { return ++steps == stop_after; };
    Trainer trainer(make_options(folder, config), make_model(), make_criterion(), loader, hooks);
    if (stop_after == 0) trainer.resume(load_checkpoint(folder / kCheckpointName), "last.ckpt");
    trainer.run();
  }
  ASSERT_EQ(starts.size(), 1);
  EXPECT_TRUE(starts[0].at_start);
  EXPECT_EQ(starts[0].iteration, 1);
  EXPECT_EQ(starts[0].images, 2);
  // The loss is the sum by the positive anchors.
  EXPECT_NEAR((starts[0].positives.loss + starts[0].negatives.loss) /
                  std::max(1.0, static_cast<double>(first.positives)),
              first.loss_cls, 1e-4 * first.loss_cls);
  ASSERT_EQ(later.size(), 3);
  EXPECT_EQ(later[1].iteration, 8);
  EXPECT_EQ(later[1].epoch, 2);
  EXPECT_FALSE(later[1].at_start);
}

TEST_F(TrainerTest, KeepsTheBestModelAndStopsWithoutGain) {
  const TemporaryFolder folder;
  TrainConfig config = short_run();
  config.epochs = 10;
  config.evaluate_every_iterations = 1;
  config.early_stop = 2;
  const std::vector<double> scores = {0.1, 0.3, 0.3, 0.2};  // the last two are no gain
  StateDict best;
  std::vector<EvaluationEvent> events;
  DataLoader loader = make_loader(0);
  TrainerHooks hooks;
  hooks.evaluate = [&](RetinaNet& model) {
    EXPECT_FALSE(model->is_training());
    EvaluationEvent event;
    event.stats[0] = scores.at(events.size());
    if (events.size() == 1) {
      for (const auto& [name, tensor] : state_dict(*model)) best[name] = tensor.detach().clone();
    }
    return event;
  };
  hooks.on_evaluation = [&](const EvaluationEvent& event) { events.push_back(event); };
  RetinaNet model = make_model();
  Trainer trainer(make_options(folder, config), model, make_criterion(), loader, hooks);
  const TrainResult result = trainer.run();
  EXPECT_TRUE(model->is_training());
  EXPECT_TRUE(result.stopped_early);
  EXPECT_FALSE(result.stopped);
  EXPECT_EQ(result.progress.iteration, 4);
  ASSERT_EQ(events.size(), 4);
  EXPECT_TRUE(events[0].is_best && events[1].is_best);
  EXPECT_FALSE(events[2].is_best || events[3].is_best);
  EXPECT_DOUBLE_EQ(events[3].best_ap, 0.3);
  EXPECT_EQ(events[3].best_epoch, 1);
  EXPECT_EQ(events[3].iteration, 4);
  expect_bit_identical(state_dict(*load_model(folder / kBestModelName).model), best);
  // The state knows that the run is over.
  Trainer again(make_options(folder, config), make_model(2), make_criterion(), loader, hooks);
  again.resume(load_checkpoint(folder / kCheckpointName), "last.ckpt");
  EXPECT_EQ(again.run().progress.iteration, 4);
  EXPECT_EQ(events.size(), 4);
}

TEST_F(TrainerTest, EvaluatesAndSavesTheAveragedWeights) {
  const TemporaryFolder folder;
  TrainConfig config = short_run();
  config.epochs = 1;
  config.ema.decay = 0.9;
  DataLoader loader = make_loader(0);
  StateDict evaluated;
  TrainerHooks hooks;
  hooks.evaluate = [&](RetinaNet& model) {
    for (const auto& [name, tensor] : state_dict(*model)) evaluated[name] = tensor.detach().clone();
    return EvaluationEvent{};
  };
  Trainer trainer(make_options(folder, config), make_model(), make_criterion(), loader, hooks);
  trainer.run();
  const TrainingState state = trainer.state();
  expect_bit_identical(evaluated, state.ema);
  expect_bit_identical(state_dict(*load_model(folder / kLastModelName).model), state.ema);
  EXPECT_FALSE(torch::equal(state.model.at("backbone.body.conv1.weight"),
                            state.ema.at("backbone.body.conv1.weight")));
}

TEST_F(TrainerTest, EvaluatesAtTheEndThoughNoIntervalIsDue) {
  for (const double every : {0.0, 0.7}) {
    const TemporaryFolder folder;
    TrainConfig config = short_run();
    config.evaluate_every = every;
    DataLoader loader = make_loader(0);
    std::vector<int64_t> at;
    TrainerHooks hooks;
    hooks.evaluate = fake_evaluation;
    hooks.on_evaluation = [&](const EvaluationEvent& event) { at.push_back(event.iteration); };
    Trainer(make_options(folder, config), make_model(), make_criterion(), loader, hooks).run();
    // 0.7 epochs of 5 steps are 3.5, rounded to 4.
    const std::vector<int64_t> expected =
        every == 0.7 ? std::vector<int64_t>{4, 8, 10} : std::vector<int64_t>{10};
    EXPECT_EQ(at, expected) << every;
  }
}

TEST_F(TrainerTest, TrainsInBf16AndRefusesFp16OnTheCpu) {
  const TemporaryFolder folder;
  TrainConfig config = short_run();
  config.epochs = 1;
  DataLoader loader = make_loader(0);
  TrainerOptions options = make_options(folder, config);
  options.precision = Precision::kBf16;
  Trainer trainer(options, make_model(), make_criterion(), loader, {});
  EXPECT_EQ(trainer.run().progress.iteration, 5);
  EXPECT_EQ(trainer.state().model.at("backbone.body.conv1.weight").scalar_type(), torch::kFloat32);
  options.precision = Precision::kFp16;
  EXPECT_EQ(error_text([&] { Trainer(options, make_model(), make_criterion(), loader, {}); }),
            "precision: fp16 needs a CUDA device, found cpu; use bf16 or fp32");
}

}  // namespace
}  // namespace rn
