#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "coco/general_reader.h"
#include "coco/same_records.h"
#include "coco/usual_reader.h"
#include "core/error.h"

namespace rn::testing {

/// Reads by the shortcut and by the general reader. Whatever the shortcut takes, it must take with
/// the same values; and it must take what programs usually write, or it would be none.
class UsualReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            fmt::format("rn_{}_{}.json", test->name(), ::getpid());
  }
  void TearDown() override { std::filesystem::remove(path_); }

  void write(const std::string& content) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }

  /// True if the shortcut takes the file, as it must the general reader then.
  /// @param step bytes that a thread reads at once
  bool takes_file(const std::string& content, int threads = 1, int64_t step = Window::kStep) {
    return takes(content, read_usual_coco_file, read_any_coco_file, threads, step);
  }
  bool takes_results(const std::string& content, int threads = 1, int64_t step = Window::kStep) {
    return takes(content, read_usual_coco_results, read_any_coco_results, threads, step);
  }

  std::filesystem::path path_;

 private:
  template <class Content>
  bool takes(const std::string& content,
             UsualRead<Content> (*usual)(const InputFile&, int, int64_t),
             Content (*general)(const std::filesystem::path&), int threads, int64_t step) {
    write(content);
    const InputFile file(path_);
    const auto read = usual(file, threads, step);
    if (!read.content) return false;
    try {
      EXPECT_TRUE(same(*read.content, general(path_)))
          << threads << " threads, " << step << " bytes: " << content.substr(0, 2000);
    } catch (const Error& error) {
      ADD_FAILURE() << "taken, but " << error.what() << "\n" << content.substr(0, 2000);
    }
    return true;
  }
};

}  // namespace rn::testing
