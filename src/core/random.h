#pragma once

#include <cstdint>
#include <utility>

namespace rn {

/// A small generator whose stream is a function of the numbers it was made from, and of nothing
/// else: Rng(seed, epoch, sample) gives the same stream in any thread, in any order, on any
/// machine. SplitMix64 (Steele, Lea, Flood 2014). The standard library's distributions differ
/// between implementations, so the few that are needed are here.
class Rng {
 public:
  explicit Rng(uint64_t seed, uint64_t a = 0, uint64_t b = 0);

  uint64_t next();
  /// Uniform in [0, 1).
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high);
  /// Uniform integer in [0, n). @pre n > 0
  int64_t below(int64_t n);
  /// Uniform integer in [low, high], both included.
  int64_t between(int64_t low, int64_t high);
  bool chance(double probability);
  /// Standard normal (Box-Muller).
  double normal();

 private:
  uint64_t state_;
};

/// Fisher-Yates; the order is a function of the generator alone.
template <class Container>
void shuffle(Container& values, Rng& rng) {
  for (int64_t i = static_cast<int64_t>(values.size()) - 1; i > 0; --i) {
    using std::swap;
    swap(values[i], values[rng.below(i + 1)]);
  }
}

}  // namespace rn
