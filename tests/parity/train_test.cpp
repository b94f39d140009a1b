// Losses, gradients and 20 steps of SGD against torchvision, in float32 and in double.
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "core/error.h"
#include "loss/criterion.h"
#include "model/parameters.h"
#include "model/start_weights.h"
#include "parity/peer.h"
#include "torture/torture.h"
#include "train/optimizer.h"

namespace rn::parity {
namespace {

constexpr double kRate = 1e-4;
constexpr int64_t kTrainClasses = 91;

struct Tolerance {
  double loss_and_gradient;
  double after_training;
};

Tolerance tolerance_of(torch::Dtype dtype) {
  return dtype == torch::kFloat64 ? Tolerance{1e-9, 1e-8} : Tolerance{1e-4, 1e-3};
}

const char* name_of(torch::Dtype dtype) { return dtype == torch::kFloat64 ? "float64" : "float32"; }

class Train : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!can_import("torchvision")) GTEST_SKIP() << kNoTorchvision;
    // It has more of the blocks that ResNet-50 is made of, and takes a quarter of all tests' time.
    if (GetParam().backbone == BackboneName::kResNet101 && repetitions(0, 1) == 0) {
      GTEST_SKIP() << "ResNet-101 is trained by tools/test.sh --torture (RN_TORTURE=1)";
    }
  }
};

/// A model with the peer's weights and its own SGD, fed with the inputs that the peer transformed.
class Replay {
 public:
  Replay(const Case& c, const Peer& peer, const AppConfig& config, torch::Dtype dtype)
      : case_(c),
        config_(config),
        theirs_(peer.read(fmt::format("train_{}.pth", name_of(dtype)))),
        dtype_(dtype),
        model_(config.model, kTrainClasses),
        criterion_(config.loss, kTrainClasses) {
    const auto weights = peer.path("weights.pth");
    load_detector(model_, to_own_names(read_weights(weights), config.model, weights.string()),
                  weights.string());
    model_->to(dtype);
    model_->train();
  }

  /// The losses of a batch, with gradients. [2]
  torch::Tensor losses(int64_t batch) {
    const std::string prefix = fmt::format("batch.{}.", batch);
    const torch::Tensor images = theirs_.at(prefix + "images").to(dtype_);
    std::vector<GroundTruth> truths;
    for (size_t i = 0; i < case_.batch; ++i) {
      truths.push_back({theirs_.at(fmt::format("{}boxes.{}", prefix, i)),
                        theirs_.at(fmt::format("{}labels.{}", prefix, i)),
                        {}});
    }
    // As a training step has it: the boxes of the positive anchors alone.
    const std::vector<torch::Tensor> features = model_->features(images);
    std::vector<torch::Tensor> anchors, positives;
    AnchorCache cache(config_.model.anchors, torch::kCPU);
    for (const torch::Tensor& level : cache(features, images)) anchors.push_back(level.to(dtype_));
    const std::vector<torch::Tensor> logits = model_->head()->logits(features);
    const Targets targets = criterion_.assign(anchors, truths);
    for (const LevelTargets& level : targets.levels) positives.push_back(level.positives);
    const torch::Tensor deltas = model_->head()->deltas_at(features, positives);
    const LossOutput out = criterion_(logits, deltas, anchors, targets);
    return torch::stack({out.classification, out.box});
  }

  RetinaNet& model() { return model_; }
  const StateDict& theirs() const { return theirs_; }
  int64_t batches() const {
    int64_t count = 0;
    while (theirs_.contains(fmt::format("batch.{}.images", count))) ++count;
    return count;
  }

 private:
  Case case_;
  AppConfig config_;
  StateDict theirs_;
  torch::Dtype dtype_;
  RetinaNet model_;
  Criterion criterion_;
};

std::string without_prefix(const std::string& name) { return name.substr(name.find('/') + 1); }

/// The norm that a gradient is measured by: its own. The bias of a norm whose output only goes on
/// to another live norm has none, but for rounding: there it is that of weight and bias together.
double norm_of(const StateDict& gradients, const std::string& name) {
  static const std::regex norm_bias(R"((.*(?:bn\d|downsample\.1|conv\.\d\.1))\.bias)");
  const double own = gradients.at(name).norm().item<double>();
  std::smatch match;
  if (!std::regex_match(name, match, norm_bias)) return own;
  return std::hypot(own, gradients.at(match.str(1) + ".weight").norm().item<double>());
}

/// After losses(0) and backward().
void compare_gradients(const Case& c, Replay& replay, torch::Dtype dtype, const std::string& when) {
  const auto parameters = replay.model()->named_parameters();
  double worst = 0, worst_of_backbone = 0;
  size_t compared = 0;
  for (const auto& [name, value] : replay.theirs()) {
    if (!name.starts_with("gradient/")) continue;
    const torch::Tensor* parameter = parameters.find(without_prefix(name));
    ASSERT_NE(parameter, nullptr) << name;
    ASSERT_TRUE(parameter->grad().defined()) << name;
    const double distance = (parameter->grad() - value).norm().item<double>();
    double& largest = name.find("backbone.body") == std::string::npos ? worst : worst_of_backbone;
    const double difference = distance / norm_of(replay.theirs(), name);
    largest = std::isfinite(difference) ? std::max(largest, difference) : INFINITY;
    ++compared;
  }
  EXPECT_EQ(compared, trainable_parameters(*replay.model()).size());
  const double limit = tolerance_of(dtype).loss_and_gradient;
  const std::string what = fmt::format("gradients{}, {}", when, name_of(dtype));
  report(c, what + ", pyramid and heads", worst, limit);
  report(c, what + ", backbone", worst_of_backbone, limit);
}

