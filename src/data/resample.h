#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/image_size.h"

namespace rn {

/// (value / 255 - mean) / std for every channel and byte.
using NormaliseTable = std::array<std::array<float, 256>, 3>;

/// @throws Error if a list doesn't hold three numbers
NormaliseTable normalise_table(const std::vector<double>& mean, const std::vector<double>& std);

/// Normalises a row. @param rgb [width, 3] @param out [width, 3]
void normalise_row(const uint8_t* rgb, int64_t width, const NormaliseTable& table, float* out);

/// Normalises and resizes in one pass: bilinear in float32 with half-pixel centres, no antialias
/// (torch's upsample_bilinear2d with align_corners = false).
/// @param rgb first byte of a picture of size `from` @param rgb_stride bytes from row to row
/// @param out room for a picture of size `to`, three floats a pixel
/// @param out_stride floats from row to row
void resize_normalised(const uint8_t* rgb, size_t rgb_stride, const ImageSize& from,
                       const ImageSize& to, const NormaliseTable& table, float* out,
                       size_t out_stride);

}  // namespace rn
