#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "model/weight_names.h"
#include "test_models.h"

namespace rn::testing {

/// No value of it is like another.
inline void randomise(RetinaNet& model, uint64_t seed) {
  torch::manual_seed(seed);
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : state_dict(*model)) {
    torch::Tensor values = tensor;
    if (values.is_floating_point()) values.uniform_(0.1, 1.0);
  }
}

inline void expect_equal(const RetinaNet& a, const RetinaNet& b) {
  const StateDict own = state_dict(*b);
  for (const auto& [name, tensor] : state_dict(*a)) {
    EXPECT_TRUE(tensor.equal(own.at(name))) << name;
  }
}

inline OwnWeights own_of(const StateDict& tensors, const ModelConfig& config,
                         const std::map<std::string, std::string>& texts = {}) {
  return to_own_names({tensors, texts}, config, "a.pth");
}

/// The body under a classifier's names or, with a prefix, a detector's; and something beside it.
inline StateDict body_of(const RetinaNet& model, const std::string& prefix = {}) {
  StateDict tensors;
  RetinaNet shared = model;
  for (const auto& [name, tensor] : state_dict(*shared->body())) {
    tensors[prefix + name] = tensor.detach().clone();
  }
  tensors[prefix.empty() ? "fc.weight" : "head.x"] = torch::zeros({1000, 512});
  return tensors;
}

}  // namespace rn::testing
