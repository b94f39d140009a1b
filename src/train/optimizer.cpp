#include "train/optimizer.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "train/kernels.h"
#include "train/tensor_chunks.h"

namespace rn {
namespace {

double decay_of(const OptimizerConfig& config, const TrainableParameter& parameter) {
  if (parameter.is_norm) return config.decay_norms ? config.weight_decay : 0.0;
  if (parameter.is_bias) return config.decay_biases ? config.weight_decay : 0.0;
  return config.weight_decay;
}

/// 1 - beta^t
double bias_correction(double beta, int64_t steps) {
  return 1.0 - std::pow(beta, static_cast<double>(steps));
}

}  // namespace

struct Optimizer::Active {
  std::vector<torch::Tensor> parameters;
  std::vector<torch::Tensor> gradients;
  std::vector<torch::Tensor> first;
  std::vector<torch::Tensor> second;
  std::vector<const Slot*> slots;
};

Optimizer::Optimizer(const OptimizerConfig& config, std::vector<TrainableParameter> parameters)
    : config_(config), parameters_(std::move(parameters)) {
  for (const auto& parameter : parameters_) {
    Slot slot;
    slot.weight_decay = decay_of(config_, parameter);
    slot.first = torch::zeros_like(parameter.tensor).detach();
    if (config_.kind == OptimizerKind::kAdamW) {
      slot.second = torch::zeros_like(parameter.tensor).detach();
    }
    slots_.push_back(std::move(slot));
  }
}

void Optimizer::step(double learning_rate, const torch::Tensor& gradient_scale) {
  const torch::NoGradGuard no_grad;
  Active active;
  bool plain = true;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const torch::Tensor& parameter = parameters_[i].tensor;
    if (!parameter.grad().defined()) continue;
    Slot& slot = slots_[i];
    ++slot.steps;
    active.parameters.push_back(parameter);
    active.gradients.push_back(in_layout_of(parameter, parameter.grad()));
    active.first.push_back(slot.first);
    if (slot.second.defined()) active.second.push_back(slot.second);
    active.slots.push_back(&slot);
    plain = plain && is_plain(parameter) && is_plain(active.gradients.back());
  }
  if (active.parameters.empty()) return;
  if (plain) {
    step_plain(active, learning_rate,
               gradient_scale.defined() ? gradient_scale.item<double>() : 1.0);
    return;
  }
  if (gradient_scale.defined()) {
    for (const auto& gradient : active.gradients) gradient.mul_(gradient_scale);
  }
  step_foreach(active, learning_rate);
}

void Optimizer::step_plain(const Active& active, double learning_rate, double gradient_scale) {
  std::vector<int64_t> sizes;
  std::vector<AdamWStep> adamw;
  std::vector<SgdStep> sgd;
  const bool is_sgd = config_.kind == OptimizerKind::kSgd;
  for (size_t i = 0; i < active.slots.size(); ++i) {
    const Slot& slot = *active.slots[i];
    sizes.push_back(active.parameters[i].numel());
    // The kernels write behind autograd's back: say so.
    active.parameters[i].unsafeGetTensorImpl()->bump_version();
    if (is_sgd) {
      sgd.push_back({static_cast<float>(learning_rate), static_cast<float>(config_.momentum),
                     static_cast<float>(slot.weight_decay), static_cast<float>(gradient_scale),
                     config_.nesterov});
      continue;
    }
    adamw.push_back(
        {static_cast<float>(config_.beta1), static_cast<float>(config_.beta2),
         static_cast<float>(config_.eps),
         static_cast<float>(1.0 - learning_rate * slot.weight_decay),
         static_cast<float>(learning_rate / bias_correction(config_.beta1, slot.steps)),
         static_cast<float>(1.0 / std::sqrt(bias_correction(config_.beta2, slot.steps))),
         static_cast<float>(gradient_scale)});
  }
  const std::vector<Chunk> chunks = cut_into_chunks(sizes);
  for_each_chunk(chunks, [&](size_t c) {
    const auto& [i, begin, count] = chunks[c];
    float* parameter = active.parameters[i].data_ptr<float>() + begin;
    const float* gradient = active.gradients[i].data_ptr<float>() + begin;
    float* first = active.first[i].data_ptr<float>() + begin;
    if (is_sgd) {
      sgd_update(parameter, gradient, first, count, sgd[i]);
    } else {
      float* second = active.second[i].data_ptr<float>() + begin;
      adamw_update(parameter, gradient, first, second, count, adamw[i]);
    }
  });
}

