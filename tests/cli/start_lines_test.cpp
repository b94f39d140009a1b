#include "cli/start_lines.h"

#include <gmock/gmock.h>

namespace rn {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(SettingLines, NothingDiffersFromTheDefaults) {
  EXPECT_THAT(setting_lines(AppConfig{}, 80), IsEmpty());
}

TEST(SettingLines, AreBrokenBetweenSettings) {
  AppConfig config;
  config.seed = 1;
  config.train.epochs = 3;
  config.train.batch_size = 4;
  EXPECT_THAT(setting_lines(config, 80),
              ElementsAre("settings   seed=1  train.epochs=3  train.batch_size=4"));
  // 11 columns of names and 40 of settings at least.
  EXPECT_THAT(setting_lines(config, 1),
              ElementsAre("settings   seed=1  train.epochs=3", "           train.batch_size=4"));
  config.data.val.images = std::string(60, 'x');  // longer than a line
  EXPECT_THAT(setting_lines(config, 60),
              ElementsAre("settings   seed=1", "           data.val.images=" + std::string(60, 'x'),
                          "           train.epochs=3  train.batch_size=4"));
}

TEST(LearningRateLine, TellsTheEffectiveRate) {
  TrainConfig config;
  config.batch_size = 2;
  config.accumulate = 2;
  config.optimizer.learning_rate = 0.01;
  config.schedule.warmup_iterations = 500;
  EXPECT_EQ(learning_rate_line(config, {.iterations = 1000, .iterations_per_epoch = 100}),
            "rate       0.0025 for steps of 4 images (0.01 for 16); adamw, cosine after 100 steps "
            "of warm-up");
  config.optimizer.scale_learning_rate = false;
  config.schedule.warmup_iterations = 0;
  EXPECT_EQ(learning_rate_line(config, {.iterations = 1000, .iterations_per_epoch = 100}),
            "rate       0.01 for steps of 4 images, as it is set "
            "(optimizer.scale_learning_rate is false); adamw, cosine after 0 steps of warm-up");
}

TEST(RunLine, TellsWhereItGoesOn) {
  TrainConfig config;
  config.epochs = 12;
  const RunLength length{.iterations = 240, .iterations_per_epoch = 20};
  EXPECT_EQ(run_line(config, length, {}, "runs/a"), "run        240 steps in 12 epochs, in runs/a");
  EXPECT_EQ(run_line(config, length, 7, "runs/a"),
            "run        240 steps in 12 epochs, resumed after step 7, in runs/a");
}

TEST(ModelLine, CountsForTheLargestInput) {
  AppConfig config;
  config.model.backbone.name = BackboneName::kResNet50;
  config.model.backbone.weights.clear();
  config.data.short_side = 800;
  config.data.long_side = 1333;
  const RetinaNet model(config.model, 80);
  EXPECT_THAT(model_line(model, config), HasSubstr("GFLOP for 1344x800"));
  EXPECT_THAT(model_line(model, config), StartsWith("resnet50, "));
}

}  // namespace
}  // namespace rn
