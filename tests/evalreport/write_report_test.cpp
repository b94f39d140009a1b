#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files.h"
#include "core/json.h"
#include "core/temporary_folder.h"
#include "evalreport/evaluated.h"

namespace rn {
namespace {

TEST(WriteEvalReport, MakesTheFolderAndBothFiles) {
  const TemporaryFolder folder;
  const Evaluated evaluated = evaluated_mixture({"cat", "dog"}, 10);
  write_eval_report(folder / "new" / "report", evaluated.input());
  EXPECT_EQ(read_file(folder / "new" / "report" / "eval.html"), eval_page(evaluated.input()));
  EXPECT_EQ(parse_json(read_file(folder / "new" / "report" / "eval.json")),
            parse_json(json_text(eval_json(evaluated.input()))));
}

TEST(WriteEvalReport, NamesTheFolderThatItCannotMake) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "");
  try {
    write_eval_report(folder / "file", evaluated_mixture({"cat"}, 2).input());
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr((folder / "file").string()));
  }
}

}  // namespace
}  // namespace rn
