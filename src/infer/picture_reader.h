#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <filesystem>
#include <mutex>
#include <opencv2/core/mat.hpp>
#include <thread>
#include <vector>

namespace rn {

/// Decodes files one after another in a thread of its own, ahead of the one who asks for them and
/// is busy with earlier ones meanwhile.
class PictureReader {
 public:
  /// @param ahead pictures at most that are decoded before they are asked for, at least 1
  PictureReader(std::vector<std::filesystem::path> files, size_t ahead);
  /// Waits at most for the picture that is being decoded.
  ~PictureReader();
  PictureReader(const PictureReader&) = delete;
  PictureReader& operator=(const PictureReader&) = delete;

  /// The next file's picture, to be called once for each file; as read_image gives it.
  /// @throws what read_image throws for this file; those after it are not affected
  cv::Mat next();

 private:
  /// A picture, or what went wrong with it.
  struct Result {
    cv::Mat picture;
    std::exception_ptr error;
  };

  void work();

  const std::vector<std::filesystem::path> files_;
  const size_t ahead_;
  size_t next_ = 0;  ///< the file that is given next

  std::mutex mutex_;  ///< guards what follows, up to the thread
  std::condition_variable may_decode_;
  std::condition_variable is_decoded_;
  std::deque<Result> results_;
  bool is_stopping_ = false;

  std::jthread worker_;  ///< none if the system gives no more threads: next() decodes
};

}  // namespace rn
