#include "cli/run_folder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/files.h"
#include "core/temporary_folder.h"
#include "core/throws.h"

namespace rn {
namespace {

TEST(RunFolder, ARunThatBeganSinceTheFolderWasChosenIsNotWrittenOver) {
  const TemporaryFolder folder;
  const RunPlace place = choose_run_folder("name", folder.path().string(), false);
  EXPECT_FALSE(place.resume);
  check_unchanged(place);
  write_file_atomically(place.folder.checkpoint(), std::string_view("of another process"));
  EXPECT_EQ(error_text([&] { check_unchanged(place); }),
            folder.path().string() +
                ": another process has begun a run there; start again, with another --out");
  check_unchanged(choose_run_folder("name", folder.path().string(), true));  // goes on with it
}

TEST(RunFolder, ALockNamesItsProcessAndGoesWithIt) {
  const TemporaryFolder folder;
  {
    const RunFolderLock lock({folder.path()});
    const std::string text = error_text([&] { RunFolderLock({folder.path()}); });
    EXPECT_NE(text.find(fmt::format("another run (process {}) is writing", ::getpid())),
              std::string::npos)
        << text;
  }
  const RunFolderLock again({folder.path()});
}

}  // namespace
}  // namespace rn
