#include "train/ema.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_sub.h>

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "train/kernels.h"
#include "train/tensor_chunks.h"

namespace rn {
namespace {

void average_plain(const std::vector<torch::Tensor>& averages,
                   const std::vector<torch::Tensor>& values, double weight) {
  std::vector<int64_t> sizes;
  for (const auto& average : averages) sizes.push_back(average.numel());
  const std::vector<Chunk> chunks = cut_into_chunks(sizes);
  for_each_chunk(chunks, [&](size_t c) {
    const auto& [i, begin, count] = chunks[c];
    average_update(averages[i].data_ptr<float>() + begin, values[i].data_ptr<float>() + begin,
                   count, static_cast<float>(weight));
  });
}

}  // namespace

Ema::Ema(const EmaConfig& config, const torch::nn::Module& model)
    : config_(config), values_(state_dict(model)) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, value] : values_) averages_[name] = value.detach().clone();
}

void Ema::update(int64_t steps) {
  const torch::NoGradGuard no_grad;
  const auto t = static_cast<double>(steps);
  const double decay =
      config_.warm_up ? std::min(config_.decay, (1.0 + t) / (10.0 + t)) : config_.decay;
  std::vector<torch::Tensor> averages;
  std::vector<torch::Tensor> values;
  bool plain = true;
  for (const auto& [name, value] : values_) {
    const torch::Tensor& average = averages_.at(name);
    if (!value.is_floating_point()) {
      average.copy_(value);
      continue;
    }
    plain = plain && is_plain(average) && is_plain(value) && same_layout(average, value);
    averages.push_back(average);
    values.push_back(value);
  }
  if (averages.empty()) return;
  if (plain) {
    average_plain(averages, values, 1.0 - decay);
  } else {
    at::_foreach_add_(averages, at::_foreach_sub(values, averages), 1.0 - decay);
  }
}

void Ema::load(const StateDict& averages, const std::string& source) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, average] : averages_) {
    const auto it = averages.find(name);
    if (it == averages.end() || it->second.sizes() != average.sizes()) {
      fail(
          "{}: moving average of \"{}\" is {}: resume with the config of that run, or start a new "
          "one",
          source, name, it == averages.end() ? "missing" : "of another shape");
    }
  }
  for (const auto& [name, average] : averages_) average.copy_(averages.at(name));
}

void Ema::swap() {
  const torch::NoGradGuard no_grad;
  // By copies, not by pointers: the optimizer and autograd go on knowing the same tensors.
  for (const auto& [name, value] : values_) {
    const torch::Tensor& average = averages_.at(name);
    const torch::Tensor kept = value.clone();
    value.copy_(average);
    average.copy_(kept);
  }
}

}  // namespace rn
