#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rn {

/// Where an id is in a list of ids: a hash table with linear probing.
class IdIndex {
 public:
  IdIndex() = default;

  /// Of an id that is there twice the last place counts.
  /// @param ids fewer than 2^31
  explicit IdIndex(std::span<const int64_t> ids);

  std::optional<int32_t> find(int64_t id) const {
    if (slots_.empty()) return std::nullopt;
    for (size_t at = slot_of(id);; at = (at + 1) & mask_) {
      if (slots_[at].place == kFree) return std::nullopt;
      if (slots_[at].id == id) return slots_[at].place;
    }
  }

  int64_t size() const { return size_; }  ///< different ids

 private:
  static constexpr int32_t kFree = -1;
  struct Slot {
    int64_t id = 0;
    int32_t place = kFree;
  };

  /// Fibonacci hashing: ids that follow each other, or have a common factor, spread well.
  size_t slot_of(int64_t id) const {
    return static_cast<size_t>((static_cast<uint64_t>(id) * 0x9E3779B97F4A7C15u) >> shift_);
  }

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  int shift_ = 0;
  int64_t size_ = 0;
};

}  // namespace rn
