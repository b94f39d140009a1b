#include "report/append_file.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/file_size_limit.h"
#include "core/files.h"
#include "core/temporary_folder.h"
#include "core/throws.h"

namespace rn {
namespace {

TEST(AppendFile, LinesAreThereAtOnceBehindThoseThatWere) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "f", std::string_view("old\n"));
  AppendFile file(folder / "f");
  EXPECT_EQ(file.append("one"), "");
  EXPECT_EQ(read_file(folder / "f"), "old\none\n");
  EXPECT_EQ(file.append(""), "");
  EXPECT_EQ(read_file(folder / "f"), "old\none\n\n");
}

TEST(AppendFile, FullDiskLeavesWholeLinesAndIsTriedAgain) {
  const TemporaryFolder folder;
  AppendFile file(folder / "f");
  EXPECT_EQ(file.append("one"), "");
  {
    const FileSizeLimit limit(10);  // room for a part of the next line
    EXPECT_EQ(
        file.append("a line that is too long"),
        (folder / "f").string() +
            ": writing failed: File too large; free some space on that disk, this line is lost");
    EXPECT_EQ(read_file(folder / "f"), "one\n");
    EXPECT_EQ(file.append("two"), "");
  }
  EXPECT_EQ(file.append("three"), "");
  EXPECT_EQ(read_file(folder / "f"), "one\ntwo\nthree\n");
}

TEST(AppendFile, FullDeviceIsSaid) {
  AppendFile file("/dev/full");
  EXPECT_EQ(
      file.append("x"),
      "/dev/full: writing failed: No space left on device; free some space on that disk, this "
      "line is lost");
}

TEST(AppendFile, FileThatCanNotBeMadeIsAnError) {
  const TemporaryFolder folder;
  const std::string path = (folder / "no/f").string();
  EXPECT_EQ(error_text([&] { AppendFile file(path); }),
            path +
                ": can't be opened for writing: No such file or directory; choose another folder "
                "with --out");
}

TEST(AppendFile, MovesItsFile) {
  const TemporaryFolder folder;
  AppendFile first(folder / "f");
  AppendFile second(std::move(first));
  EXPECT_EQ(second.append("x"), "");
  EXPECT_EQ(second.path(), folder / "f");
}

}  // namespace
}  // namespace rn
