#include "infer/video.h"

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "core/error.h"
#include "data/image.h"

namespace rn {
namespace fs = std::filesystem;

struct VideoReader::Impl {
  cv::VideoCapture capture;
};

VideoReader::VideoReader(const fs::path& path) : impl_(std::make_unique<Impl>()) {
  use_opencv_quietly();
  std::error_code error;
  if (!fs::is_regular_file(path, error)) fail("{}: not found, or not a file", path.string());
  try {
    impl_->capture.open(path.string());
  } catch (const cv::Exception&) {
    // Told below like any other file that doesn't open.
  }
  if (!impl_->capture.isOpened()) {
    fail(
        "{}: not a video that can be decoded; expected mp4, avi, mov, mkv or webm in a coding that "
        "OpenCV's FFmpeg knows; try `ffmpeg -i {} -c:v libx264 out.mp4` first",
        path.string(), path.string());
  }
}

VideoReader::~VideoReader() = default;

bool VideoReader::read(cv::Mat& rgb) {
  cv::Mat frame;
  if (!impl_->capture.read(frame) || frame.empty()) return false;
  cv::cvtColor(frame, rgb, frame.channels() == 1 ? cv::COLOR_GRAY2RGB : cv::COLOR_BGR2RGB);
  return true;
}

double VideoReader::frames_per_second() const {
  constexpr double kUsual = 25;
  const double fps = impl_->capture.get(cv::CAP_PROP_FPS);
  return std::isfinite(fps) && fps > 0 && fps < 1000 ? fps : kUsual;
}

int64_t VideoReader::frame_count() const {
  const double count = impl_->capture.get(cv::CAP_PROP_FRAME_COUNT);
  return std::isfinite(count) && count > 0 && count < 1e12 ? std::llround(count) : 0;
}

struct VideoWriter::Impl {
  cv::VideoWriter writer;
  cv::Size size;
  fs::path path;
  fs::path partial;  // empty once the file has its name

  bool open(const fs::path& stem, const char* ending, int fourcc, double fps) {
    path = stem.string() + ending;
    partial = stem.string() + ".partial" + ending;
    try {
      if (writer.open(partial.string(), fourcc, fps, size)) return true;
    } catch (const cv::Exception&) {
      // Another coding is tried.
    }
    std::error_code ignored;
    fs::remove(partial, ignored);
    partial.clear();
    return false;
  }
};

VideoWriter::VideoWriter(const fs::path& stem, double frames_per_second, cv::Size size)
    : impl_(std::make_unique<Impl>()) {
  use_opencv_quietly();
  impl_->size = size;
  const int mpeg4 = cv::VideoWriter::fourcc('m', 'p', '4', 'v');
  const int motion_jpeg = cv::VideoWriter::fourcc('M', 'J', 'P', 'G');
  if (impl_->open(stem, ".mp4", mpeg4, frames_per_second)) return;
  if (impl_->open(stem, ".avi", motion_jpeg, frames_per_second)) return;
  fail(
      "{}: OpenCV can write neither MPEG-4 (.mp4) nor Motion JPEG (.avi) of {}x{} pixels here; "
      "check that the folder can be written and that OpenCV was built with videoio",
      stem.string(), size.width, size.height);
}

VideoWriter::~VideoWriter() {
  impl_->writer.release();
  std::error_code ignored;
  if (!impl_->partial.empty()) fs::remove(impl_->partial, ignored);
}

void VideoWriter::write(const cv::Mat& rgb) {
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  // Streams may change their size midway; a file has one.
  if (bgr.size() != impl_->size) cv::resize(bgr, bgr, impl_->size);
  impl_->writer.write(bgr);
}

fs::path VideoWriter::close() {
  impl_->writer.release();
  std::error_code error;
  const auto size = fs::file_size(impl_->partial, error);
  if (!error && size > 0) fs::rename(impl_->partial, impl_->path, error);
  if (error || size == 0) {
    fail("{}: the video could not be written; is the disk full?", impl_->path.string());
  }
  impl_->partial.clear();
  return impl_->path;
}

}  // namespace rn
