#include "core/config_io.h"
#include "core/files.h"
#include "train/logged_text.h"
#include "train/trainer_fixture.h"

namespace rn {
namespace {

class ResumedTrainer : public TrainerTest, public ::testing::WithParamInterface<std::string> {
 protected:
  static TrainConfig config() {
    TrainConfig config = short_run();
    config.evaluate_every = 0.4;  // after steps 2, 4, ...
    const std::string& kind = GetParam();
    if (kind == "sgd") {
      config.optimizer.kind = OptimizerKind::kSgd;
      config.optimizer.nesterov = true;
    } else if (kind == "ema") {
      config.ema.decay = 0.9;
    } else if (kind == "accumulate") {
      config.accumulate = 2;
    } else if (kind == "early_stop") {
      config.early_stop = 3;
    }
    return config;
  }

  static LossConfig loss() {
    LossConfig loss;
    if (GetParam() == "moving_average") loss.normalizer = NormalizerKind::kMovingAverage;
    if (GetParam() == "ohem") loss.classification.kind = ClassificationKind::kOhem;
    return loss;
  }
};

TEST_P(ResumedTrainer, EqualsUninterruptedRun) {
  const TemporaryFolder whole, parts;
  const TrainResult expected = train(whole, config(), 0, 0, loss());
  EXPECT_TRUE(train(parts, config(), 2, 1, loss()).stopped);
  EXPECT_TRUE(train(parts, config(), 1, 4, loss()).stopped);  // another number of workers each time
  const TrainResult found = train(parts, config(), 0, 0, loss());
  EXPECT_FALSE(found.stopped);
  EXPECT_EQ(to_json(found.progress).dump(), to_json(expected.progress).dump());

  const TrainingState a = load_checkpoint(parts / kCheckpointName);
  const TrainingState b = load_checkpoint(whole / kCheckpointName);
  expect_bit_identical(a.model, b.model);
  expect_bit_identical(a.optimizer, b.optimizer);
  expect_bit_identical(a.ema, b.ema);
  EXPECT_EQ(a.ema.empty(), GetParam() != "ema");
  for (const char* name : {kLastModelName, kBestModelName}) {
    EXPECT_EQ(read_file(parts / name), read_file(whole / name)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Trainer, ResumedTrainer,
                         ::testing::Values("sgd", "ema", "accumulate", "moving_average", "ohem",
                                           "early_stop"),
                         [](const auto& tested) { return tested.param; });

/// The same seed gives the same weights on the same machine: over two runs, whoever loads the
/// pictures, and for a run that is taken up with another number of workers after every few steps.
TEST_F(TrainerTest, WeightsFollowFromTheSeedWhateverTheNumberOfWorkers) {
  const auto weights = [](const TemporaryFolder& folder) {
    return load_checkpoint(folder / kCheckpointName).model;
  };
  const TemporaryFolder first;
  train(first, short_run(), 0);
  const StateDict expected = weights(first);
  for (const int64_t workers : {0, 1, 2, 4}) {
    const TemporaryFolder again;
    train(again, short_run(), workers);
    expect_bit_identical(weights(again), expected);
  }
  const TemporaryFolder parts;
  train(parts, short_run(), 4, 3);  // inside the first epoch
  train(parts, short_run(), 1, 7);  // inside the second
  train(parts, short_run(), 2);
  expect_bit_identical(weights(parts), expected);

  // The comparison can fail: another seed gives other weights.
  const TemporaryFolder other;
  DataLoader loader = make_loader(0, kSeed + 1);
  TrainerOptions options = make_options(other, short_run());
  options.seed = kSeed + 1;
  Trainer(options, make_model(), make_criterion(), loader, {}).run();
  EXPECT_FALSE(torch::equal(weights(other).at("backbone.body.conv1.weight"),
                            expected.at("backbone.body.conv1.weight")));
}

TEST_F(TrainerTest, AnEvaluationThatFailsCostsNoStepAndIsMadeOnResume) {
  const TemporaryFolder folder;
  const TrainConfig config = short_run();
  const auto path = folder / kCheckpointName;
  {
    DataLoader loader = make_loader(0);
    TrainerHooks hooks;
    hooks.evaluate = [](RetinaNet&) -> std::optional<EvaluationEvent> {
      throw Error("a picture is gone");
    };
    Trainer trainer(make_options(folder, config), make_model(), make_criterion(), loader, hooks);
    EXPECT_EQ(error_text([&] { trainer.run(); }),
              "the evaluation after step 5 failed: a picture is gone\n"
              "Saved up to step 5: mend it, and --resume goes on from there.");
  }
  EXPECT_EQ(load_checkpoint(path).progress.iteration, 5);  // the whole first epoch

  DataLoader loader = make_loader(0);
  std::vector<int64_t> evaluated;
  TrainerHooks hooks;
  hooks.evaluate = fake_evaluation;
  hooks.on_evaluation = [&](const EvaluationEvent& e) { evaluated.push_back(e.iteration); };
  Trainer trainer(make_options(folder, config), make_model(), make_criterion(), loader, hooks);
  trainer.resume(load_checkpoint(path), path.string());
  trainer.run();
  EXPECT_EQ(evaluated, (std::vector<int64_t>{5, 10}));
}

/// A run that is stopped after an epoch's last step, or while the evaluation after it is made.
class StoppedEvaluation : public TrainerTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(StoppedEvaluation, IsMadeOnResumeAndTheEndIsTheSame) {
  const TrainConfig config = short_run();
  const TemporaryFolder whole, parts;
  train(whole, config, 0);

  const auto path = parts / kCheckpointName;
  const int64_t at = GetParam() == "at_the_end" ? 10 : 5;
  std::vector<int64_t> evaluated;
  const auto run = [&](bool stops) {
    DataLoader loader = make_loader(0);
    int64_t done = 0;
    TrainerHooks hooks;
    hooks.on_step = [&](const StepEvent& event) { done = event.iteration; };
    hooks.should_stop = [&] { return stops && GetParam() == "in_the_step" && done + 1 == at; };
    hooks.evaluate = [&](RetinaNet& model) -> std::optional<EvaluationEvent> {
      EXPECT_FALSE(model->is_training());
      if (stops && GetParam() != "in_the_step" && done == at) return {};
      return fake_evaluation(model);
    };
    hooks.on_evaluation = [&](const EvaluationEvent& e) { evaluated.push_back(e.iteration); };
    Trainer trainer(make_options(parts, config), make_model(), make_criterion(), loader, hooks);
    if (!stops) trainer.resume(load_checkpoint(path), path.string());
    const TrainResult result = trainer.run();
    EXPECT_EQ(result.stopped, stops);
    return result.progress;
  };
  run(true);
  EXPECT_EQ(load_checkpoint(path).progress.iteration, at);
  EXPECT_TRUE(load_checkpoint(path).progress.evaluation_due);
  run(false);
  EXPECT_EQ(evaluated, (std::vector<int64_t>{5, 10}));
  for (const char* name : {kLastModelName, kBestModelName}) {
    EXPECT_TRUE(read_file(parts / name) == read_file(whole / name)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Trainer, StoppedEvaluation,
                         ::testing::Values("in_the_step", "on_the_way", "at_the_end"),
                         [](const auto& tested) { return tested.param; });

TEST_F(TrainerTest, RefusesTheStateOfAnotherRun) {
  const TemporaryFolder folder;
  train(folder, short_run(), 0, 1);
  const TrainingState state = load_checkpoint(folder / kCheckpointName);
  DataLoader loader = make_loader(0);
  TrainerOptions options = make_options(folder, short_run());
  options.seed = 6;
  Trainer other_seed(options, make_model(), make_criterion(), loader, {});
  EXPECT_EQ(error_text([&] { other_seed.resume(state, "last.ckpt"); }),
            "last.ckpt: was made with seed 5, 5 batches an epoch and 1 step so far; this run has "
            "seed 6, 5 batches and would have made 1 step: resume with the config and the data of "
            "that run, or start a new one");
  options.seed = 5;
  options.data_checksum = 77;
  Trainer other_data(options, make_model(), make_criterion(), loader, {});
  EXPECT_EQ(
      error_text([&] { other_data.resume(state, "last.ckpt"); }),
      "last.ckpt: was made with a training set of other images or categories: resume with the "
      "data of that run, or start a new one");
  ModelConfig wider = model_config();
  wider.fpn.channels = 64;
  Trainer other_model(make_options(folder, short_run()),
                      RetinaNet(wider, (*dataset_)->num_classes()), make_criterion(), loader, {});
  EXPECT_THROW(other_model.resume(state, "last.ckpt"), Error);
}

TEST_F(TrainerTest, SaysThatTheAnnotationsHaveChangedAndGoesOn) {
  const TemporaryFolder folder;
  train(folder, short_run(), 0, 1);  // knows of no objects
  DataLoader loader = make_loader(0);
  TrainerOptions options = make_options(folder, short_run());
  const auto warning_of_resuming = [&] {
    const LoggedText log;
    Trainer trainer(options, make_model(), make_criterion(), loader, {});
    trainer.resume(load_checkpoint(folder / kCheckpointName), "last.ckpt");
    TrainingState state = load_checkpoint(folder / kCheckpointName);
    state.progress = trainer.progress();
    save_checkpoint(folder / kCheckpointName, state);
    return log.str().substr(0, log.str().find("info: "));
  };
  options.objects_checksum = 11;
  EXPECT_EQ(warning_of_resuming(), "");
  EXPECT_EQ(warning_of_resuming(), "");
  options.objects_checksum = 12;
  EXPECT_EQ(
      warning_of_resuming(),
      "warning: last.ckpt: the objects of the training set have changed since (its "
      "annotations, or the config's data): boxes, classes or crowds. The run goes on with the "
      "new ones; start a new one to train on them from the first step\n");
  EXPECT_EQ(warning_of_resuming(), "");  // it has been said
}

}  // namespace
}  // namespace rn
