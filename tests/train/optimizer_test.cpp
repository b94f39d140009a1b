#include "train/optimizer.h"

#include <gtest/gtest.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>
#include <torch/utils.h>

#include <vector>

#include "core/throws.h"
#include "train/gradients.h"

namespace rn {
namespace {

/// A convolution's weight as the model has it (channels-last), one of 1x1, a norm and a bias; sizes
/// that aren't multiples of anything, and one that takes several chunks.
std::vector<TrainableParameter> make_parameters(torch::Dtype dtype = torch::kFloat32) {
  torch::manual_seed(3);
  const auto weight =
      torch::randn({33, 40, 5, 7}, dtype).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto pointwise =
      torch::randn({13, 6, 1, 1}, dtype).contiguous(torch::MemoryFormat::ChannelsLast);
  std::vector<TrainableParameter> parameters = {
      {"conv.weight", weight},
      {"point.weight", pointwise},
      {"norm.weight", torch::randn({7}, dtype), true},
      {"norm.bias", torch::randn({7}, dtype), true, true},
      {"conv.bias", torch::randn({3}, dtype), false, true}};
  for (auto& parameter : parameters) parameter.tensor.set_requires_grad(true);
  return parameters;
}

std::vector<torch::Tensor> tensors_of(const std::vector<TrainableParameter>& parameters) {
  std::vector<torch::Tensor> tensors;
  for (const auto& parameter : parameters) tensors.push_back(parameter.tensor);
  return tensors;
}

/// The same gradients for both optimizers; the first one in NCHW order, unlike its parameter.
void set_gradients(std::vector<torch::Tensor> parameters, int step) {
  torch::manual_seed(100 + step);
  for (auto& parameter : parameters) {
    parameter.mutable_grad() = torch::randn(parameter.sizes(), parameter.scalar_type());
  }
}

void expect_near(const std::vector<torch::Tensor>& found,
                 const std::vector<torch::Tensor>& expected, double tolerance) {
  for (size_t i = 0; i < found.size(); ++i) {
    const torch::Tensor scale = expected[i].abs().clamp_min(1.0);  // relative above 1
    const double difference = ((found[i] - expected[i]).abs() / scale).max().item<double>();
    EXPECT_LE(difference, tolerance) << "parameter " << i;
  }
}

template <class Reference, class Options>
void expect_equals_reference(const OptimizerConfig& config, const Options& options,
                             torch::Dtype dtype, double tolerance) {
  using Group = torch::optim::OptimizerParamGroup;
  auto ours = make_parameters(dtype);
  auto theirs = tensors_of(make_parameters(dtype));
  Optimizer optimizer(config, ours);
  Reference reference({Group({theirs[0], theirs[1]}), Group({theirs[2], theirs[3], theirs[4]})},
                      options);
  // Norms and biases are left out. Not as an option given with the group: LibTorch 2.x takes a 0
  // there for none, and puts the optimizer's own decay in its place.
  static_cast<Options&>(reference.param_groups()[1].options()).weight_decay(0);
  for (int step = 0; step < 20; ++step) {
    const double rate = config.learning_rate * (1.0 + step % 3);
    for (auto& group : reference.param_groups()) static_cast<Options&>(group.options()).lr(rate);
    set_gradients(tensors_of(ours), step);
    set_gradients(theirs, step);
    optimizer.step(rate);
    reference.step();
  }
  expect_near(tensors_of(ours), theirs, tolerance);
}

OptimizerConfig sgd_config(bool nesterov) {
  OptimizerConfig config;
  config.kind = OptimizerKind::kSgd;
  config.learning_rate = 0.01;
  config.weight_decay = 0.02;
  config.nesterov = nesterov;
  return config;
}

OptimizerConfig adamw_config() {
  OptimizerConfig config;
  config.learning_rate = 3e-3;
  config.weight_decay = 0.05;
  return config;
}

TEST(Optimizer, SgdIsTorchs) {
  for (const bool nesterov : {false, true}) {
    const OptimizerConfig config = sgd_config(nesterov);
    const auto options =
        torch::optim::SGDOptions(0.01).momentum(0.9).weight_decay(0.02).nesterov(nesterov);
    expect_equals_reference<torch::optim::SGD>(config, options, torch::kFloat32, 1e-6);
    expect_equals_reference<torch::optim::SGD>(config, options, torch::kFloat64, 1e-13);
  }
}

TEST(Optimizer, AdamWIsTorchs) {
  const OptimizerConfig config = adamw_config();
  const auto options = torch::optim::AdamWOptions(3e-3).weight_decay(0.05);
  expect_equals_reference<torch::optim::AdamW>(config, options, torch::kFloat32, 1e-6);
  expect_equals_reference<torch::optim::AdamW>(config, options, torch::kFloat64, 1e-13);
}

TEST(Optimizer, SgdStepWorkedByHand) {
  OptimizerConfig config = sgd_config(true);
  config.weight_decay = 0.5;
  torch::Tensor w = torch::tensor({2.0f}).set_requires_grad(true);
  Optimizer optimizer(config, {{"w", w}});
  // g = 3 + 0.5 * 2 = 4; m = 4; w = 2 - 0.1 (4 + 0.9 * 4) = 1.24
  w.mutable_grad() = torch::tensor({3.0f});
  optimizer.step(0.1);
  EXPECT_FLOAT_EQ(w.item<float>(), 1.24f);
  // g = 1 + 0.62 = 1.62; m = 3.6 + 1.62 = 5.22; w = 1.24 - 0.1 (1.62 + 4.698) = 0.6082
  w.mutable_grad() = torch::tensor({1.0f});
  optimizer.step(0.1);
  EXPECT_FLOAT_EQ(w.item<float>(), 0.6082f);
}

TEST(Optimizer, DecaysNormsAndBiasesOnlyIfAsked) {
  for (const bool norms : {false, true}) {
    for (const bool biases : {false, true}) {
      OptimizerConfig config = adamw_config();
      config.decay_norms = norms;
      config.decay_biases = biases;
      auto parameters = make_parameters();
      std::vector<torch::Tensor> before;
      for (auto& parameter : parameters) {
        before.push_back(parameter.tensor.detach().clone());
        parameter.tensor.mutable_grad() = torch::zeros_like(parameter.tensor);
      }
      Optimizer(config, parameters).step(0.1);
      const bool decayed[] = {true, true, norms, norms, biases};
      for (size_t i = 0; i < parameters.size(); ++i) {
        EXPECT_EQ(!torch::equal(parameters[i].tensor, before[i]), decayed[i]) << parameters[i].name;
      }
    }
  }
}

TEST(Optimizer, LeavesParametersWithoutGradientAlone) {
  auto parameters = make_parameters();
  const auto before = parameters[0].tensor.detach().clone();
  Optimizer optimizer(adamw_config(), parameters);
  parameters[4].tensor.mutable_grad() = torch::ones({3});
  optimizer.step(0.1);
  EXPECT_TRUE(torch::equal(parameters[0].tensor, before));
  EXPECT_EQ(optimizer.state().at("conv.weight.steps").item<int64_t>(), 0);
  EXPECT_EQ(optimizer.state().at("conv.bias.steps").item<int64_t>(), 1);
}

TEST(Optimizer, GradientScaleIsThatOfTheGradient) {
  for (const auto dtype : {torch::kFloat32, torch::kFloat64}) {
    auto scaled = make_parameters(dtype);
    auto plain = make_parameters(dtype);
    Optimizer a(sgd_config(false), scaled);
    Optimizer b(sgd_config(false), plain);
    set_gradients(tensors_of(scaled), 1);
    set_gradients(tensors_of(plain), 1);
    for (auto& parameter : plain) parameter.tensor.mutable_grad().mul_(0.25);
    a.step(0.1, torch::scalar_tensor(0.25));
    b.step(0.1);
    expect_near(tensors_of(scaled), tensors_of(plain), 1e-7);
  }
}

TEST(Optimizer, GoesOnFromItsStateBitForBit) {
  for (const OptimizerConfig& config : {sgd_config(true), adamw_config()}) {
    auto first = make_parameters();
    Optimizer optimizer(config, first);
    for (int step = 0; step < 3; ++step) {
      set_gradients(tensors_of(first), step);
      optimizer.step(0.01);
    }
    auto second = make_parameters();
    Optimizer resumed(config, second);
    for (size_t i = 0; i < first.size(); ++i) {
      second[i].tensor.detach().copy_(first[i].tensor.detach());
    }
    resumed.load_state(optimizer.state(), "test");
    for (auto* parameters : {&first, &second}) set_gradients(tensors_of(*parameters), 3);
    optimizer.step(0.01);
    resumed.step(0.01);
    expect_near(tensors_of(first), tensors_of(second), 0.0);
  }
}

TEST(Optimizer, RefusesAStateThatIsNotIts) {
  const auto parameters = make_parameters();
  Optimizer sgd(sgd_config(false), parameters);
  Optimizer adamw(adamw_config(), parameters);
  EXPECT_EQ(error_text([&] { adamw.load_state(sgd.state(), "last.ckpt"); }),
            "last.ckpt: optimizer state \"conv.bias.mean\" is missing; expected the state of "
            "\"adamw\" for this model: resume with the config of that run, or start a new one");
  StateDict more = sgd.state();
  more["other.momentum"] = torch::zeros({1});
  EXPECT_EQ(error_text([&] { sgd.load_state(more, "last.ckpt"); }),
            "last.ckpt: has 11 optimizer tensors, expected 10: resume with the config of that "
            "run, or start a new one");
}

TEST(GradientNorm, IsThatOfAllGradientsTogether) {
  auto parameters = make_parameters();
  EXPECT_EQ(gradient_norm(parameters).item<float>(), 0.0f);
  parameters[2].tensor.mutable_grad() = torch::full({7}, 3.0f);          // 63
  parameters[4].tensor.mutable_grad() = torch::full({3}, 1.0f);          // 3
  EXPECT_FLOAT_EQ(gradient_norm(parameters).item<float>(), 8.1240384f);  // sqrt(66)
  set_gradients(tensors_of(parameters), 0);
  double sum = 0.0;
  for (const auto& parameter : parameters) {
    sum += parameter.tensor.grad().to(torch::kFloat64).square().sum().item<double>();
  }
  EXPECT_NEAR(gradient_norm(parameters).item<double>(), std::sqrt(sum), 1e-5 * std::sqrt(sum));
}

TEST(GradientNorm, ShowsWhatIsNotFinite) {
  auto parameters = make_parameters();
  set_gradients(tensors_of(parameters), 0);
  parameters[0].tensor.grad()[32][39][4][6] = std::nanf("");
  EXPECT_FALSE(std::isfinite(gradient_norm(parameters).item<double>()));
}

TEST(ClipFactor, ShortensOnlyWhatIsTooLong) {
  const auto factor = [](float norm, double limit) {
    return clip_factor(torch::scalar_tensor(norm), limit).item<float>();
  };
  EXPECT_FLOAT_EQ(factor(20.0f, 10.0), 0.5f);
  EXPECT_FLOAT_EQ(factor(5.0f, 10.0), 1.0f);
  EXPECT_FLOAT_EQ(factor(1e9f, 0.0), 1.0f);  // 0: no limit
  EXPECT_FLOAT_EQ(factor(0.0f, 10.0), 1.0f);
}

}  // namespace
}  // namespace rn
