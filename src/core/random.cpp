#include "core/random.h"

#include <cmath>
#include <numbers>

#include "core/error.h"

namespace rn {
namespace {

uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15ULL;

}  // namespace

Rng::Rng(uint64_t seed, uint64_t a, uint64_t b)
    : state_(mix(mix(mix(seed + kGolden) + a + kGolden) + b + kGolden)) {}

uint64_t Rng::next() { return mix(state_ += kGolden); }

double Rng::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

double Rng::uniform(double low, double high) { return low + (high - low) * uniform(); }

int64_t Rng::below(int64_t n) {
  RN_CHECK(n > 0, "n {}", n);
  return static_cast<int64_t>(next() % static_cast<uint64_t>(n));
}

int64_t Rng::between(int64_t low, int64_t high) { return low + below(high - low + 1); }

bool Rng::chance(double probability) { return uniform() < probability; }

double Rng::normal() {
  const double u = 1.0 - uniform();  // in (0, 1]: the logarithm stays finite
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace rn
