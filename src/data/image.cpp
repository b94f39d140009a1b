#include "data/image.h"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <mutex>
#include <opencv2/core/utility.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "core/error.h"
#include "core/files.h"
#include "data/jpeg.h"
#include "data/picture_bytes.h"

namespace rn {
namespace {

ImageSize size_of(const cv::Mat& image) { return {image.rows, image.cols}; }

/// @return RGB; empty if OpenCV knows no way to decode it
cv::Mat decode_rgb(std::string_view bytes, bool apply_orientation) {
  cv::Mat rgb = decode_ordinary_jpeg(bytes);
  if (!rgb.empty()) return rgb;
  // OpenCV only reads from it.
  const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  const int flags =
      cv::IMREAD_COLOR | (apply_orientation ? 0 : static_cast<int>(cv::IMREAD_IGNORE_ORIENTATION));
  const cv::Mat bgr = cv::imdecode(buffer, flags);
  if (bgr.empty()) return {};
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return rgb;
}

cv::Mat decode_or_fail(std::string_view bytes, const std::string& name, bool apply_orientation) {
  std::string reason;
  try {
    cv::Mat rgb = decode_rgb(bytes, apply_orientation);
    if (!rgb.empty()) return rgb;
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();  // the picture may be good
    reason = fmt::format(" (OpenCV: {})", error.err);
  }
  fail(
      "{}: not a picture that can be decoded{}; expected JPEG, PNG, BMP, TIFF or WebP; replace it "
      "or take it out of the data set",
      name, reason);
}

}  // namespace

void use_opencv_quietly() {
  static std::once_flag once;
  std::call_once(once, [] {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    cv::setNumThreads(1);
    ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", /*overwrite=*/0);  // AV_LOG_QUIET
  });
}

cv::Mat decode_image(std::string_view bytes, const std::string& name,
                     std::optional<ImageSize> expected) {
  use_opencv_quietly();
  if (bytes.empty()) {
    fail("{}: the file is empty; replace it or take it out of the data set", name);
  }
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    fail("{}: {} bytes are more than a picture may have", name, bytes.size());
  }
  std::string cleaned;
  if (is_jpeg(bytes) && !jpeg_is_whole(bytes)) {
    fail("{}: the JPEG is cut short at {} bytes; copy it again or take it out of the data set",
         name, bytes.size());
  }
  if (is_png(bytes)) {
    std::optional<std::string> pixels = png_pixels_only(bytes);
    if (!pixels) {
      fail("{}: the PNG is cut short at {} bytes; copy it again or take it out of the data set",
           name, bytes.size());
    }
    cleaned = std::move(*pixels);
    bytes = cleaned;
  }

  cv::Mat image = decode_or_fail(bytes, name, true);
  if (!expected || size_of(image) == *expected) return image;
  if (size_of(image) == ImageSize{expected->width, expected->height}) {
    cv::Mat stored = decode_or_fail(bytes, name, false);
    if (size_of(stored) == *expected) return stored;
  }
  fail(
      "{}: the picture has {}x{} pixels, but the annotation file says {}x{}: its boxes belong to "
      "another version of the picture; restore that, or correct the boxes, width and height",
      name, image.cols, image.rows, expected->width, expected->height);
}

cv::Mat read_image(const std::filesystem::path& path, std::optional<ImageSize> expected) {
  return decode_image(read_file(path), path.string(), expected);
}

ImageSize read_image_size(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  if (is_jpeg(bytes)) {
    const auto [orientation, stored] = jpeg_header(bytes);
    const bool is_quarter_turn = orientation >= 5;
    if (stored.height > 0 && stored.width > 0) {
      return is_quarter_turn ? ImageSize{stored.width, stored.height} : stored;
    }
  }
  return size_of(decode_image(bytes, path.string()));
}

}  // namespace rn
