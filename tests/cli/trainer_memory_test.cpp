// A Trainer whose allocations fail when the test says so.

#include <gmock/gmock.h>

#include "cli/tensor_memory.h"
#include "train/logged_text.h"
#include "train/trainer_fixture.h"

namespace rn {
namespace {
using ::testing::HasSubstr;

constexpr int64_t kPlenty = int64_t{1} << 50;

class TrainerMemory : public TrainerTest {
 protected:
  ~TrainerMemory() override { limit_tensor_memory(kPlenty); }

  /// Steps of 2 batches of 2 images, so 3 in each of 2 epochs, without batch norm.
  static TrainConfig config() {
    TrainConfig config = short_run();
    config.accumulate = 2;
    return config;
  }

  /// @param after_step called with each step that is done
  static TrainResult run(const TemporaryFolder& folder, std::vector<StepEvent>& steps,
                         const std::function<void(int64_t)>& after_step) {
    ModelConfig network = model_config();
    network.backbone.norm = Norm::kGroupNorm;
    torch::manual_seed(1);
    const RetinaNet model(network, (*dataset_)->num_classes());
    TrainerOptions options = make_options(folder, config());
    options.model_file.config = network;
    DataLoader loader = make_loader(0);
    TrainerHooks hooks;
    hooks.evaluate = fake_evaluation;
    hooks.on_step = [&](const StepEvent& event) {
      steps.push_back(event);
      after_step(event.iteration);
    };
    return Trainer(options, model, make_criterion(), loader, hooks).run();
  }

  /// The next `failures` allocations for which `room` bytes don't suffice fail.
  static void fail_next(int64_t failures, int64_t room) {
    limit_tensor_memory(tensor_memory_in_use() + room,
                        [failures]() mutable { return failures-- > 0 ? 0 : kPlenty; });
  }
};

TEST_F(TrainerMemory, AStepIsMadeAgainInPartsAndCountsItsImagesOnce) {
  limit_tensor_memory(kPlenty);
  const LoggedText log;
  const TemporaryFolder whole, tight;
  std::vector<StepEvent> expected, found;
  EXPECT_EQ(run(whole, expected, [](int64_t) {}).progress.batch_pixel_limit, 0);
  const TrainResult result = run(tight, found, [](int64_t step) {
    // 98 KB for the pictures of a batch, 524 KB for the first feature map.
    if (step == 2) fail_next(1, 200000);
  });
  EXPECT_THAT(log.str(), HasSubstr("Step 3: out of memory with 2 images of 64x64 and "));
  EXPECT_THAT(log.str(), HasSubstr("; such batches go on in parts of 1 image, with the same "
                                   "gradient."));
  EXPECT_EQ(result.progress.batch_pixel_limit, 2 * 64 * 64);
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].images, expected[i].images);
    EXPECT_EQ(found[i].positives, expected[i].positives);
    EXPECT_NEAR(found[i].loss_cls, expected[i].loss_cls, 1e-3 * expected[i].loss_cls);
    EXPECT_NEAR(found[i].loss_box, expected[i].loss_box, 1e-3 * expected[i].loss_box);
  }
  EXPECT_EQ(load_checkpoint(tight / kCheckpointName).progress.batch_pixel_limit, 2 * 64 * 64);
}

TEST_F(TrainerMemory, PicturesForWhichThereWasNoMemoryAreLoadedAgain) {
  limit_tensor_memory(kPlenty);
  const LoggedText log;
  const TemporaryFolder whole, tight;
  std::vector<StepEvent> expected, found;
  run(whole, expected, [](int64_t) {});
  run(tight, found, [](int64_t step) {
    if (step == 2) fail_next(1, 0);
  });
  EXPECT_THAT(log.str(), HasSubstr("Step 3: out of memory while pictures were loaded; they are "
                                   "loaded again."));
  expect_bit_identical(load_checkpoint(tight / kCheckpointName).model,
                       load_checkpoint(whole / kCheckpointName).model);
}

TEST_F(TrainerMemory, WithoutMemoryForPicturesTheStepsSoFarAreSaved) {
  limit_tensor_memory(kPlenty);
  const LoggedText log;
  const TemporaryFolder folder;
  std::vector<StepEvent> steps;
  const std::string text = error_text([&] {
    run(folder, steps, [](int64_t step) {
      if (step == 2) fail_next(2, 0);
    });
  });
  EXPECT_THAT(text, HasSubstr("out of memory while pictures were loaded: end other programs, or "
                              "set data.workers or data.cache_mb lower\nSaved up to step 2: mend "
                              "it, and --resume goes on from there."));
  EXPECT_EQ(load_checkpoint(folder / kCheckpointName).progress.iteration, 2);
}

}  // namespace
}  // namespace rn
