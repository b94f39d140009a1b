// What a path may name other than a file of JSON: pipes, devices, folders, nothing but space.
#include "coco/json_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <thread>

#include "coco/coco_file_case.h"

namespace rn {
namespace {

namespace fs = std::filesystem;

class JsonSourceTest : public testing::CocoFileTest {
 protected:
  /// Reads results from a pipe that another thread writes this into.
  std::vector<CocoResult> read_piped(const std::string& content) {
    const fs::path pipe = folder_ / "file.json";
    fs::remove(pipe);
    if (::mkfifo(pipe.c_str(), 0600) != 0) throw Error("no pipe can be made");
    const std::jthread writer([&] { std::ofstream(pipe, std::ios::binary) << content; });
    return read_coco_results(pipe);
  }
};

const std::string kRecord =
    R"({"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 5})";

TEST_F(JsonSourceTest, ReadsPipes) {
  EXPECT_EQ(read_piped("[" + kRecord + "]").size(), 1u);
  EXPECT_EQ(read_piped("\xEF\xBB\xBF[" + kRecord + "]").size(), 1u);
  std::string many = "[" + kRecord;
  while (many.size() < 300000) many += ", " + kRecord;
  EXPECT_EQ(read_piped(many + "]").size(), (many.size() + 1) / (kRecord.size() + 2));
  EXPECT_EQ(error_of([&] { read_piped(""); }), "FILE: is empty, expected a COCO results file");
}

TEST_F(JsonSourceTest, DropsAPipesLeadingSpaceButCountsIt) {
  const std::string space(200001, ' ');
  EXPECT_EQ(read_piped(space + "[" + kRecord + "]")[0].score, 5);
  EXPECT_EQ(error_of([&] { read_piped(space); }), "FILE: is empty, expected a COCO results file");
  EXPECT_EQ(error_of([&] { read_piped(space + "[7]"); }),
            "FILE: record[0] at byte 200002: is 7, expected an object");
  fs::remove(folder_ / "file.json");
  write(space);
  EXPECT_EQ(read_json_source(folder_ / "file.json").text.size(), space.size());
}

TEST_F(JsonSourceTest, EndsWhereADeviceCantHoldJson) {
  EXPECT_EQ(error_of([] { read_coco_file("/dev/zero"); }),
            "/dev/zero: is not JSON (it begins with \"" +
                fmt::format("{}", fmt::join(std::vector<std::string>(20, "\\x00"), "")) +
                "\"), expected a COCO annotation file");
  EXPECT_EQ(error_of([] { read_coco_file("/dev/null"); }),
            "/dev/null: is empty, expected a COCO annotation file");
}

TEST_F(JsonSourceTest, StopsAtTheLongestText) {
  const fs::path pipe = folder_ / "file.json";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::signal(SIGPIPE, SIG_IGN);  // the writer goes on when nobody reads
  const std::jthread writer([&] { std::ofstream(pipe) << "[" << std::string(190000, ' '); });
  const size_t read = read_json_source(pipe, 70000).text.size();
  EXPECT_GT(read, 70000u);
  EXPECT_LE(read, 70000u + 65536u);
}

TEST_F(JsonSourceTest, NamesWhatCantBeRead) {
  EXPECT_NE(error_of([&] { read_coco_file(folder_); }).find("is a folder"), std::string::npos);
  EXPECT_EQ(error_of([&] { read_coco_file(folder_ / "file.json"); }),
            "FILE: can't be read: No such file or directory");
}

TEST_F(JsonSourceTest, NamesWhatMayNotBeRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  fs::permissions(write("{}"), fs::perms::none);
  EXPECT_EQ(error_of([&] { read_coco_file(folder_ / "file.json"); }),
            "FILE: can't be read: Permission denied");
}

TEST_F(JsonSourceTest, OfFourGigabytesSaysWhereTheyAreUnusual) {
  const fs::path path = write("{\"images\": [{\"id\": 1}, x");
  fs::resize_file(path, (uintmax_t{4} << 30) + 1);  // a hole of zero bytes, which takes no space
  EXPECT_EQ(
      error_of([&] { read_coco_file(path); }),
      "FILE: at byte 23: \"x" +
          fmt::format("{}", fmt::join(std::vector<std::string>(19, "\\x00"), "")) +
          "\" is wrong there, or written unusually, expected a COCO annotation file; files of "
          "4 GiB and more are read only if they are written as Python's json module writes "
          "them");
}

}  // namespace
}  // namespace rn
