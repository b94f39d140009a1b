#include "model/state_dict.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "core/text.h"

namespace rn {
namespace {

/// Names enough to see the pattern, not 300 lines.
constexpr size_t kNamesShown = 8;

std::string shape_text(const torch::Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.sizes(), ", "));
}

bool same_kind(const torch::Tensor& a, const torch::Tensor& b) {
  const auto kind = [](const torch::Tensor& t) {
    return t.is_floating_point() ? 2 : t.scalar_type() == torch::kBool ? 1 : 0;
  };
  return kind(a) == kind(b);
}

void append(std::string& text, const char* what, const std::vector<std::string>& items) {
  if (items.empty()) return;
  const size_t shown = std::min(items.size(), kNamesShown);
  const std::vector<std::string> head(items.begin(), items.begin() + static_cast<int64_t>(shown));
  text += fmt::format("{}{} {}: {}", text.empty() ? "" : "; ", items.size(), what, join(head));
  if (shown < items.size()) text += " ...";
}

/// Why a value can't be a tensor's, or an empty text.
std::string misfit(const torch::Tensor& value, const torch::Tensor& tensor) {
  if (value.sizes() != tensor.sizes()) {
    return fmt::format("found {}, expected {}", shape_text(value), shape_text(tensor));
  }
  if (!same_kind(value, tensor)) {
    return fmt::format("found {}, expected {}", torch::toString(value.scalar_type()),
                       torch::toString(tensor.scalar_type()));
  }
  return {};
}

}  // namespace

StateDict state_dict(const torch::nn::Module& module) {
  StateDict found;
  for (const auto& item : module.named_parameters()) found.emplace(item.key(), item.value());
  for (const auto& item : module.named_buffers()) found.emplace(item.key(), item.value());
  return found;
}

void load_state_dict(torch::nn::Module& module, const StateDict& values, const std::string& source,
                     const std::string& remedy) {
  const StateDict own = state_dict(module);
  std::vector<std::string> missing, unexpected, different;
  for (const auto& [name, tensor] : own) {
    const auto it = values.find(name);
    if (it == values.end()) {
      missing.push_back(name);
    } else if (const std::string fault = misfit(it->second, tensor); !fault.empty()) {
      different.push_back(fmt::format("{} ({})", name, fault));
    }
  }
  for (const auto& [name, tensor] : values) {
    if (!own.contains(name)) unexpected.push_back(name);
  }
  std::string problems;
  append(problems, "missing", missing);
  append(problems, "unexpected", unexpected);
  append(problems, "of another shape or type", different);
  if (!problems.empty()) fail("{}: tensors don't fit: {}; {}", source, problems, remedy);

  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : own) torch::Tensor(tensor).copy_(values.at(name));
}

PartialLoad load_matching(torch::nn::Module& module, const StateDict& values) {
  const StateDict own = state_dict(module);
  const torch::NoGradGuard no_grad;
  PartialLoad report;
  for (const auto& [name, value] : values) {
    const auto it = own.find(name);
    const std::string fault = it == own.end() ? "no such tensor here" : misfit(value, it->second);
    if (fault.empty()) {
      torch::Tensor(it->second).copy_(value);
      report.loaded.push_back(name);
    } else {
      report.skipped.push_back(fmt::format("{} ({})", name, fault));
    }
  }
  for (const auto& [name, tensor] : own) {
    if (!std::binary_search(report.loaded.begin(), report.loaded.end(), name)) {
      report.initial.push_back(name);
    }
  }
  return report;
}

}  // namespace rn
