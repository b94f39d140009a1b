#include "data/preprocess.h"

#include <algorithm>

#include "core/error.h"
#include "data/antialias.h"
#include "data/resample.h"

namespace rn {
namespace {

int64_t round_up(int64_t value, int64_t divisor) {
  return (value + divisor - 1) / divisor * divisor;
}

ImageSize batch_size_of(const std::vector<ImageSize>& sizes, int64_t divisor) {
  ImageSize largest;
  for (const ImageSize& size : sizes) {
    largest.height = std::max(largest.height, size.height);
    largest.width = std::max(largest.width, size.width);
  }
  return padded_size(largest, divisor);
}

/// Zeroes what a picture of `size` leaves free of its place in the batch.
void clear_padding(float* place, const ImageSize& size, const ImageSize& padded) {
  const int64_t row = 3 * padded.width;
  for (int64_t y = 0; y < size.height; ++y) {
    std::fill(place + y * row + 3 * size.width, place + (y + 1) * row, 0.0F);
  }
  std::fill(place + size.height * row, place + padded.height * row, 0.0F);
}

void resize_into(const cv::Mat& picture, const ImageSize& to, ResizeRule rule,
                 const NormaliseTable& table, float* out, size_t out_stride) {
  const auto* rgb = picture.ptr<uint8_t>();
  const size_t rgb_stride = picture.step[0];
  const ImageSize from{picture.rows, picture.cols};
  switch (rule) {
    case ResizeRule::kTorchvision:
      resize_normalised(rgb, rgb_stride, from, to, table, out, out_stride);
      break;
    case ResizeRule::kDetectron2:
      resize_antialiased(rgb, rgb_stride, from, to, [&](const uint8_t* row) {
        normalise_row(row, to.width, table, out);
        out += out_stride;
      });
      break;
  }
}

ImageSize torchvision_size(const ImageSize& original, int64_t short_side, int64_t long_side) {
  const auto smaller = static_cast<float>(std::min(original.height, original.width));
  const auto larger = static_cast<float>(std::max(original.height, original.width));
  // A Python number divided by a tensor is number * (1 / tensor): 427 x 640 becomes 799 high.
  const double scale = std::min(static_cast<float>(short_side) * (1.0F / smaller),
                                static_cast<float>(long_side) * (1.0F / larger));
  const auto resized = [scale](int64_t side) {
    return std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(side) * scale));
  };
  return {resized(original.height), resized(original.width)};
}

ImageSize detectron2_size(const ImageSize& original, int64_t short_side, int64_t long_side) {
  auto height = static_cast<double>(original.height);
  auto width = static_cast<double>(original.width);
  const double scale = static_cast<double>(short_side) / std::min(height, width);
  height *= scale;
  width *= scale;
  // Exactly, whatever side * (short_side / side) comes to.
  (original.height < original.width ? height : width) = static_cast<double>(short_side);
  const double shrink = static_cast<double>(long_side) / std::max(height, width);
  if (shrink < 1) {
    height *= shrink;
    width *= shrink;
  }
  const auto rounded = [](double side) {
    return std::max<int64_t>(1, static_cast<int64_t>(side + 0.5));
  };
  return {rounded(height), rounded(width)};
}

}  // namespace

ImageSize resized_size(const ImageSize& original, const PreprocessConfig& config,
                       std::optional<int64_t> short_side) {
  RN_CHECK(original.height > 0 && original.width > 0, "size {}x{}", original.width,
           original.height);
  const auto size = config.resize == ResizeRule::kDetectron2 ? detectron2_size : torchvision_size;
  return size(original, short_side.value_or(config.short_side), config.long_side);
}

InputImages make_input(const std::vector<cv::Mat>& pictures,
                       const std::vector<ImageSize>& sizes_input, const PreprocessConfig& config) {
  RN_CHECK(!pictures.empty() && pictures.size() == sizes_input.size(), "{} pictures, {} sizes",
           pictures.size(), sizes_input.size());
  const NormaliseTable table = normalise_table(config.mean, config.std);
  const ImageSize padded = batch_size_of(sizes_input, config.pad_divisor);
  const int64_t place_size = 3 * padded.height * padded.width;

  InputImages input;
  input.sizes_input = sizes_input;
  input.images =
      torch::empty({static_cast<int64_t>(pictures.size()), 3, padded.height, padded.width},
                   torch::TensorOptions()
                       .dtype(torch::kFloat32)
                       .memory_format(torch::MemoryFormat::ChannelsLast));
  float* place = input.images.data_ptr<float>();
  for (size_t i = 0; i < pictures.size(); ++i, place += place_size) {
    const cv::Mat& picture = pictures[i];
    RN_CHECK(picture.type() == CV_8UC3, "type {}", picture.type());
    resize_into(picture, sizes_input[i], config.resize, table, place,
                static_cast<size_t>(3 * padded.width));
    clear_padding(place, sizes_input[i], padded);
    input.sizes_original.push_back({picture.rows, picture.cols});
  }
  return input;
}

ImageSize padded_size(const ImageSize& size, int64_t divisor) {
  return {round_up(size.height, divisor), round_up(size.width, divisor)};
}

ImageSize largest_input(const PreprocessConfig& config) {
  return padded_size({std::min(config.short_side, config.long_side), config.long_side},
                     config.pad_divisor);
}

InputImages make_input(const std::vector<cv::Mat>& pictures, const PreprocessConfig& config) {
  std::vector<ImageSize> sizes;
  for (const cv::Mat& picture : pictures) {
    sizes.push_back(resized_size({picture.rows, picture.cols}, config));
  }
  return make_input(pictures, sizes, config);
}

torch::Tensor boxes_to_original(const torch::Tensor& boxes_input, const ImageSize& size_input,
                                const ImageSize& size_original) {
  const float x = static_cast<float>(size_original.width) / static_cast<float>(size_input.width);
  const float y = static_cast<float>(size_original.height) / static_cast<float>(size_input.height);
  return boxes_input * torch::tensor({x, y, x, y}, boxes_input.options());
}

}  // namespace rn
