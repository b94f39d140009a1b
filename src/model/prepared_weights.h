#pragma once

#include <torch/types.h>

#include <map>
#include <utility>

namespace rn {

/// What a weight is turned into before a convolution takes it.
enum class Preparation { kFolded, kShift, kBf16, kWinograd };

/// Prepared weights that are kept from one forward pass to the next, for a network whose weights
/// don't change while this lives: detecting, not training.
class PreparedWeights {
 public:
  /// While it lives, this thread's convolutions keep what they prepare, and take what is kept.
  class Scope {
   public:
    explicit Scope(PreparedWeights& weights);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    PreparedWeights* before_;
  };

  /// make(), or what it gave for this source before. Without a Scope always make().
  template <class Make>
  static torch::Tensor get(const torch::Tensor& source, Preparation kind, const Make& make) {
    PreparedWeights* const active = active_;
    if (active == nullptr) return make();
    const auto [entry, is_new] = active->kept_.try_emplace({source.unsafeGetTensorImpl(), kind});
    if (is_new) entry->second = {source, make()};
    return entry->second.prepared;
  }

 private:
  struct Kept {
    torch::Tensor source;  ///< held, so that no other tensor gets its address
    torch::Tensor prepared;
  };
  static thread_local PreparedWeights* active_;
  std::map<std::pair<const void*, Preparation>, Kept> kept_;
};

}  // namespace rn
