#include "model/state_dict.h"

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
    } else if (it->second.sizes() != tensor.sizes()) {
      different.push_back(fmt::format("{} (found {}, expected {})", name, shape_text(it->second),
                                      shape_text(tensor)));
    } else if (!same_kind(it->second, tensor)) {
      different.push_back(fmt::format("{} (found {}, expected {})", name,
                                      torch::toString(it->second.scalar_type()),
                                      torch::toString(tensor.scalar_type())));
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

}  // namespace rn
