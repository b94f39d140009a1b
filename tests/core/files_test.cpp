#include "core/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <thread>

#include "core/file_size_limit.h"
#include "core/temporary_folder.h"
#include "core/throws.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

size_t files_in(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(ReadFile, GivesEveryByte) {
  const TemporaryFolder folder;
  const std::string content("a\0b\r\n\xff", 6);
  std::ofstream(folder / "f", std::ios::binary) << content;
  EXPECT_EQ(read_file(folder / "f"), content);
  std::ofstream(folder / "empty").close();
  EXPECT_EQ(read_file(folder / "empty"), "");
}

TEST(ReadFile, ReadsFilesThatSayTheyAreEmpty) {
  EXPECT_GT(read_file("/proc/self/status").size(), 100u);  // its size is given as 0
}

TEST(ReadFile, GrowsBeyondItsFirstGuess) {
  const std::string mounts = read_file("/proc/self/smaps");
  EXPECT_FALSE(mounts.empty());
  EXPECT_EQ(mounts.find('\0'), std::string::npos);
}

TEST(ReadFile, FailuresNameThePathAndTheReason) {
  const TemporaryFolder folder;
  const std::string missing = (folder / "missing").string();
  EXPECT_EQ(error_text([&] { read_file(missing); }),
            missing + ": can't be read: No such file or directory");
  EXPECT_EQ(error_text([&] { read_file(folder.path()); }),
            folder.path().string() + ": is a folder, expected a file");
  EXPECT_EQ(error_text([&] { read_file("/proc/self/mem"); }),
            "/proc/self/mem: reading failed: Input/output error");
}

TEST(WriteFileAtomically, ReplacesTheFileAndLeavesNothingElse) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "f", std::string_view("old"));
  write_file_atomically(folder / "f", std::string_view("new content"));
  EXPECT_EQ(read_file(folder / "f"), "new content");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(WriteFileAtomically, KeepsTheOldFileWhenTheWriterThrows) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "f", std::string_view("old"));
  const auto writer = [](const fs::path& temporary) {
    std::ofstream(temporary) << "half";
    throw std::runtime_error("writer's own");
  };
  try {
    write_file_atomically(folder / "f", writer);
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "writer's own");
  }
  EXPECT_EQ(read_file(folder / "f"), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(WriteFileAtomically, KeepsTheOldFileWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "f", std::string_view("old"));
  const FileSizeLimit limit(4096);
  EXPECT_EQ(error_text([&] {
              write_file_atomically(folder / "f", std::string_view(std::string(10000, 'x')));
            }),
            (folder / "f").string() +
                ": writing failed: File too large; raise the limit on file sizes (ulimit -f)");
  EXPECT_EQ(read_file(folder / "f"), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(WriteFileAtomically, SaysWhenTheDeviceIsFull) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "/dev/full is not there";
  EXPECT_EQ(error_text([] { write_file_atomically("/dev/full", std::string_view("x")); }),
            "/dev/full: writing failed: No space left on device; free some space on that disk");
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(WriteFileAtomically, WriterThatMakesNoFileIsAnError) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_text([&] { write_file_atomically(folder / "f", [](const fs::path&) {}); }),
            (folder / "f").string() + ": writing failed: No such file or directory");
}

TEST(WriteFileAtomically, FolderThatIsMissingOrIsTheTargetIsAnError) {
  const TemporaryFolder folder;
  const std::string missing = (folder / "no/f").string();
  EXPECT_EQ(error_text([&] { write_file_atomically(missing, std::string_view("x")); }),
            missing + ": writing failed: No such file or directory; make its folder");
  EXPECT_EQ(error_text([&] { write_file_atomically(folder.path(), std::string_view("x")); }),
            folder.path().string() + ": is a folder, expected a file");
}

TEST(WriteFileAtomically, KeepsASymbolicLinkAndReplacesItsTarget) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "target", std::string_view("old"));
  fs::create_symlink("target", folder / "link");
  write_file_atomically(folder / "link", std::string_view("new"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_file(folder / "target"), "new");
}

