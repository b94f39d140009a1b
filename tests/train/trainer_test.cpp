#include "train/trainer.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <limits>

#include "core/config_io.h"
#include "core/files.h"
#include "core/temporary_folder.h"
#include "core/throws.h"
#include "data/synth.h"
#include "model/parameters.h"
#include "train/checkpoint.h"

namespace rn {
namespace {

constexpr int64_t kImages = 10;
constexpr int64_t kSeed = 5;

/// One small drawn data set for all tests: 10 pictures of 64 x 64.
class TrainerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_folder_ = new TemporaryFolder;
    SynthConfig synth;
    synth.train_images = kImages;
    synth.val_images = 1;
    synth.width = synth.height = 64;
    synth.max_objects = 3;
    write_synthetic_dataset(data_folder_->path(), synth, true, {}, 1);
    const DatasetConfig config{(*data_folder_ / "train").string(),
                               (*data_folder_ / "annotations/train.json").string()};
    dataset_ = new std::shared_ptr<const Dataset>(
        std::make_shared<Dataset>(Dataset::load(config, {}, "data.train")));
  }
  static void TearDownTestSuite() {
    delete dataset_;
    delete data_folder_;
  }

  static DataLoader make_loader(int64_t workers, int64_t seed = kSeed) {
    DataConfig config;
    config.short_side = config.long_side = 64;
    config.workers = workers;
    config.augment.brightness = 0.2;
    return DataLoader(*dataset_, training_loader(config, 2, static_cast<uint64_t>(seed)));
  }

  static ModelConfig model_config() {
    ModelConfig config;
    config.backbone.name = BackboneName::kResNet18;
    config.backbone.norm = Norm::kBatchNorm;
    config.fpn.channels = 32;
    config.head.num_convs = 1;
    config.head.norm = HeadNorm::kGroupNorm;
    return config;
  }

  static RetinaNet make_model(int64_t seed = 1) {
    torch::manual_seed(static_cast<uint64_t>(seed));
    return RetinaNet(model_config(), (*dataset_)->num_classes());
  }

  static Criterion make_criterion() { return Criterion(LossConfig{}, (*dataset_)->num_classes()); }

  static TrainerOptions make_options(const TemporaryFolder& folder, const TrainConfig& config) {
    TrainerOptions options;
    options.config = config;
    options.seed = kSeed;
    options.folder = folder.path();
    options.config_text = "{}";
    options.model_file.config = model_config();
    options.model_file.categories = (*dataset_)->categories();
    return options;
  }

  /// 2 epochs of 5 batches of 2 images.
  static TrainConfig short_run() {
    TrainConfig config;
    config.epochs = 2;
    config.batch_size = 2;
    config.schedule.warmup_iterations = 0;
    config.optimizer.learning_rate = 1e-3;
    return config;
  }

  /// Scores that follow from the weights alone.
  static EvaluationEvent fake_evaluation(RetinaNet& model) {
    EvaluationEvent event;
    event.stats[0] =
        std::abs(state_dict(*model).at("backbone.body.conv1.weight").mean().item<double>());
    return event;
  }

  /// Runs until `stop_after` steps are done (0: to the end), from the folder's checkpoint if there
  /// is one.
  static TrainResult train(const TemporaryFolder& folder, const TrainConfig& config,
                           int64_t workers, int64_t stop_after = 0) {
    DataLoader loader = make_loader(workers);
    int64_t done = 0;
    TrainerHooks hooks;
    hooks.evaluate = fake_evaluation;
    hooks.on_step = [&](const StepEvent& event) { done = event.iteration; };
    hooks.should_stop = [&] { return stop_after > 0 && done + 1 >= stop_after; };
    const auto path = folder / Trainer::kCheckpointName;
    const bool resumes = std::filesystem::exists(path);
    // A resumed process starts from other random weights and another random state.
    Trainer trainer(make_options(folder, config), make_model(resumes ? 99 : 1), make_criterion(),
                    loader, hooks);
    if (resumes) trainer.resume(load_checkpoint(path), path.string());
    return trainer.run();
  }

  static TemporaryFolder* data_folder_;
  static std::shared_ptr<const Dataset>* dataset_;
};
TemporaryFolder* TrainerTest::data_folder_ = nullptr;
std::shared_ptr<const Dataset>* TrainerTest::dataset_ = nullptr;

