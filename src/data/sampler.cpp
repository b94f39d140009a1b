#include "data/sampler.h"

#include <array>
#include <numeric>

#include "core/error.h"
#include "core/random.h"

namespace rn {
namespace {

/// Keeps the order of an epoch apart from the augmentation of its samples, which uses the same seed
/// and epoch.
constexpr uint64_t kSamplerStream = 0x73616d706c657200ULL;  // "sampler"

}  // namespace

BatchSampler::BatchSampler(std::vector<bool> is_wide, const SamplerOptions& options)
    : is_wide_(std::move(is_wide)), options_(options) {
  RN_CHECK(options_.batch_size > 0, "batch_size {}", options_.batch_size);
  if (batches_per_epoch() == 0) {
    fail("{} images do not fill one batch of {}; set data.drop_last=false or a smaller batch size",
         is_wide_.size(), options_.batch_size);
  }
}

int64_t BatchSampler::batches_per_epoch() const {
  const auto samples = static_cast<int64_t>(is_wide_.size());
  const int64_t size = options_.batch_size;
  return options_.drop_last ? samples / size : (samples + size - 1) / size;
}

std::vector<std::vector<int64_t>> BatchSampler::epoch_batches(int64_t epoch) const {
  std::vector<int64_t> order(is_wide_.size());
  std::iota(order.begin(), order.end(), 0);
  if (options_.shuffle) {
    Rng rng(options_.seed ^ kSamplerStream, static_cast<uint64_t>(epoch));
    shuffle(order, rng);
  }

  const auto size = static_cast<size_t>(options_.batch_size);
  std::vector<std::vector<int64_t>> batches;
  std::array<std::vector<int64_t>, 2> groups;
  for (const int64_t sample : order) {
    const bool wide = !options_.group_by_aspect || is_wide_[static_cast<size_t>(sample)];
    auto& group = groups[wide ? 0 : 1];
    group.push_back(sample);
    if (group.size() == size) batches.push_back(std::exchange(group, {}));
  }

  std::vector<int64_t> rest;
  for (const auto& group : groups) {
    for (const int64_t sample : group) {
      rest.push_back(sample);
      if (rest.size() == size) batches.push_back(std::exchange(rest, {}));
    }
  }
  if (!rest.empty() && !options_.drop_last) batches.push_back(std::move(rest));
  RN_CHECK(static_cast<int64_t>(batches.size()) == batches_per_epoch(), "{} batches, expected {}",
           batches.size(), batches_per_epoch());
  return batches;
}

}  // namespace rn