TEST(WriteFileAtomically, WritesIntoAPipeInsteadOfReplacingIt) {
  const TemporaryFolder folder;
  const fs::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] { received = read_file(pipe); });
  write_file_atomically(pipe, std::string_view("through"));
  reader.join();
  EXPECT_EQ(received, "through");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(NameTwice, IsALinkThatOutlivesTheReplacementOfTheFirst) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "first", std::string_view("old"));
  write_file_atomically(folder / "second", std::string_view("older"));
  name_twice(folder / "first", folder / "second");
  EXPECT_EQ(fs::hard_link_count(folder / "first"), 2);
  name_twice(folder / "first", folder / "second");  // of the same file already
  write_file_atomically(folder / "first", std::string_view("new"));
  EXPECT_EQ(read_file(folder / "second"), "old");
  EXPECT_EQ(files_in(folder.path()), 2u);
}

TEST(NameTwice, OfASymbolicLinkIsASecondNameOfItsFile) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "target", std::string_view("old"));
  fs::create_symlink("target", folder / "link");
  name_twice(folder / "link", folder / "second");
  write_file_atomically(folder / "link", std::string_view("new"));
  EXPECT_EQ(read_file(folder / "second"), "old");
}

TEST(NameTwice, IsACopyWhereThereCanBeNoLink) {
  const fs::path other_disk = "/dev/shm";
  std::error_code ec;
  const TemporaryFolder folder;
  const fs::path file = other_disk / fmt::format("retinanet-test-{}", ::getpid());
  std::ofstream(file) << "a file on another file system";
  fs::create_hard_link(file, folder / "probe", ec);
  if (!fs::exists(file) || !ec) GTEST_SKIP() << "needs a second file system in /dev/shm";
  name_twice(file, folder / "second");
  fs::remove(file);
  EXPECT_EQ(read_file(folder / "second"), "a file on another file system");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(NameTwice, SaysWhyItCannotBe) {
  const TemporaryFolder folder;
  const std::string first = (folder / "first").string(), second = (folder / "second").string();
  EXPECT_EQ(error_text([&] { name_twice(first, second); }),
            first + ": can't be kept as " + second + ": No such file or directory");
}

TEST(MakeWritableFolder, MakesParentsAndLeavesNoTrace) {
  const TemporaryFolder folder;
  make_writable_folder(folder / "a/b");
  make_writable_folder(folder / "a/b");
  EXPECT_EQ(files_in(folder / "a/b"), 0u);
}

TEST(MakeWritableFolder, LeavesTheFilesOfTheUserAlone) {
  const TemporaryFolder folder;
  write_file_atomically(folder / ".writable", std::string_view("mine"));
  make_writable_folder(folder.path());
  EXPECT_EQ(read_file(folder / ".writable"), "mine");
}

TEST(MakeWritableFolder, FileOfThatNameIsAnError) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "f", std::string_view("x"));
  EXPECT_EQ(
      error_text([&] { make_writable_folder(folder / "f"); }),
      (folder / "f").string() +
          ": can't be made a folder: a file of that name is there; choose another with --out");
  EXPECT_EQ(error_text([&] { make_writable_folder(folder / "f/g"); }),
            (folder / "f/g").string() +
                ": can't be made a folder: Not a directory; choose another with --out");
  EXPECT_EQ(read_file(folder / "f"), "x");
}

TEST(MakeWritableFolder, FolderThatMayNotBeWrittenIsAnError) {
  const TemporaryFolder folder;
  std::string where;
  std::string expected;
  if (::geteuid() == 0) {  // nothing is forbidden to root, except what the kernel itself refuses
    where = "/proc";
    expected = ": files can't be made in this folder: ";
  } else {
    where = (folder / "closed").string();
    fs::create_directory(where);
    fs::permissions(where, fs::perms::owner_read | fs::perms::owner_exec);
    expected = ": files can't be made in this folder: Permission denied";
  }
  const std::string text = error_text([&] { make_writable_folder(where); });
  EXPECT_TRUE(text.starts_with(where + expected)) << text;
  EXPECT_TRUE(text.ends_with("; choose another with --out")) << text;
}

TEST(MakeWritableFolder, FullDiskIsAnErrorAndLeavesNoTrace) {
  const TemporaryFolder folder;
  const FileSizeLimit limit(0);
  EXPECT_EQ(error_text([&] { make_writable_folder(folder.path()); }),
            folder.path().string() +
                ": files can't be made in this folder: File too large; choose another with --out");
  EXPECT_EQ(files_in(folder.path()), 0u);
}

}  // namespace
}  // namespace rn
