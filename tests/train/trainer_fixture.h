#pragma once

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <limits>
#include <memory>

#include "core/temporary_folder.h"
#include "core/throws.h"
#include "data/synth.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

namespace rn {

inline constexpr int64_t kImages = 10;
inline constexpr int64_t kSeed = 5;

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

  static Criterion make_criterion(const LossConfig& config = {}) {
    return Criterion(config, (*dataset_)->num_classes());
  }

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
                           int64_t workers, int64_t stop_after = 0, const LossConfig& loss = {}) {
    DataLoader loader = make_loader(workers);
    int64_t done = 0;
    TrainerHooks hooks;
    hooks.evaluate = fake_evaluation;
    hooks.on_step = [&](const StepEvent& event) { done = event.iteration; };
    hooks.should_stop = [&] { return stop_after > 0 && done + 1 >= stop_after; };
    const auto path = folder / kCheckpointName;
    const bool resumes = std::filesystem::exists(path);
    // A resumed process starts from other random weights and another random state.
    Trainer trainer(make_options(folder, config), make_model(resumes ? 99 : 1),
                    make_criterion(loss), loader, hooks);
    if (resumes) trainer.resume(load_checkpoint(path), path.string());
    return trainer.run();
  }

  static inline TemporaryFolder* data_folder_ = nullptr;
  static inline std::shared_ptr<const Dataset>* dataset_ = nullptr;
};

inline void expect_bit_identical(const StateDict& found, const StateDict& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    EXPECT_TRUE(torch::equal(found.at(name), tensor))
        << name << ": largest difference " << (found.at(name) - tensor).abs().max().item<double>();
  }
}

}  // namespace rn
