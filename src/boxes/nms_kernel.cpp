#include "boxes/nms_kernel.h"

#include <limits>

namespace rn {

template <class T>
void KeptBoxes<T>::add(const T* box) {
  const size_t i = count_++ % kBlock;
  if (i == 0) {
    // Empty places: a box of negative size far away meets nothing, and its IoU is 0 / area.
    constexpr T kFar = std::numeric_limits<T>::max();
    Block empty;
    empty.x1.fill(kFar);
    empty.y1.fill(kFar);
    empty.x2.fill(-kFar);
    empty.y2.fill(-kFar);
    empty.area.fill(0);
    blocks_.push_back(empty);
  }
  Block& block = blocks_.back();
  block.x1[i] = box[0];
  block.y1[i] = box[1];
  block.x2[i] = box[2];
  block.y2[i] = box[3];
  block.area[i] = (box[2] - box[0]) * (box[3] - box[1]);
}

template <class T>
bool KeptBoxes<T>::suppresses(const T* box, T threshold) const {
  const T x1 = box[0], y1 = box[1], x2 = box[2], y2 = box[3];
  const T area = (x2 - x1) * (y2 - y1);
  const auto larger = [](T a, T b) { return a > b ? a : b; };
  const auto smaller = [](T a, T b) { return a < b ? a : b; };
  for (const Block& block : blocks_) {
    int over = 0;
    for (size_t i = 0; i < kBlock; ++i) {
      const T width = larger(T(0), smaller(x2, block.x2[i]) - larger(x1, block.x1[i]));
      const T height = larger(T(0), smaller(y2, block.y2[i]) - larger(y1, block.y1[i]));
      const T intersection = width * height;
      // 0 / 0 is NaN, which is not over any threshold.
      over |= intersection / (block.area[i] + area - intersection) > threshold ? 1 : 0;
    }
    if (over != 0) return true;
  }
  return false;
}

template class KeptBoxes<float>;
template class KeptBoxes<double>;

}  // namespace rn
