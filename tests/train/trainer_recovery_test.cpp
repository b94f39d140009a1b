#include <cmath>
#include <nlohmann/json.hpp>

#include "core/config_io.h"
#include "core/files.h"
#include "model/safetensors.h"
#include "train/good_checkpoints.h"
#include "train/logged_text.h"
#include "train/trainer_fixture.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

class TrainerRecovery : public TrainerTest {
 protected:
  /// Without clipping, at a rate that no network survives.
  static TrainConfig exploding_run(double learning_rate) {
    TrainConfig config = short_run();
    config.optimizer.kind = OptimizerKind::kSgd;
    config.optimizer.learning_rate = learning_rate;
    config.clip_norm = 0;
    config.evaluate_every = 0;
    config.max_bad_steps = 2;
    return config;
  }

  static StateDict copy_of(const StateDict& tensors) {
    StateDict copy;
    for (const auto& [name, tensor] : tensors) copy[name] = tensor.detach().clone();
    return copy;
  }

  /// A copy that shares no memory with the trainer.
  static TrainingState copy_of(TrainingState state) {
    state.model = copy_of(state.model);
    state.ema = copy_of(state.ema);
    state.optimizer = copy_of(state.optimizer);
    return state;
  }

  /// A run of what the tests share, from the folder's checkpoint if there is one.
  static TrainResult run(const TemporaryFolder& folder, const TrainConfig& config,
                         TrainerHooks hooks) {
    DataLoader loader = make_loader(0);
    const fs::path path = folder / kCheckpointName;
    const bool resumes = fs::exists(path);
    Trainer trainer(make_options(folder, config), make_model(resumes ? 99 : 1), make_criterion(),
                    loader, std::move(hooks));
    if (resumes) trainer.resume(load_checkpoint(path), path.string());
    return trainer.run();
  }
};

TEST_F(TrainerRecovery, AStepWithoutAFiniteLossChangesNothingAndItsBatchIsKept) {
  const TemporaryFolder folder;
  const LoggedText log;
  TrainConfig config = short_run();
  config.ema.decay = 0.9;
  LossConfig loss;
  loss.normalizer = NormalizerKind::kMovingAverage;
  DataLoader loader = make_loader(0);
  RetinaNet model = make_model();
  torch::Tensor weight = state_dict(*model).at("backbone.body.conv1.weight");
  torch::Tensor good;
  std::unique_ptr<Trainer> trainer;
  TrainingState before;
  std::vector<StepEvent> events;
  TrainerHooks hooks;
  hooks.on_step = [&](const StepEvent& event) {
    const torch::NoGradGuard no_grad;
    events.push_back(event);
    if (event.iteration == 2) {
      good = weight.detach().clone();
      weight.fill_(std::numeric_limits<float>::infinity());
      before = copy_of(trainer->state());
    } else if (event.iteration == 3) {
      const TrainingState after = trainer->state();
      expect_bit_identical(after.model, before.model);  // the norms' statistics among it
      expect_bit_identical(after.ema, before.ema);
      expect_bit_identical(after.optimizer, before.optimizer);
      EXPECT_EQ(after.progress.loss_normalizer, before.progress.loss_normalizer);
      EXPECT_EQ(after.progress.losses.recent, before.progress.losses.recent);
      EXPECT_EQ(after.progress.bad_steps, 1);
      weight.copy_(good);
    }
  };
  trainer = std::make_unique<Trainer>(make_options(folder, config), model,
                                      Criterion(loss, (*dataset_)->num_classes()), loader, hooks);
  const TrainResult result = trainer->run();
  EXPECT_EQ(result.progress.iteration, 10);
  EXPECT_EQ(result.progress.bad_steps, 0);
  EXPECT_EQ(result.progress.skipped_steps, 1);
  ASSERT_EQ(events.size(), 10);
  for (const StepEvent& event : events) {
    EXPECT_EQ(event.skipped, event.iteration == 3);
    EXPECT_EQ(std::isfinite(event.loss_cls + event.loss_box), event.iteration != 3);
  }

  DataLoader same = make_loader(0);
  same.start(0, 2);
  const Batch batch = same.next().value();
  const TensorFile kept = read_safetensors(folder / "bad_batches/step-000003.safetensors");
  EXPECT_TRUE(torch::equal(kept.tensors.at("images"), batch.images));
  EXPECT_TRUE(torch::equal(kept.tensors.at("boxes.1"), batch.targets[1].boxes));
  EXPECT_TRUE(torch::equal(kept.tensors.at("labels.0"), batch.targets[0].labels));
  EXPECT_EQ(kept.metadata.at("step"), "3");
  EXPECT_EQ(nlohmann::json::parse(kept.metadata.at("image_ids")), batch.image_ids);
  EXPECT_EQ(kept.metadata.at("loss_cls_per_level"), "nan, nan, nan, nan, nan");
  for (const std::string& part :
       {std::string("Step 3 is skipped, 1 in a row: the loss is not finite (classification "),
        fmt::format("images {}, {}", batch.image_ids[0], batch.image_ids[1]),
        std::string("classification of P3 to P7: nan, nan, nan, nan, nan"),
        "kept in " + (folder / "bad_batches/step-000003.safetensors").string()}) {
    EXPECT_NE(log.str().find(part), std::string::npos) << part << "\nis not in\n" << log.str();
  }
}