void expect_bit_identical(const StateDict& found, const StateDict& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    EXPECT_TRUE(torch::equal(found.at(name), tensor))
        << name << ": largest difference " << (found.at(name) - tensor).abs().max().item<double>();
  }
}

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
    } else {
      config.accumulate = 2;
    }
    return config;
  }
};

TEST_P(ResumedTrainer, EqualsUninterruptedRun) {
  const TemporaryFolder whole, parts;
  const TrainResult expected = train(whole, config(), 0);
  EXPECT_TRUE(train(parts, config(), 2, 1).stopped);
  EXPECT_TRUE(train(parts, config(), 1, 4).stopped);  // another number of workers each time
  const TrainResult found = train(parts, config(), 0);
  EXPECT_FALSE(found.stopped);
  EXPECT_EQ(to_json(found.progress).dump(), to_json(expected.progress).dump());

  const TrainingState a = load_checkpoint(parts / Trainer::kCheckpointName);
  const TrainingState b = load_checkpoint(whole / Trainer::kCheckpointName);
  expect_bit_identical(a.model, b.model);
  expect_bit_identical(a.optimizer, b.optimizer);
  expect_bit_identical(a.ema, b.ema);
  EXPECT_EQ(a.ema.empty(), GetParam() != "ema");
  for (const char* name : {Trainer::kLastModelName, Trainer::kBestModelName}) {
    EXPECT_EQ(read_file(parts / name), read_file(whole / name)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Trainer, ResumedTrainer, ::testing::Values("sgd", "ema", "accumulate"),
                         [](const auto& tested) { return tested.param; });

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
  expect_bit_identical(state_dict(*load_model(folder / Trainer::kBestModelName).model), best);
  // The state knows that the run is over.
  Trainer again(make_options(folder, config), make_model(2), make_criterion(), loader, hooks);
  again.resume(load_checkpoint(folder / Trainer::kCheckpointName), "last.ckpt");
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
  expect_bit_identical(state_dict(*load_model(folder / Trainer::kLastModelName).model), state.ema);
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

TEST_F(TrainerTest, AnEvaluationThatFailsCostsNoStepAndIsMadeOnResume) {
  const TemporaryFolder folder;
  const TrainConfig config = short_run();
  const auto path = folder / Trainer::kCheckpointName;
  {
    DataLoader loader = make_loader(0);
    TrainerHooks hooks;
    hooks.evaluate = [](RetinaNet&) -> EvaluationEvent { throw Error("a picture is gone"); };
    Trainer trainer(make_options(folder, config), make_model(), make_criterion(), loader, hooks);
    EXPECT_EQ(error_text([&] { trainer.run(); }), "a picture is gone");
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

TEST_F(TrainerTest, NamesStepAndImagesOfALossThatIsNotFinite) {
  const TemporaryFolder folder;
  DataLoader loader = make_loader(0);
  RetinaNet model = make_model();
  {
    const torch::NoGradGuard no_grad;
    state_dict(*model)
        .at("backbone.body.conv1.weight")
        .fill_(std::numeric_limits<float>::infinity());
  }
  Trainer trainer(make_options(folder, short_run()), model, make_criterion(), loader, {});
  const std::string text = error_text([&] { trainer.run(); });
  EXPECT_EQ(text.rfind("step 1 (images ", 0), 0) << text;
  EXPECT_NE(text.find("the loss is not finite (classification "), std::string::npos) << text;
  EXPECT_NE(text.find("lower train.optimizer.learning_rate"), std::string::npos) << text;
  EXPECT_FALSE(std::filesystem::exists(folder / Trainer::kCheckpointName));
}

TEST_F(TrainerTest, RefusesTheStateOfAnotherRun) {
  const TemporaryFolder folder;
  train(folder, short_run(), 0, 1);
  const TrainingState state = load_checkpoint(folder / Trainer::kCheckpointName);
  DataLoader loader = make_loader(0);
  TrainerOptions options = make_options(folder, short_run());
  options.seed = 6;
  Trainer other_seed(options, make_model(), make_criterion(), loader, {});
  EXPECT_EQ(error_text([&] { other_seed.resume(state, "last.ckpt"); }),
            "last.ckpt: was made with seed 5, 5 batches an epoch and 1 steps so far; this run has "
            "seed 6, 5 batches and would have made 1 steps: resume with the config and the data of "
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
