#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "coco/coco_file.h"
#include "core/error.h"

namespace rn::testing {

/// A folder of its own for each test, with one file in it.
class CocoFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::temp_directory_path() / fmt::format("rn_{}_{}", test->name(), ::getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& content) {
    const std::filesystem::path path = folder_ / "file.json";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  CocoFile read(const std::string& content) { return read_coco_file(write(content)); }
  /// Adds the list that no file may be without.
  CocoFile read_without_classes(std::string content) {
    return read(content.insert(content.rfind('}'), R"(, "categories": [])"));
  }
  std::vector<CocoResult> read_results(const std::string& content) {
    return read_coco_results(write(content));
  }
  /// The error's text with the path shortened to FILE.
  std::string error_of(const auto& action) {
    try {
      action();
    } catch (const Error& error) {
      std::string text = error.what();
      const std::string path = (folder_ / "file.json").string();
      if (text.starts_with(path)) text.replace(0, path.size(), "FILE");
      return text;
    }
    return "no error";
  }
  std::string file_error(const std::string& content) {
    return error_of([&] { read(content); });
  }
  std::string results_error(const std::string& content) {
    return error_of([&] { read_results(content); });
  }

  std::filesystem::path folder_;
};

}  // namespace rn::testing
