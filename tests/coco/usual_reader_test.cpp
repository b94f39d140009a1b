// Which spellings the shortcut takes, in files of one stretch; list_reader_test.cpp has the
// borders.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "coco/coco_writer.h"
#include "coco/usual_reader_case.h"

namespace rn {
namespace {

using testing::CocoWriter;
class UsualReader : public testing::UsualReaderTest {};

TEST_F(UsualReader, TakesWhatProgramsWrite) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_TRUE(takes_results(CocoWriter(seed, false).results(30)));
    EXPECT_TRUE(takes_file(CocoWriter(seed, false).annotations(5, 30)));
  }
}

TEST_F(UsualReader, ReadsOddSpellingsAsTheGeneralReaderOrNotAtAll) {
  int results_taken = 0, files_taken = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    results_taken += takes_results(CocoWriter(seed, true).results(8));
    files_taken += takes_file(CocoWriter(seed, true).annotations(2, 6));
  }
  // Exponents, escapes, NaN and null are nothing that it gives up on.
  EXPECT_GT(results_taken, 180);
  EXPECT_GT(files_taken, 180);
}

TEST_F(UsualReader, TakesNothingThatTheGeneralReaderRefuses) {
  // takes_file fails where the two disagree.
  const std::string file = CocoWriter(3, true).annotations(2, 3);
  const std::string results = CocoWriter(4, true).results(3);
  const std::string bytes("\0\"{}[],:\\x\xff\xC3 019.-eNn", 22);
  std::mt19937_64 random(5);
  int refused = 0;
  for (int i = 0; i < 600; ++i) {
    std::string damaged = i % 2 == 0 ? file : results;
    const size_t at = random() % damaged.size();
    const char byte = bytes[random() % bytes.size()];
    switch (random() % 3) {
      case 0:
        damaged[at] = byte;
        break;
      case 1:
        damaged.insert(at, 1, byte);
        break;
      default:
        damaged.erase(at, 1 + random() % 3);
    }
    refused += i % 2 == 0 ? !takes_file(damaged) : !takes_results(damaged);
  }
  EXPECT_GT(refused, 120);
}

TEST_F(UsualReader, PassesOverNothingThatIsNotJson) {
  const std::string file = CocoWriter(8, false).annotations(2, 2);
  const std::string results = CocoWriter(9, false).results(2);
  const auto with_note = [](std::string content, const std::string& record_key,
                            const std::string& note) {
    return content.insert(content.rfind("\"" + record_key + "\""), "\"note\": " + note + ", ");
  };
  for (const char* note : {"1", "-0.5e3", "NaN", "\"a\\n\\u00e9\"", "[[1, 2.5], []]", "[[1e5]]",
                           "{\"a\": [{}, true]}", "[-Infinity, \"]\"]"}) {
    EXPECT_TRUE(takes_file(with_note(file, "area", note))) << note;
    EXPECT_TRUE(takes_file(with_note(file, "annotations", note))) << note;
    EXPECT_TRUE(takes_results(with_note(results, "score", note))) << note;
  }
  for (const char* note : {"tru", "abc-.", "01", "1.", "nan", "\"\\q\"", "\"\\u12\"", "[1,,2]",
                           "[[1}]", "[[1, 2.5, 03]]", "{1:2}", "{\"a\": 1,}", "[1 2]"}) {
    EXPECT_FALSE(takes_file(with_note(file, "area", note))) << note;
    EXPECT_FALSE(takes_file(with_note(file, "annotations", note))) << note;
    EXPECT_FALSE(takes_results(with_note(results, "score", note))) << note;
  }
}

TEST_F(UsualReader, RoundsAsStrtodDoes) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 10; ++round) {
    std::string results = "[";
    std::vector<std::string> numbers;
    for (int i = 0; i < 300; ++i) {
      std::string number = fmt::format("{}", random() % 1000);
      const auto digits = random() % 22;
      if (digits > 0) number += ".";
      for (uint64_t d = 0; d < digits; ++d) number += static_cast<char>('0' + random() % 10);
      if (random() % 5 == 0) number += fmt::format("e{}", static_cast<int>(random() % 40) - 20);
      results +=
          fmt::format("{}{{\"image_id\":1,\"category_id\":1,\"bbox\":[0,0,1,1],\"score\":{}}}",
                      i > 0 ? "," : "", number);
      numbers.push_back(number);
    }
    write(results + "]");
    const auto read = read_usual_coco_results(InputFile(path_), 1);
    ASSERT_TRUE(read.content);
    for (size_t i = 0; i < numbers.size(); ++i) {
      EXPECT_EQ((*read.content)[i].score, std::strtod(numbers[i].c_str(), nullptr)) << numbers[i];
    }
  }
}

}  // namespace
}  // namespace rn
