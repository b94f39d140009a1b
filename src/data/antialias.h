#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "core/image_size.h"

namespace rn {

/// Resizes an 8-bit RGB picture as Pillow's Image.resize(size, BILINEAR) does, byte for byte: a
/// triangle filter that widens with the factor of a reduction (antialias), half-pixel centres, the
/// width first and rounded to 8 bit, then the height. An axis that keeps its size is not filtered.
/// @param rgb first byte of a picture of size `from` @param rgb_stride bytes from row to row
/// @param take_row is given the rows of the result in order, three bytes a pixel, valid until it
/// returns
void resize_antialiased(const uint8_t* rgb, size_t rgb_stride, const ImageSize& from,
                        const ImageSize& to, const std::function<void(const uint8_t*)>& take_row);

}  // namespace rn