/// SGD of torchvision's recipe: momentum 0.9, weight decay 1e-4 on everything.
OptimizerConfig sgd() {
  OptimizerConfig config;
  config.kind = OptimizerKind::kSgd;
  config.momentum = 0.9;
  config.weight_decay = 1e-4;
  config.decay_norms = config.decay_biases = true;
  return config;
}

/// Twenty steps over the batches in turn; the gradients of the first one, too.
void compare_training(const Case& c, Replay& replay, torch::Dtype dtype) {
  const auto parameters = trainable_parameters(*replay.model());
  const Tolerance tolerance = tolerance_of(dtype);
  Optimizer optimizer(sgd(), parameters);
  const torch::Tensor& theirs = replay.theirs().at("losses");
  std::vector<torch::Tensor> curve;
  for (int64_t step = 0; step < theirs.size(0); ++step) {
    const torch::Tensor losses = replay.losses(step % replay.batches());
    for (const auto& parameter : parameters) parameter.tensor.mutable_grad() = torch::Tensor();
    losses.sum().backward();
    if (step == 0) compare_gradients(c, replay, dtype, "");
    optimizer.step(kRate);
    curve.push_back(losses.detach());
  }
  EXPECT_LT(theirs[-1].sum().item<double>(), theirs[0].sum().item<double>()) << "no training";
  report(c, fmt::format("losses, {}", name_of(dtype)), relative_difference(curve[0], theirs[0]),
         tolerance.loss_and_gradient);
  report(c, fmt::format("loss curve of {} steps, {}", theirs.size(0), name_of(dtype)),
         relative_difference(torch::stack(curve), theirs), tolerance.after_training);
  double worst = 0;
  for (const auto& [name, tensor] : state_dict(*replay.model())) {
    worst = std::max(worst, relative_difference(tensor, replay.theirs().at("final/" + name)));
  }
  report(c, fmt::format("weights after them, {}", name_of(dtype)), worst, tolerance.after_training);
}

// Small pictures: double takes four times as long.
std::vector<std::string> twenty_steps(torch::Dtype dtype) {
  const bool is_double = dtype == torch::kFloat64;
  return {"--min-size", is_double ? "64" : "96",
          "--max-size", is_double ? "96" : "160",
          "--steps",    "20",
          "--rate",     fmt::format("{}", kRate),
          "--train",    name_of(dtype)};
}

TEST_P(Train, LossesGradientsAndTwentyStepsOfSgdEqualTorchvisionInDouble) {
  const Case c = GetParam();
  const Peer peer(c, pictures(2 * c.batch), twenty_steps(torch::kFloat64));
  Replay replay(c, peer, c.config(), torch::kFloat64);
  compare_training(c, replay, torch::kFloat64);
}

// Float32 wants weights that keep ReLUs away from 0 (see peer.py): with ordinary ones
// torchvision's own float32 gradients are up to 1e-2 away from its double ones.
TEST_P(Train, LossesGradientsAndTwentyStepsOfSgdEqualTorchvisionInFloat) {
  const Case c = GetParam();
  auto arguments = twenty_steps(torch::kFloat32);
  arguments.push_back("--clear-signs");
  const Peer peer(c, pictures(2 * c.batch), arguments);
  Replay replay(c, peer, c.config(), torch::kFloat32);
  compare_training(c, replay, torch::kFloat32);
}

class TrainWithAnEmptyImage : public Train {};

TEST_P(TrainWithAnEmptyImage, LossesAndGradientsEqualTorchvision) {
  const Case c = GetParam();
  auto inputs = pictures(c.batch);
  inputs[1].objects.boxes = torch::zeros({0, 4});
  inputs[1].objects.labels = torch::zeros({0}, torch::kInt64);
  const Peer peer(c, inputs, {"--min-size", "160", "--max-size", "256", "--train", "float64"});
  Replay replay(c, peer, c.config(), torch::kFloat64);
  const torch::Tensor losses = replay.losses(0);
  losses.sum().backward();
  report(c, "losses, image without objects, float64",
         relative_difference(losses.detach(), replay.theirs().at("losses")[0]), 1e-9);
  compare_gradients(c, replay, torch::kFloat64, ", image without objects");
}

INSTANTIATE_TEST_SUITE_P(All, TrainWithAnEmptyImage,
                         testing::Values(Case{Profile::kTorchvisionV1, BackboneName::kResNet18, 2},
                                         Case{Profile::kTorchvisionV2, BackboneName::kResNet18, 2}),
                         [](const auto& test) { return case_name(test.param); });

INSTANTIATE_TEST_SUITE_P(All, Train, testing::ValuesIn(all_cases()),
                         [](const auto& test) { return case_name(test.param); });

}  // namespace
}  // namespace rn::parity