TEST_F(TrainerRecovery, AGradientThatIsNotFiniteIsSeenThoughTheLossIs) {
  const TemporaryFolder folder;
  const LoggedText log;
  TrainConfig config = short_run();
  config.max_bad_steps = 2;
  config.max_rollbacks = 0;
  config.accumulate = 2;
  DataLoader loader = make_loader(0);
  RetinaNet model = make_model();
  model->named_parameters()["backbone.body.conv1.weight"].register_hook(
      [](const torch::Tensor& gradient) { return gradient / 0.0; });
  std::vector<StepEvent> events;
  TrainerHooks hooks;
  hooks.on_step = [&](const StepEvent& event) { events.push_back(event); };
  Trainer trainer(make_options(folder, config), model, make_criterion(), loader, hooks);
  const std::string text = error_text([&] { trainer.run(); });
  ASSERT_EQ(events.size(), 2);
  EXPECT_TRUE(std::isfinite(events[1].loss_cls));
  EXPECT_FALSE(std::isfinite(events[1].grad_norm));
  DataLoader same = make_loader(0);
  same.start(0);
  const auto ids = [&] {
    return fmt::format("{}", fmt::join(same.next().value().image_ids, ", "));
  };
  const std::string first = ids(), second = ids();
  for (const std::string& part :
       {std::string("the gradient is not finite though the loss is"),
        "images " + first + ", " + second + "; of them all is the gradient, the rest is of " +
            second + " alone"}) {
    EXPECT_NE(log.str().find(part), std::string::npos) << part << "\nis not in\n" << log.str();
  }
  EXPECT_EQ(text.rfind("step 2: 2 steps in a row without a finite loss and gradient; the run has "
                       "gone back 0 of at most 0 times (train.max_rollbacks)",
                       0),
            0)
      << text;
  const TrainingProgress saved = load_checkpoint(folder / kCheckpointName).progress;
  EXPECT_EQ(saved.iteration, 0);
  EXPECT_EQ(saved.skipped_steps, 2);
}

