#include "train/training_step.h"

#include "train/trainer_fixture.h"

namespace rn {
namespace {

class TrainingStepParts : public TrainerTest {
 protected:
  /// Without live batch norm, whose statistics are those of a whole batch.
  static RetinaNet gn_model() {
    ModelConfig config = model_config();
    config.backbone.norm = Norm::kGroupNorm;
    torch::manual_seed(3);
    return RetinaNet(config, (*dataset_)->num_classes());
  }

  static Batch batch_of(int64_t images) {
    DataConfig config;
    config.short_side = config.long_side = 64;
    config.workers = 0;
    DataLoader loader(*dataset_, training_loader(config, images, kSeed));
    loader.start(0);
    return *loader.next();
  }

  /// What a batch does to a network, in parts of that many images.
  struct Outcome {
    TrainingStep::Losses losses;
    StateDict gradients;
    double normalizer = 0;
  };
  static Outcome outcome(const Batch& batch, const LossConfig& loss, int64_t part_size) {
    RetinaNet model = gn_model();
    TrainingStep step(TrainConfig{}, Precision::kFp32, torch::kCPU, model,
                      Criterion(loss, (*dataset_)->num_classes()));
    while (step.parts().part_size(batch) > part_size) {
      step.parts().was_too_large(slice(batch, 0, step.parts().part_size(batch)));
    }
    Outcome outcome{step.add(batch, 2), {}, step.normalizer().average()};
    for (const auto& parameter : model->named_parameters()) {
      if (parameter->grad().defined()) {
        outcome.gradients[parameter.key()] = parameter->grad().clone();
      }
    }
    return outcome;
  }

  static void expect_same(const Outcome& found, const Outcome& expected) {
    EXPECT_NEAR(found.losses.classification, expected.losses.classification,
                1e-6 * expected.losses.classification);
    EXPECT_NEAR(found.losses.box, expected.losses.box, 1e-6 * expected.losses.box);
    EXPECT_EQ(found.losses.positives, expected.losses.positives);
    EXPECT_EQ(found.normalizer, expected.normalizer);
    ASSERT_EQ(found.gradients.size(), expected.gradients.size());
    for (const auto& [name, gradient] : expected.gradients) {
      const double norm = gradient.norm().item<double>();
      EXPECT_LT((found.gradients.at(name) - gradient).norm().item<double>(), 1e-4 * norm + 1e-9)
          << name;
    }
  }
};

TEST_F(TrainingStepParts, AddUpToTheWholeBatchsLossAndGradient) {
  const Batch batch = batch_of(5);
  for (const auto normalizer :
       {NormalizerKind::kBatch, NormalizerKind::kImage, NormalizerKind::kMovingAverage}) {
    for (const auto kind : {ClassificationKind::kFocal, ClassificationKind::kOhem}) {
      LossConfig loss;
      loss.normalizer = normalizer;
      loss.classification.kind = kind;
      const Outcome whole = outcome(batch, loss, 5);
      ASSERT_GT(whole.losses.positives, 0);
      for (const int64_t part_size : {3, 1}) expect_same(outcome(batch, loss, part_size), whole);
    }
  }
}

}  // namespace
}  // namespace rn
