// The shortcut through a file against the general reader: whatever the shortcut takes, it must take
// with the same values; and it must take what programs usually write, or it would be none.
#include "coco/usual_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "coco/general_reader.h"
#include "coco/window.h"
#include "core/error.h"

namespace rn {
namespace {

namespace fs = std::filesystem;

constexpr int kThreads = 3;

bool same(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b) || (a != a && b != b);
}
bool same(const std::array<double, 4>& a, const std::array<double, 4>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) { return same(x, y); });
}
template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}
bool same(const CocoImage& a, const CocoImage& b) {
  return a.id == b.id && a.file_name == b.file_name && a.width == b.width && a.height == b.height;
}
bool same(const CocoAnnotation& a, const CocoAnnotation& b) {
  return a.id == b.id && a.image_id == b.image_id && a.category_id == b.category_id &&
         same(a.bbox, b.bbox) && same(a.area, b.area) && a.iscrowd == b.iscrowd;
}
bool same(const CocoResult& a, const CocoResult& b) {
  return a.image_id == b.image_id && a.category_id == b.category_id && same(a.bbox, b.bbox) &&
         same(a.score, b.score);
}
template <class Record>
bool same(const std::vector<Record>& a, const std::vector<Record>& b) {
  EXPECT_EQ(a.size(), b.size());
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (same(a[i], b[i])) continue;
    ADD_FAILURE() << "record " << i << " differs";
    return false;
  }
  return a.size() == b.size();
}
bool same(const CocoFile& a, const CocoFile& b) {
  return same(a.images, b.images) && same(a.annotations, b.annotations) &&
         a.categories == b.categories;
}

class UsualReader : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = fs::temp_directory_path() / fmt::format("rn_{}_{}.json", test->name(), ::getpid());
  }
  void TearDown() override { fs::remove(path_); }

  void write(const std::string& content) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }

  /// True if the shortcut takes the file, as it must the general reader then.
  template <class Content>
  bool takes(const std::string& content, UsualRead<Content> (*usual)(const InputFile&, int),
             Content (*general)(const fs::path&), int threads) {
    write(content);
    const InputFile file(path_);
    const auto read = usual(file, threads);
    if (!read.content) return false;
    try {
      EXPECT_TRUE(same(*read.content, general(path_))) << content.substr(0, 2000);
    } catch (const Error& error) {
      ADD_FAILURE() << "taken, but " << error.what() << "\n" << content.substr(0, 2000);
    }
    return true;
  }
  bool takes_file(const std::string& content, int threads = 1) {
    return takes(content, read_usual_coco_file, read_any_coco_file, threads);
  }
  bool takes_results(const std::string& content, int threads = 1) {
    return takes(content, read_usual_coco_results, read_any_coco_results, threads);
  }

  fs::path path_;
};

/// Writes records as programs do, with all that is odd in them now and then.
class Writer {
 public:
  explicit Writer(uint64_t seed, bool odd) : random_(seed), odd_(odd) {}

  std::string results(int count) {
    return list(count, [&] {
      return object(
          {{"image_id", whole()}, {"category_id", whole()}, {"bbox", bbox()}, {"score", number()}});
    });
  }

  std::string annotations(int images, int count) {
    const auto image = [&] {
      return object({{"id", whole()}, {"file_name", text()}, {"width", "640"}, {"url", text()}});
    };
    const auto annotation = [&] {
      return object({{"segmentation", polygons()},
                     {"area", number()},
                     {"iscrowd", pick({"0", "1", "false", "true", "0.0"})},
                     {"image_id", whole()},
                     {"bbox", bbox()},
                     {"category_id", whole()},
                     {"id", whole()}});
    };
    const auto category = [&] { return object({{"id", whole()}, {"name", text()}}); };
    return object({{"info", "{\"year\": 2017, \"a\": [" + text() + ", {}]}"},
                   {"images", list(images, image)},
                   {"annotations", list(count, annotation)},
                   {"categories", list(3, category)}},
                  /*may_be_odd=*/false);
  }

