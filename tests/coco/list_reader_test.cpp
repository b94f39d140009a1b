// Lists in stretches, read by several threads: records, texts and characters that the borders cut.
#include <gtest/gtest.h>

#include <string>

#include "coco/coco_writer.h"
#include "coco/usual_reader_case.h"

namespace rn {
namespace {

using testing::CocoWriter;

constexpr int kThreads = 3;

class Stretches : public testing::UsualReaderTest {};

TEST_F(Stretches, OfTheUsualLengthGiveTheSameWithAnyNumberOfThreads) {
  const std::string results = CocoWriter(1, true).results(9000);
  const std::string file = CocoWriter(2, true).annotations(7000, 4000);
  ASSERT_GT(results.size(), 3u * Window::kStep);
  ASSERT_GT(file.size(), 4u * Window::kStep);
  for (const int threads : {1, 2, kThreads, 8}) {
    EXPECT_TRUE(takes_results(results, threads));
    EXPECT_TRUE(takes_file(file, threads));
  }
}

TEST_F(Stretches, OfAnyLengthGiveTheSame) {
  for (uint64_t seed = 10; seed < 13; ++seed) {
    const std::string results = CocoWriter(seed, true).results(12);
    const std::string file = CocoWriter(seed, true).annotations(6, 6);
    for (const int64_t step : {1, 2, 3, 7, 16, 33, 64, 100, 129, 200, 401, 1000}) {
      for (const int threads : {1, 2, kThreads}) {
        EXPECT_TRUE(takes_results(results, threads, step)) << seed;
        EXPECT_TRUE(takes_file(file, threads, step)) << seed;
      }
    }
  }
}

TEST_F(Stretches, OutliveGuessesThatAreWrong) {
  // Each record holds records of its own kind, and texts that look like them.
  std::string results = "[";
  for (int i = 0; i < 6000; ++i) {
    results += fmt::format(
        "{}{{\"image_id\": {}, \"parts\": [{{\"image_id\": 7, \"category_id\": 1, \"bbox\": "
        "[1, 2, 3, 4], \"score\": 0.5}}, {{\"image_id\": 8, \"category_id\": 1, \"bbox\": "
        "[1, 2, 3, 4], \"score\": 0.5}}, {{\"image_id\": 9}}], \"text\": \"}}, "
        "{{\\\"image_id\\\"\","
        " \"category_id\": 3, \"bbox\": [0, 0, 5, {}], \"score\": 0.25}}",
        i > 0 ? ", " : "", i, i % 100);
  }
  results += "]";
  ASSERT_GT(results.size(), 4u * Window::kStep);
  for (const int threads : {1, kThreads}) EXPECT_TRUE(takes_results(results, threads));
  const std::string few = results.substr(0, results.find("}, {\"image_id\": 20,")) + "}]";
  for (const int64_t step : {90, 150, 170, 260, 300, 500}) {
    EXPECT_TRUE(takes_results(few, kThreads, step)) << step;
  }
}

TEST_F(Stretches, CanBeShorterThanARecord) {
  const std::string record = R"({"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "mask": [)";
  std::string numbers = "1";
  while (numbers.size() < 3u * Window::kStep) numbers += ", 123.25";
  const std::string space(2u * Window::kStep, ' ');
  const std::string results = "[" + record + numbers + R"(], "score": 0.5}, )" + space + record +
                              R"(], "score": 1}, )" + record + numbers + R"(], "score": 2})" +
                              space + "]" + space;
  for (const int threads : {1, kThreads}) EXPECT_TRUE(takes_results(results, threads));
}

TEST_F(Stretches, ReserveNoMoreThanAMultipleOfWhatTheyHeld) {
  // As many records in each byte of the space as in those before it would be 50,000.
  std::string results = CocoWriter(7, false).results(40);
  results.insert(results.size() - 1, 5 << 20, ' ');
  write(results);
  for (const int threads : {1, kThreads}) {
    const auto read = read_usual_coco_results(InputFile(path_), threads, 1000);
    ASSERT_TRUE(read.content);
    EXPECT_EQ(read.content->size(), 40u);
    EXPECT_LE(read.content->capacity(), 64u * 40);
  }
}

TEST_F(Stretches, AreAllSearchedForBrokenCharacters) {
  std::string results = CocoWriter(6, false).results(9000);
  for (const size_t at : {results.size() / 5, results.size() / 2, results.size() - 300}) {
    std::string broken = results;
    const size_t key = broken.find("score", at);
    broken.insert(key - 1, "\"\xC3\": 1, ");
    for (const int threads : {1, kThreads}) EXPECT_FALSE(takes_results(broken, threads)) << at;
    broken.insert(key + 1, "\xA9");  // whole now
    for (const int threads : {1, kThreads}) EXPECT_TRUE(takes_results(broken, threads)) << at;
  }
}

}  // namespace
}  // namespace rn
