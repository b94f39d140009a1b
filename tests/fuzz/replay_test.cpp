#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "core/files.h"
#include "fuzz/parsers.h"

namespace rn {
namespace {

using Files = std::vector<std::filesystem::path>;

/// The inputs of corpus/`parser`, which tools/fuzz.sh --keep wrote.
Files corpus(const std::string& parser) {
  const auto folder = std::filesystem::path(RN_SOURCE_DIR) / "tests/fuzz/corpus" / parser;
  const std::filesystem::directory_iterator entries(folder);
  Files files(begin(entries), end(entries));
  std::sort(files.begin(), files.end());
  return files;
}

class Corpus : public ::testing::TestWithParam<std::string> {};

/// Every parser gets the inputs of all: what is broken for one is strange to another.
TEST_P(Corpus, EveryInputEndsInAResultOrAnError) {
  const Files files = corpus(GetParam());
  EXPECT_GT(files.size(), 20u);
  for (const auto& file : files) {
    const std::string bytes = read_file(file);
    EXPECT_NO_THROW(testing::try_torch_file(bytes)) << file;
    EXPECT_NO_THROW(testing::try_pickle(bytes)) << file;
    EXPECT_NO_THROW(testing::try_safetensors(bytes)) << file;
    EXPECT_NO_THROW(testing::try_coco_file(bytes)) << file;
    EXPECT_NO_THROW(testing::try_coco_results(bytes)) << file;
    EXPECT_NO_THROW(testing::try_voc(bytes)) << file;
    EXPECT_NO_THROW(testing::try_yolo(bytes)) << file;
    EXPECT_NO_THROW(testing::try_csv(bytes)) << file;
    EXPECT_NO_THROW(testing::try_config(bytes)) << file;
    EXPECT_NO_THROW(testing::try_checkpoint(bytes)) << file;
  }
}

INSTANTIATE_TEST_SUITE_P(Kept, Corpus,
                         ::testing::Values("torch_file", "pickle", "safetensors", "coco_file",
                                           "coco_results", "voc", "yolo", "csv", "config",
                                           "checkpoint"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace rn