 private:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  bool chance(int of) { return random_() % of == 0; }
  std::string pick(std::initializer_list<const char*> choices) {
    return *(choices.begin() + random_() % choices.size());
  }
  std::string space() {
    if (!odd_ || !chance(20)) return "";
    return pick({" ", "\n", "\t ", "\r\n      ", "                                           "});
  }
  std::string whole() {
    if (odd_ && chance(40)) {
      return pick({"-7", "1.0", "9007199254740993", "9223372036854775807", "1e3", "-0", "12.50e1"});
    }
    return fmt::format("{}", random_() % 600000);
  }
  std::string number() {
    if (odd_ && chance(40)) {
      return pick({"NaN", "Infinity", "-Infinity", "1e-320", "-0.0", "0.1e-05", "5E+3",
                   "123456789012345678901234567890", "0.30000000000000004",
                   "1.7976931348623157e308", "9007199254740993", "2.5e-7",
                   "0.123456789012345678901", "12345678.12345678901"});
    }
    const double value = static_cast<double>(random_() % 100000000) / 1e5;
    switch (random_() % 3) {
      case 0:
        return fmt::format("{}", value / 7);
      case 1:
        return fmt::format("{:.3f}", value);
      default:
        return fmt::format("{}", std::floor(value));
    }
  }
  std::string text() {
    if (odd_ && chance(10)) {
      return pick({R"("caf\u00e9 \"x\" \\")", "\"caf\xC3\xA9\"", R"("}, {\"id\": 3}, {")",
                   R"("[[[")", R"("\ud83d\ude00")", "\"\""});
    }
    return fmt::format("\"{:012}.jpg\"", random_() % 600000);
  }
  std::string bbox() {
    if (odd_ && chance(50)) return "[ " + number() + " ,1,2 , 3 ]";
    return fmt::format("[{}, {}, {}, {}]", number(), number(), number(), number());
  }
  std::string polygons() {
    if (chance(8)) return R"({"counts": "ab\"]}[", "size": [480, 640]})";
    std::string polygon;
    for (uint64_t i = 0; i < random_() % 30; ++i) polygon += number() + ", ";
    return "[[" + polygon + "1.5], []]";
  }
  std::string object(Fields fields, bool may_be_odd = true) {
    if (odd_ && may_be_odd) {
      if (chance(15)) std::shuffle(fields.begin(), fields.end(), random_);
      if (chance(30)) fields.insert(fields.begin(), {"note", pick({"null", "\"n\"", "[{}]"})});
      if (chance(30)) fields.insert(fields.begin(), {fields.back().first, fields.back().second});
      if (chance(30)) fields.push_back({fields[random_() % fields.size()].first, "null"});
    }
    std::string all = "{";
    for (size_t i = 0; i < fields.size(); ++i) {
      all += (i > 0 ? "," : "") + space() + (i > 0 ? " " : "") + "\"" + fields[i].first + "\"" +
             space() + ": " + fields[i].second + space();
    }
    return all + "}";
  }
  template <class Record>
  std::string list(int count, const Record& record) {
    std::string all = "[";
    for (int i = 0; i < count; ++i) all += (i > 0 ? ", " : "") + space() + record() + space();
    return all + "]";
  }

  std::mt19937_64 random_;
  bool odd_;
};

TEST_F(UsualReader, TakesWhatProgramsWrite) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_TRUE(takes_results(Writer(seed, false).results(30)));
    EXPECT_TRUE(takes_file(Writer(seed, false).annotations(5, 30)));
  }
}

TEST_F(UsualReader, ReadsOddSpellingsAsTheGeneralReaderOrNotAtAll) {
  int results_taken = 0, files_taken = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    results_taken += takes_results(Writer(seed, true).results(8));
    files_taken += takes_file(Writer(seed, true).annotations(2, 6));
  }
  // Exponents, escapes, NaN and null are nothing that it gives up on.
  EXPECT_GT(results_taken, 180);
  EXPECT_GT(files_taken, 180);
}

TEST_F(UsualReader, IsTheSameInStretchesReadByAnyNumberOfThreads) {
  const std::string results = Writer(1, true).results(9000);
  const std::string file = Writer(2, true).annotations(7000, 4000);
  ASSERT_GT(results.size(), 3u * Window::kStep);
  ASSERT_GT(file.size(), 4u * Window::kStep);
  for (const int threads : {1, 2, kThreads, 8}) {
    EXPECT_TRUE(takes_results(results, threads));
    EXPECT_TRUE(takes_file(file, threads));
  }
}

TEST_F(UsualReader, SurvivesGuessesThatAreWrong) {
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
}

TEST_F(UsualReader, ReadsARecordLongerThanItsWindows) {
  const std::string record = R"({"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "mask": [)";
  std::string numbers = "1";
  while (numbers.size() < 3u * Window::kStep) numbers += ", 123.25";
  const std::string space(2u * Window::kStep, ' ');
  const std::string results = "[" + record + numbers + R"(], "score": 0.5}, )" + space + record +
                              R"(], "score": 1}, )" + record + numbers + R"(], "score": 2})" +
                              space + "]" + space;
  for (const int threads : {1, kThreads}) EXPECT_TRUE(takes_results(results, threads));
}

TEST_F(UsualReader, TakesNothingThatTheGeneralReaderRefuses) {
  // takes_file fails where the two disagree.
  const std::string file = Writer(3, true).annotations(2, 3);
  const std::string results = Writer(4, true).results(3);
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

TEST_F(UsualReader, SeesBrokenCharactersInEveryStretch) {
  std::string results = Writer(6, false).results(9000);
  for (const size_t at : {results.size() / 5, results.size() / 2, results.size() - 300}) {
    std::string broken = results;
    const size_t key = broken.find("score", at);
    broken.insert(key - 1, "\"\xC3\": 1, ");
    for (const int threads : {1, kThreads}) EXPECT_FALSE(takes_results(broken, threads)) << at;
    broken.insert(key + 1, "\xA9");  // whole now
    for (const int threads : {1, kThreads}) EXPECT_TRUE(takes_results(broken, threads)) << at;
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
