#include "cli/tensor_memory.h"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include "core/out_of_memory.h"
#include "core/throws.h"
#include "infer/detector.h"
#include "train/training_step.h"

namespace rn {
namespace {

constexpr int64_t kMega = 1000000;

/// The limit is the whole process's: each test leaves it as good as none.
class TensorMemory : public testing::Test {
 protected:
  ~TensorMemory() override { limit_tensor_memory(int64_t{1} << 50); }

  static torch::Tensor megabytes(int64_t count) {
    return torch::empty({count * kMega}, torch::kUInt8);
  }
};

TEST_F(TensorMemory, BeyondTheLimitNothingCanBeHadUntilSomethingIsFreed) {
  limit_tensor_memory(int64_t{1} << 50);
  torch::Tensor first = megabytes(40);
  limit_tensor_memory(100 * kMega);
  const torch::Tensor second = megabytes(40);
  EXPECT_THROW(megabytes(40), c10::OutOfMemoryError);
  first.reset();
  EXPECT_NO_THROW(megabytes(40));
  EXPECT_NO_THROW(megabytes(40));  // the one before is free again
}

TEST_F(TensorMemory, TheLimitGrowsWithWhatOtherProgramsGiveBack) {
  int64_t free_bytes = 0;
  limit_tensor_memory(tensor_memory_in_use(), [&] { return free_bytes; });
  EXPECT_THROW(megabytes(40), c10::OutOfMemoryError);
  free_bytes = 50 * kMega;
  const torch::Tensor first = megabytes(40);
  free_bytes = 0;  // now that it has been had
  EXPECT_THROW(megabytes(40), c10::OutOfMemoryError);
}

/// As of a machine that has 100 MB, of which 15 are to stay free.
TEST_F(TensorMemory, TheReserveStaysFreeHoweverOftenTheLimitIsReached) {
  constexpr int64_t kAll = 100 * kMega, kReserve = 15 * kMega;
  const int64_t before = tensor_memory_in_use();
  const auto available = [&] { return kAll - (tensor_memory_in_use() - before); };
  limit_tensor_memory(before + kAll - kReserve,
                      [&] { return std::max<int64_t>(0, available() - kReserve); });
  std::vector<torch::Tensor> tensors;
  EXPECT_THROW(while (true) tensors.push_back(megabytes(4)), c10::OutOfMemoryError);
  EXPECT_THROW(megabytes(4), c10::OutOfMemoryError);
  EXPECT_GE(available(), kReserve);
  EXPECT_EQ(tensors.size(), 21);  // 84 of 85 MB
}

Batch drawn_batch(int64_t images) {
  torch::manual_seed(4);
  Batch batch;
  batch.images = torch::rand({images, 3, 128, 128}).contiguous(torch::MemoryFormat::ChannelsLast);
  for (int64_t i = 0; i < images; ++i) {
    batch.targets.push_back({torch::tensor({10.F, 10.F, 70.F, 90.F}).view({1, 4}) + i,
                             torch::zeros({1}, torch::kInt64), torch::zeros({0, 4})});
    batch.image_ids.push_back(i);
    batch.sizes_input.push_back({128, 128});
    batch.sizes_original.push_back({128, 128});
  }
  return batch;
}

RetinaNet network() {
  ModelConfig config;
  config.backbone.name = BackboneName::kResNet18;
  config.backbone.norm = Norm::kGroupNorm;
  config.fpn.channels = 32;
  config.head.num_convs = 1;
  torch::manual_seed(5);
  return RetinaNet(config, 2);
}

torch::Tensor gradient_of(const RetinaNet& model) {
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : model->parameters()) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad().flatten());
  }
  return torch::cat(gradients);
}

/// Tries again as the trainer does. @return how often memory ran out
int add(TrainingStep& step, const Batch& batch, TrainingStep::Losses& losses) {
  for (int failures = 0;; ++failures) {
    try {
      losses = step.add(batch, 1);
      return failures;
    } catch (const OutOfMemory&) {
    }
  }
}

TEST_F(TensorMemory, AStepThatRunsOutOfItHasTheSameGradientInParts) {
  const Batch batch = drawn_batch(8);
  RetinaNet roomy = network(), tight = network();
  const auto step_of = [](const RetinaNet& model) {
    return TrainingStep(TrainConfig{}, Precision::kFp32, torch::kCPU, model,
                        Criterion(LossConfig{}, 2));
  };
  TrainingStep whole = step_of(roomy), parts = step_of(tight);
  TrainingStep::Losses expected, found;
  ASSERT_EQ(add(whole, batch, expected), 0);
  const torch::Tensor gradient = gradient_of(roomy);
  const int64_t bytes = gradient.numel() * 4;
  // Room for all gradients and a few pictures' feature maps, but not for those of 8.
  limit_tensor_memory(tensor_memory_in_use() + bytes + 40 * kMega);
  EXPECT_GT(add(parts, batch, found), 0);
  EXPECT_LT(parts.parts().part_size(batch), 8);
  limit_tensor_memory(int64_t{1} << 50);
  EXPECT_NEAR(found.classification, expected.classification, 1e-5 * expected.classification);
  EXPECT_NEAR(found.box, expected.box, 1e-5 * expected.box);
  // Other kernels for fewer pictures: a unit that is nearly 0 may be on ReLU's other side, with all
  // that comes back to it. A part with a wrong weight would be off by a tenth and more.
  EXPECT_LT((gradient_of(tight) - gradient).norm().item<double>(),
            5e-3 * gradient.norm().item<double>());
}

TEST_F(TensorMemory, ADetectorTakesFewerPicturesAtOnceWhenItRunsOut) {
  Detector detector(network(), {{1, "a"}, {2, "b"}}, {}, torch::kCPU, Precision::kFp32);
  detector.predict_config().score_threshold = 0.001;
  const Batch batch = drawn_batch(9);
  const auto detect = [&] {
    return detector(batch.images, batch.sizes_input, batch.sizes_original);
  };
  limit_tensor_memory(int64_t{1} << 50);
  const auto expected = detect();
  // The first feature maps of a picture are 64 channels of 64 x 64: 1 MB, in several copies.
  limit_tensor_memory(tensor_memory_in_use() + 8 * kMega);
  const auto found = detect();
  limit_tensor_memory(tensor_memory_in_use() + kMega / 2);
  const std::string text = error_text([&] { detect(); });
  EXPECT_TRUE(text.starts_with("out of memory with a picture that is 128x128 for the network ("))
      << text;
  EXPECT_NE(text.find("--precision bf16"), std::string::npos) << text;
  limit_tensor_memory(int64_t{1} << 50);
  ASSERT_EQ(found.size(), 9U);
  ASSERT_GT(expected[8].size(), 0);
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].size(), expected[i].size());
    EXPECT_TRUE(torch::allclose(found[i].scores, expected[i].scores, 1e-4, 1e-6));
    // Whose order is open where scores are nearly the same.
    const auto differences = (found[i].boxes.unsqueeze(1) - expected[i].boxes).abs().amax(2);
    EXPECT_LT(differences.amin(1).max().item<double>(), 0.05);
  }
}

}  // namespace
}  // namespace rn
