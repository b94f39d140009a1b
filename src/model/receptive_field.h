#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace rn {

/// What a convolution or a pooling reads: output cell i sees the input's cells i * stride - padding
/// up to kernel - 1 cells further.
struct Window {
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t padding = 0;
};

/// The convolutions on the longest way through the network; shortcuts see less.
struct WindowPath {
  std::vector<Window> to_c3;  ///< from the picture
  std::vector<Window> to_c4;  ///< from C3
  std::vector<Window> to_c5;  ///< from C4
  bool p6_from_c5 = true;
};

/// Pixels of the input, on one side, that a cell can depend on, in theory: far from the picture's
/// edge, and the most that any cell has (the pyramid's upsampling gives neighbours different ones).
/// Group norm, which looks at whole maps, is not counted.

/// Of a cell behind these windows.
int64_t receptive_field(const std::vector<Window>& windows);

/// Of P3..P7's cells, with `extra` more convolutions 3x3 on top of each level: 0 for the level
/// itself, for a head's output all that the head has.
std::array<int64_t, 5> pyramid_receptive_fields(const WindowPath& path, int64_t extra);

}  // namespace rn
