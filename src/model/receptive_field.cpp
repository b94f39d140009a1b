#include "model/receptive_field.h"

#include <algorithm>

namespace rn {
namespace {

/// Neighbouring cells of a map, on one side: all from the first to the last.
struct Cells {
  int64_t first;
  int64_t last;
};

/// What they depend on behind the windows.
Cells seen_through(const std::vector<Window>& windows, Cells cells) {
  for (size_t i = windows.size(); i-- > 0;) {
    const Window& window = windows[i];
    cells = {cells.first * window.stride - window.padding,
             cells.last * window.stride - window.padding + window.kernel - 1};
  }
  return cells;
}

Cells both(const Cells& a, const Cells& b) {
  return {std::min(a.first, b.first), std::max(a.last, b.last)};
}

Cells around(const Cells& cells, int64_t radius) {
  return {cells.first - radius, cells.last + radius};
}

/// A 3x3 convolution of stride 2.
Cells halved(const Cells& cells) { return {2 * cells.first - 1, 2 * cells.last + 1}; }

/// Follows cells of the pyramid back to the picture.
class Pyramid {
 public:
  explicit Pyramid(const WindowPath& path) : path_(path) {}

  /// @param level 0 for P3
  Cells pixels(size_t level, const Cells& cells) const {
    if (level < 3) return merged(level, around(cells, 1));
    if (level == 4) return pixels(3, halved(cells));
    return path_.p6_from_c5 ? of_c(2, halved(cells)) : pixels(2, halved(cells));
  }

 private:
  /// C3, C4 or C5.
  Cells of_c(size_t stage, Cells cells) const {
    if (stage == 2) cells = seen_through(path_.to_c5, cells);
    if (stage >= 1) cells = seen_through(path_.to_c4, cells);
    return seen_through(path_.to_c3, cells);
  }

  /// The lateral map with the upsampled coarser one added to it.
  Cells merged(size_t stage, const Cells& cells) const {
    const Cells own = of_c(stage, cells);
    if (stage == 2) return own;
    return both(own, merged(stage + 1, {cells.first >> 1, cells.last >> 1}));
  }

  const WindowPath& path_;
};

}  // namespace

int64_t receptive_field(const std::vector<Window>& windows) {
  const Cells seen = seen_through(windows, {0, 0});
  return seen.last - seen.first + 1;
}

std::array<int64_t, 5> pyramid_receptive_fields(const WindowPath& path, int64_t extra) {
  constexpr int64_t kPhases = 4;  // P3's cells repeat after those that share one of C5
  const Pyramid pyramid(path);
  std::array<int64_t, 5> fields{};
  for (size_t level = 0; level < fields.size(); ++level) {
    for (int64_t cell = 0; cell < kPhases; ++cell) {
      const Cells seen = pyramid.pixels(level, around({cell, cell}, extra));
      fields[level] = std::max(fields[level], seen.last - seen.first + 1);
    }
  }
  return fields;
}

}  // namespace rn
