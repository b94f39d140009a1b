#include "train/ema.h"

#include <gtest/gtest.h>
#include <torch/nn/module.h>

#include "core/throws.h"

namespace rn {
namespace {

struct Tiny : torch::nn::Module {
  Tiny() {
    weight = register_parameter("weight", torch::tensor({1.0f, -2.0f}));
    mean = register_buffer("mean", torch::tensor({10.0f}));
    steps = register_buffer("steps", torch::tensor({5}, torch::kInt64));
  }
  torch::Tensor weight, mean, steps;
};

void set(torch::Tensor tensor, double value) {
  const torch::NoGradGuard no_grad;
  tensor.fill_(value);
}

EmaConfig ema_config(double decay, bool warm_up) {
  EmaConfig config;
  config.decay = decay;
  config.warm_up = warm_up;
  return config;
}

TEST(Ema, AveragesFloatsAndCopiesCounters) {
  Tiny model;
  Ema ema(ema_config(0.75, false), model);
  set(model.weight, 3.0);
  set(model.mean, 20.0);
  set(model.steps, 6);
  ema.update(1);
  // 0.75 * old + 0.25 * new
  EXPECT_FLOAT_EQ(ema.averages().at("weight")[0].item<float>(), 1.5f);
  EXPECT_FLOAT_EQ(ema.averages().at("weight")[1].item<float>(), -0.75f);
  EXPECT_FLOAT_EQ(ema.averages().at("mean").item<float>(), 12.5f);
  EXPECT_EQ(ema.averages().at("steps").item<int64_t>(), 6);
}

TEST(Ema, WarmUpForgetsTheStartSoon) {
  Tiny model;
  Ema ema(ema_config(0.999, true), model);
  set(model.weight, 0.0);
  ema.update(1);  // d = 2 / 11
  EXPECT_FLOAT_EQ(ema.averages().at("weight")[0].item<float>(), 2.0f / 11.0f);
  ema.update(2);  // d = 3 / 12
  EXPECT_FLOAT_EQ(ema.averages().at("weight")[0].item<float>(), 2.0f / 11.0f / 4.0f);
}

TEST(Ema, AverageOfAConstantIsThatConstantExactly) {
  Tiny model;
  set(model.mean, 0.1);
  Ema ema(ema_config(0.9, false), model);
  for (int t = 1; t <= 1000; ++t) ema.update(t);
  EXPECT_TRUE(torch::equal(ema.averages().at("mean"), model.mean));
}

TEST(Ema, DoubleModelTakesTheSameValues) {
  Tiny model;
  model.to(torch::kFloat64);
  Ema ema(ema_config(0.75, false), model);
  set(model.weight, 3.0);
  ema.update(1);
  EXPECT_DOUBLE_EQ(ema.averages().at("weight")[1].item<double>(), -0.75);
}

TEST(EmaScope, GivesTheModelItsAveragesAndTakesThemBack) {
  Tiny model;
  Ema ema(ema_config(0.75, false), model);
  set(model.weight, 3.0);
  set(model.steps, 9);
  ema.update(1);
  set(model.steps, 10);
  {
    const EmaScope averaged(&ema);
    EXPECT_FLOAT_EQ(model.weight[0].item<float>(), 1.5f);
    EXPECT_EQ(model.steps.item<int64_t>(), 9);
  }
  EXPECT_FLOAT_EQ(model.weight[0].item<float>(), 3.0f);
  EXPECT_EQ(model.steps.item<int64_t>(), 10);
  EXPECT_FLOAT_EQ(ema.averages().at("weight")[0].item<float>(), 1.5f);
  const EmaScope nothing(nullptr);
}

TEST(Ema, LoadsWhatItSavedAndRefusesAnother) {
  Tiny model;
  Ema ema(ema_config(0.75, false), model);
  StateDict saved;
  for (const auto& [name, tensor] : ema.averages()) saved[name] = tensor + 1;
  ema.load(saved, "last.ckpt");
  EXPECT_FLOAT_EQ(ema.averages().at("mean").item<float>(), 11.0f);
  saved["mean"] = torch::zeros({2});
  EXPECT_EQ(error_text([&] { ema.load(saved, "last.ckpt"); }),
            "last.ckpt: moving average of \"mean\" is of another shape: resume with the config of "
            "that run, or start a new one");
  EXPECT_EQ(error_text([&] { ema.load({}, "last.ckpt"); }),
            "last.ckpt: moving average of \"mean\" is missing: resume with the config of that run, "
            "or start a new one");
}

}  // namespace
}  // namespace rn