void Optimizer::step_foreach(const Active& active, double learning_rate) {
  const auto scalars = [&](const auto& of_slot) {
    std::vector<at::Scalar> list;
    for (const Slot* slot : active.slots) list.emplace_back(of_slot(*slot));
    return list;
  };
  if (config_.kind == OptimizerKind::kSgd) {
    auto gradients = at::_foreach_mul(active.parameters,
                                      scalars([](const Slot& slot) { return slot.weight_decay; }));
    at::_foreach_add_(gradients, active.gradients, 1.0);
    at::_foreach_mul_(active.first, config_.momentum);
    at::_foreach_add_(active.first, gradients, 1.0);
    if (!config_.nesterov) {
      at::_foreach_add_(active.parameters, active.first, -learning_rate);
      return;
    }
    at::_foreach_add_(gradients, active.first, config_.momentum);
    at::_foreach_add_(active.parameters, gradients, -learning_rate);
    return;
  }
  at::_foreach_mul_(active.parameters, scalars([&](const Slot& slot) {
                      return 1.0 - learning_rate * slot.weight_decay;
                    }));
  at::_foreach_mul_(active.first, config_.beta1);
  at::_foreach_add_(active.first, active.gradients, 1.0 - config_.beta1);
  at::_foreach_mul_(active.second, config_.beta2);
  at::_foreach_addcmul_(active.second, active.gradients, active.gradients, 1.0 - config_.beta2);
  auto roots = at::_foreach_sqrt(active.second);
  at::_foreach_div_(roots, scalars([&](const Slot& slot) {
                      return std::sqrt(bias_correction(config_.beta2, slot.steps));
                    }));
  at::_foreach_add_(roots, config_.eps);
  at::_foreach_addcdiv_(active.parameters, active.first, roots, scalars([&](const Slot& slot) {
                          return -learning_rate / bias_correction(config_.beta1, slot.steps);
                        }));
}

StateDict Optimizer::state() const {
  StateDict state;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const std::string& name = parameters_[i].name;
    const bool is_sgd = config_.kind == OptimizerKind::kSgd;
    state[name + (is_sgd ? ".momentum" : ".mean")] = slots_[i].first;
    if (!is_sgd) state[name + ".square"] = slots_[i].second;
    state[name + ".steps"] = torch::scalar_tensor(slots_[i].steps, torch::kInt64);
  }
  return state;
}

void Optimizer::load_state(const StateDict& state, const std::string& source) {
  const torch::NoGradGuard no_grad;
  const StateDict own = this->state();
  for (const auto& [name, tensor] : own) {
    const auto it = state.find(name);
    if (it == state.end() || it->second.sizes() != tensor.sizes()) {
      fail(
          "{}: optimizer state \"{}\" is {}; expected the state of \"{}\" for this model: resume "
          "with the config of that run, or start a new one",
          source, name, it == state.end() ? "missing" : "of another shape",
          enum_name(config_.kind));
    }
  }
  if (state.size() != own.size()) {
    fail(
        "{}: has {} optimizer tensors, expected {}: resume with the config of that run, or start "
        "a new one",
        source, state.size(), own.size());
  }
  for (const auto& [name, tensor] : own) tensor.copy_(state.at(name));
  for (size_t i = 0; i < parameters_.size(); ++i) {
    slots_[i].steps = state.at(parameters_[i].name + ".steps").item<int64_t>();
  }
}

}  // namespace rn
