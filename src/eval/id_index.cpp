#include "eval/id_index.h"

#include <bit>

namespace rn {

IdIndex::IdIndex(std::span<const int64_t> ids) {
  if (ids.empty()) return;
  const size_t slots = std::bit_ceil(2 * ids.size());  // half of them stay free
  slots_.resize(slots);
  mask_ = slots - 1;
  constexpr int kBits = 64;
  shift_ = kBits - std::countr_zero(slots);
  for (size_t i = 0; i < ids.size(); ++i) {
    size_t at = slot_of(ids[i]);
    while (slots_[at].place != kFree && slots_[at].id != ids[i]) at = (at + 1) & mask_;
    size_ += slots_[at].place == kFree;
    slots_[at] = {ids[i], static_cast<int32_t>(i)};
  }
}

}  // namespace rn