TEST_F(TrainerRecovery, ARateThatIsTooHighIsHalvedUntilTheRunStopsWithARemedy) {
  const TemporaryFolder folder;
  const LoggedText log;
  TrainConfig config = exploding_run(1e6);
  config.max_rollbacks = 2;
  std::vector<RollbackEvent> back;
  std::vector<double> first_rates;
  TrainerHooks hooks;
  hooks.on_step = [&](const StepEvent& event) {
    if (event.iteration == 1) first_rates.push_back(event.learning_rate);
  };
  hooks.on_rollback = [&](const RollbackEvent& event) { back.push_back(event); };
  const std::string text = error_text([&] { run(folder, config, hooks); });
  ASSERT_EQ(back.size(), 3) << log.str();
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(back[i].to_iteration, 0);
    EXPECT_EQ(back[i].checkpoint, "good-000000.ckpt");
    EXPECT_EQ(back[i].gives_up, i == 2);
  }
  // 1e6 for 16 images, 2 a step
  EXPECT_EQ(first_rates, (std::vector<double>{125000, 62500, 31250}));
  EXPECT_EQ(back[1].rate_factor, 0.25);
  for (const char* part :
       {"the run has gone back 2 of at most 2 times", "as it was after step 0",
        "lower train.optimizer.learning_rate (1e+06; the last step's", "1/4 of the schedule's",
        "set train.clip_norm", "warmup_iterations (0;", "data check", "bad_batches"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
  }
  EXPECT_EQ(load_checkpoint(folder / kCheckpointName).progress.iteration, 0);
  EXPECT_LE(std::distance(fs::directory_iterator(folder / "bad_batches"), {}),
            BadBatches::kMostKept);
}

TEST_F(TrainerRecovery, ALossThatRunsAwayIsNoticedWhileItIsFinite) {
  const TemporaryFolder folder;
  const LoggedText log;
  TrainConfig config = exploding_run(1e-6);
  config.epochs = 20;
  config.checkpoint.every = 0;
  DataLoader loader = make_loader(0);
  RetinaNet model = make_model();
  torch::Tensor bias = state_dict(*model).at("head.classification_head.cls_logits.bias");
  const torch::Tensor at_start = bias.detach().clone();
  RollbackEvent back;
  int64_t steps = 0;
  TrainerHooks hooks;
  hooks.on_step = [&](const StepEvent& event) {
    EXPECT_TRUE(std::isfinite(event.loss_cls + event.loss_box));
    const torch::NoGradGuard no_grad;
    if (++steps == 50) bias.add_(8.0);
  };
  hooks.on_rollback = [&](const RollbackEvent& event) { back = event; };
  hooks.should_stop = [&] { return steps >= 62; };
  Trainer trainer(make_options(folder, config), model, make_criterion(), loader, hooks);
  const TrainResult result = trainer.run();
  EXPECT_EQ(back.iteration, 61) << log.str();  // 11 of the last 20
  EXPECT_EQ(back.reason.rfind("the loss, ", 0), 0) << back.reason;
  EXPECT_NE(back.reason.find("in the median of the last 20 steps"), std::string::npos);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.progress.iteration, 2);
  EXPECT_EQ(result.progress.rollbacks, 1);
  EXPECT_EQ(result.progress.rate_factor, 0.5);
  EXPECT_EQ(result.progress.losses.recent.size(), 2);
  EXPECT_LT((bias - at_start).abs().max().item<double>(), 0.01);
}

