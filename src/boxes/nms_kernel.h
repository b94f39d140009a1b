#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace rn {

/// The boxes that a greedy suppression has kept so far, in blocks whose loops have a fixed length,
/// so that the compiler makes vectors of them. T is float or double.
template <class T>
class KeptBoxes {
 public:
  /// @param box x1, y1, x2, y2
  void add(const T* box);

  /// Whether the IoU of `box` with any of the kept ones is > threshold. Two empty boxes have none.
  bool suppresses(const T* box, T threshold) const;

 private:
  static constexpr size_t kBlock = 8;
  struct Block {
    std::array<T, kBlock> x1, y1, x2, y2, area;
  };
  std::vector<Block> blocks_;
  size_t count_ = 0;
};

}  // namespace rn
