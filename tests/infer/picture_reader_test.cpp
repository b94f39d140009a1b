#include "infer/picture_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "core/files.h"
#include "infer/predict.h"
#include "infer/temp_folder.h"

namespace rn {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// A picture's file that is a pipe: whoever reads it waits until it is written to, and the writer
/// can tell whether somebody reads. A test that fails may leave a reader waiting: each pipe has a
/// thread that writes to it after all patience has ended, so that the test ends, too.
class PictureReaderTest : public TempFolder {
 protected:
  fs::path pipe(const std::string& name) {
    const fs::path path = folder_ / name;
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    rescuers_.emplace_back([path](const std::stop_token& stop) { rescue(path, stop); });
    return path;
  }

  /// Gives the reader of a pipe the content. @return whether there was one within the time
  static bool fill(const fs::path& pipe, const std::string& content, milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    int out = -1;
    while ((out = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK)) < 0) {
      if (std::chrono::steady_clock::now() >= end) return false;
      std::this_thread::sleep_for(milliseconds(1));
    }
    const ssize_t written = ::write(out, content.data(), content.size());
    ::close(out);
    return written == static_cast<ssize_t>(content.size());
  }

  static constexpr milliseconds kLong{20000};
  static constexpr milliseconds kMoment{30};

 private:
  /// Lets the readers of the pipe go on, from kLong and a bit after now until it is stopped.
  static void rescue(const fs::path& pipe, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, kLong + kLong / 4, [] { return false; });
    while (!stop.stop_requested()) {
      fill(pipe, "no picture: the test has failed", kMoment);
      std::this_thread::sleep_for(kMoment);  // a reader sees the end of the file
    }
  }

  std::vector<std::jthread> rescuers_;  // the fixture's end stops and joins them
};

TEST_F(PictureReaderTest, KeepsTheOrderAndEachFault) {
  for (const size_t ahead : {1, 2, 9}) {
    PictureReader reader({picture("a.png", 10, 20), touch("broken.png", "no picture"),
                          folder_ / "gone.png", picture("b.png", 30, 40)},
                         ahead);
    EXPECT_EQ(reader.next().size(), cv::Size(10, 20));
    EXPECT_NE(error_text([&] { reader.next(); }).find("broken.png"), std::string::npos);
    EXPECT_NE(error_text([&] { reader.next(); }).find("gone.png"), std::string::npos);
    EXPECT_EQ(reader.next().size(), cv::Size(30, 40));
  }
}

TEST_F(PictureReaderTest, StaysSoManyPicturesAhead) {
  const fs::path first = picture("a.png"), second = pipe("b.png");
  const std::string content = read_file(first);
  PictureReader reader({first, second}, 1);
  ASSERT_FALSE(fill(second, content, kMoment));
  EXPECT_EQ(reader.next().size(), cv::Size(64, 48));
  ASSERT_TRUE(fill(second, content, kLong));
  EXPECT_EQ(reader.next().size(), cv::Size(64, 48));
}

TEST_F(PictureReaderTest, EndsWithPicturesLeft) {
  const std::vector<fs::path> files(20, picture("a.png", 300, 200));
  for (int taken = 0; taken < 10; ++taken) {
    PictureReader reader(files, 3);
    for (int i = 0; i < taken; ++i) reader.next();
  }
  PictureReader none({}, 1);
}

TEST_F(PictureReaderTest, LetsPredictDecodeTheNextPictureWhileTheNetworkRuns) {
  const fs::path first = picture("a.png"), second = pipe("b.png"), third = picture("c.png");
  const std::string content = read_file(picture("wide.png", 100, 30));
  bool was_decoding = false;
  int calls = 0;
  const DetectFunction detect = [&](const std::vector<cv::Mat>& pictures) {
    if (++calls == 1) was_decoding = fill(second, content, kLong);
    return std::vector<Detections>(pictures.size(), {torch::zeros({0, 4}), torch::zeros({0}),
                                                     torch::zeros({0}, torch::kInt64)});
  };
  PredictOptions options;
  options.out = folder_ / "out";
  std::vector<std::string> order;
  options.on_progress = [&](const PredictProgress& progress) {
    order.push_back(progress.file.filename().string());
  };
  const auto summary = predict(detect, {{1, "thing"}}, {{first}, {second}, {third}}, options);
  EXPECT_TRUE(was_decoding);
  EXPECT_EQ(order, (std::vector<std::string>{"a.png", "b.png", "c.png"}));
  EXPECT_EQ(summary.pictures, 3);
  EXPECT_EQ(cv::imread((folder_ / "out/b.png").string()).cols, 400);  // 100, enlarged
}

}  // namespace
}  // namespace rn