/// A run that has made 200 steps goes back to the 100th, not to its start, whether it is stopped on
/// the way or not.
TEST_F(TrainerRecovery, GoesBackToAStepFromWellBefore) {
  const LoggedText log;
  TrainConfig config = exploding_run(1e-4);
  config.epochs = 42;  // of 5 steps
  config.ema.decay = 0.9;
  const auto end_after = [&](const TemporaryFolder& folder, bool is_stopped) {
    {
      DataLoader loader = make_loader(0);
      Trainer fresh(make_options(folder, config), make_model(), make_criterion(), loader, {});
      TrainingState state = fresh.state();
      state.progress.iteration = 100;
      state.progress.epoch = 20;
      state.progress.good_steps = {0, 100};
      save_checkpoint(good_checkpoint(folder.path(), 100), state);
      state.progress.iteration = 200;
      state.progress.epoch = 40;
      state.progress.good_steps = {100, 200};
      save_checkpoint(good_checkpoint(folder.path(), 200), state);
      save_checkpoint(folder / kCheckpointName, state);
    }
    DataLoader loader = make_loader(0);
    RetinaNet model = make_model(99);
    torch::Tensor weight = state_dict(*model).at("backbone.body.conv1.weight");
    std::vector<RollbackEvent> back;
    int64_t after = 0;
    TrainerHooks hooks;
    hooks.on_step = [&](const StepEvent& event) {
      const torch::NoGradGuard no_grad;
      if (event.iteration == 201) weight.fill_(std::numeric_limits<float>::infinity());
      after += back.empty() ? 0 : 1;
    };
    hooks.on_rollback = [&](const RollbackEvent& event) { back.push_back(event); };
    hooks.should_stop = [&] { return after + 1 == (is_stopped ? 3 : 7); };
    Trainer trainer(make_options(folder, config), model, make_criterion(), loader, hooks);
    trainer.resume(load_checkpoint(folder / kCheckpointName), "last.ckpt");
    EXPECT_TRUE(trainer.run().stopped);
    ASSERT_EQ(back.size(), 1) << log.str();
    EXPECT_EQ(back[0].iteration, 203);
    EXPECT_EQ(back[0].to_iteration, 100);
    EXPECT_EQ(back[0].checkpoint, "good-000100.ckpt");
    if (!is_stopped) return;
    int64_t steps = 0;
    TrainerHooks rest;
    rest.should_stop = [&] { return ++steps == 4; };
    EXPECT_TRUE(run(folder, config, rest).stopped);
  };
  const TemporaryFolder whole, parts;
  end_after(whole, false);
  end_after(parts, true);
  const TrainingState a = load_checkpoint(parts / kCheckpointName);
  const TrainingState b = load_checkpoint(whole / kCheckpointName);
  EXPECT_EQ(b.progress.iteration, 107);
  EXPECT_EQ(b.progress.rate_factor, 0.5);
  EXPECT_EQ(to_json(a.progress).dump(), to_json(b.progress).dump());
  expect_bit_identical(a.model, b.model);
  expect_bit_identical(a.optimizer, b.optimizer);
  expect_bit_identical(a.ema, b.ema);
}

/// The rate explodes, is halved until it doesn't, and the run comes to its end.
TEST_F(TrainerRecovery, StoppedAnywhereItEndsAsIfItHadNotBeen) {
  const LoggedText log;
  TrainConfig config = exploding_run(2000);
  config.ema.decay = 0.9;
  config.max_rollbacks = 30;
  config.checkpoint.every = 1;
  /// @param stops how many steps are made in each process but the last
  const auto run_in_parts = [&](const TemporaryFolder& folder, const std::vector<int64_t>& stops) {
    TrainResult result;
    for (size_t part = 0; part <= stops.size(); ++part) {
      int64_t asked = 0;
      TrainerHooks hooks;
      hooks.should_stop = [&] { return ++asked == (part < stops.size() ? stops[part] : -1); };
      result = run(folder, config, hooks);
      EXPECT_EQ(result.stopped, part < stops.size());
    }
    return result;
  };
  const TemporaryFolder whole;
  const TrainResult expected = run_in_parts(whole, {});
  EXPECT_GE(expected.progress.rollbacks, 2) << log.str();
  EXPECT_EQ(expected.progress.iteration, 10);
  const TrainingState end = load_checkpoint(whole / kCheckpointName);
  for (const std::vector<int64_t>& stops :
       {std::vector<int64_t>{1, 1, 1, 1, 1}, std::vector<int64_t>{7}}) {
    const TemporaryFolder parts;
    const TrainResult found = run_in_parts(parts, stops);
    EXPECT_EQ(to_json(found.progress).dump(), to_json(expected.progress).dump());
    const TrainingState state = load_checkpoint(parts / kCheckpointName);
    expect_bit_identical(state.model, end.model);
    expect_bit_identical(state.optimizer, end.optimizer);
    expect_bit_identical(state.ema, end.ema);
  }
}

}  // namespace
}  // namespace rn
