#include "infer/picture_reader.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "data/image.h"

namespace rn {

PictureReader::PictureReader(std::vector<std::filesystem::path> files, size_t ahead)
    : files_(std::move(files)), ahead_(std::max<size_t>(1, ahead)) {
  if (files_.empty()) return;
  use_opencv_quietly();
  try {
    worker_ = std::jthread([this] { work(); });
  } catch (const std::system_error&) {
  }
}

PictureReader::~PictureReader() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  may_decode_.notify_one();
}

cv::Mat PictureReader::next() {
  RN_CHECK(next_ < files_.size(), "picture {} of {}", next_, files_.size());
  const size_t index = next_++;
  if (!worker_.joinable()) return read_image(files_[index]);
  Result result;
  {
    std::unique_lock lock(mutex_);
    is_decoded_.wait(lock, [this] { return !results_.empty(); });
    result = std::move(results_.front());
    results_.pop_front();
  }
  may_decode_.notify_one();
  if (result.error) std::rethrow_exception(result.error);
  return result.picture;
}

void PictureReader::work() {
  for (const std::filesystem::path& file : files_) {
    {
      std::unique_lock lock(mutex_);
      may_decode_.wait(lock, [this] { return is_stopping_ || results_.size() < ahead_; });
      if (is_stopping_) return;
    }
    Result result;
    try {
      result.picture = read_image(file);
    } catch (...) {
      result.error = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      results_.push_back(std::move(result));
    }
    is_decoded_.notify_one();
  }
}

}  // namespace rn
