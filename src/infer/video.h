#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <string>

namespace rn {

/// Reads a video frame by frame, through OpenCV.
class VideoReader {
 public:
  /// @throws Error naming the file if it is no video, or in a form that this OpenCV can't read
  explicit VideoReader(const std::filesystem::path& path);
  ~VideoReader();

  /// The next frame, RGB, 8 bit; false at the end.
  bool read(cv::Mat& rgb);
  double frames_per_second() const;  ///< 25 if the file doesn't say
  int64_t frame_count() const;       ///< as the file claims; 0 if it doesn't say

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes a video: MPEG-4 in .mp4, or, where OpenCV has no such encoder, Motion JPEG in .avi, which
/// every OpenCV has. The file gets its name when it is complete; a writer that goes away before
/// leaves nothing.
class VideoWriter {
 public:
  /// @param stem the path without its ending
  /// @throws Error if neither can be written
  VideoWriter(const std::filesystem::path& stem, double frames_per_second, cv::Size size);
  ~VideoWriter();

  /// A frame of another size than the video is resized.
  void write(const cv::Mat& rgb);
  /// Completes the file. @return its path @throws Error if it isn't there
  std::filesystem::path close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rn
