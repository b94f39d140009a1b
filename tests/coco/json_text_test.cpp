// What is JSON as Python's json module reads it. The lists were checked against that module.
#include "coco/json_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "coco/number_list.h"

namespace rn {
namespace {

/// Bytes that were passed over; where it isn't JSON the place of the first wrong one, as "wrong 3".
std::string walked(const std::string& text) {
  const JsonSkip skipped = json_value_end(text.data(), text.data() + text.size());
  return fmt::format("{}{}", skipped.complete ? "" : "wrong ", skipped.at - text.data());
}

/// True if the whole of it is a value.
bool is_json(const std::string& text) { return walked(text) == std::to_string(text.size()); }

/// Longer than the blocks that lists of numbers are read in.
std::string numbers(int count) {
  std::string all = "1";
  for (int i = 1; i < count; ++i) all += fmt::format(", {}.{}", i % 7 * 90, i);
  return all;
}

TEST(JsonValue, IsWhatPythonReads) {
  for (const char* text : {"0",
                           "-0",
                           "10",
                           "0.5",
                           "-1.25",
                           "1e5",
                           "1E+5",
                           "0.0e-10",
                           "123456789012345678901234567890",
                           "1e999",
                           "true",
                           "false",
                           "null",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "\"\"",
                           "\"a\\\"]\"",
                           R"("\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00")",
                           R"("\ud800")",
                           "\"\x7f\"",
                           "[]",
                           "[ ]",
                           "{}",
                           "{ }",
                           "[[]]",
                           "[[],[]]",
                           "[1]",
                           "[1,2.5 , -3]",
                           "[\n  1,\n\t2\r\n]",
                           "[1e5, 2]",
                           "[NaN, null, \"a\"]",
                           R"({"a": 1, "b": [{}, [1, 2]]})",
                           "{\"a\"\n:\r[ 1 ]\t}",
                           R"({"counts": [1, 2, 3], "size": [480, 640]})",
                           R"({"": {"": ""}})"}) {
    EXPECT_TRUE(is_json(text)) << text << ": " << walked(text);
  }
}

TEST(JsonValue, EndsAtTheFirstWrongByte) {
  EXPECT_EQ(walked("tru, 1"), "wrong 3");
  EXPECT_EQ(walked("nulL"), "wrong 3");
  EXPECT_EQ(walked("abc-."), "wrong 0");
  EXPECT_EQ(walked("+1"), "wrong 0");
  EXPECT_EQ(walked(".5"), "wrong 0");
  EXPECT_EQ(walked("-"), "wrong 1");
  EXPECT_EQ(walked("-NaN"), "wrong 1");
  EXPECT_EQ(walked("1.]"), "wrong 2");
  EXPECT_EQ(walked("1e+]"), "wrong 3");
  EXPECT_EQ(walked("[1,,2]"), "wrong 3");
  EXPECT_EQ(walked("[,1]"), "wrong 1");
  EXPECT_EQ(walked("[1,]"), "wrong 3");
  EXPECT_EQ(walked("[1 2]"), "wrong 3");
  EXPECT_EQ(walked("[01]"), "wrong 2");
  EXPECT_EQ(walked("[1.5.2]"), "wrong 4");
  EXPECT_EQ(walked("[[1}]"), "wrong 3");
  EXPECT_EQ(walked("{1: 2}"), "wrong 1");
  EXPECT_EQ(walked("{\"a\" 2}"), "wrong 5");
  EXPECT_EQ(walked("{\"a\": 2,}"), "wrong 8");
  EXPECT_EQ(walked("{\"a\": 2]"), "wrong 7");
  EXPECT_EQ(walked(R"("\q")"), "wrong 2");
  EXPECT_EQ(walked(R"("\u12")"), "wrong 5");
  EXPECT_EQ(walked("\"a\nb\""), "wrong 2");
  EXPECT_EQ(walked("[1, \f2]"), "wrong 4");
  EXPECT_EQ(walked(std::string("[1, \0 2]", 8)), "wrong 4");
  EXPECT_EQ(walked("[" + numbers(100) + "}"), fmt::format("wrong {}", numbers(100).size() + 1));
}

TEST(JsonValue, OfANumberOrWordTheCallerSeesWhatFollows) {
  EXPECT_EQ(walked("01"), "1");
  EXPECT_EQ(walked("truex"), "4");
  EXPECT_EQ(walked("[1, 2]]"), "6");
}

TEST(JsonValue, ThatIsCutEndsAtTheCut) {
  const std::string whole =
      R"([{"a\u00e9": [true, null, -1.5e+3, [1, 2, 3]], "b": "c\n"}, )" + numbers(30) + "]";
  ASSERT_TRUE(is_json(whole));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(walked(whole.substr(0, size)), fmt::format("wrong {}", size));
  }
}

TEST(JsonValue, MayNestDeeplyWithoutMuchTime) {
  const std::string deep(300000, '[');
  const std::string close(300000, ']');
  EXPECT_TRUE(is_json(deep + close));
  EXPECT_TRUE(is_json(deep + "{}" + close));
  EXPECT_FALSE(is_json(deep + close + "]"));
  EXPECT_EQ(walked(deep + "}"), "wrong 300000");
}

#if defined(__SSE2__)
TEST(NumberList, TakesPolygons) {
  const auto takes = [](const std::string& text) {
    const JsonSkip list = number_list_end(text.data(), text.data() + text.size());
    return list.complete && list.at == text.data() + text.size();
  };
  for (int count = 1; count < 60; ++count) {
    const std::string polygon = "[" + numbers(count) + "]";
    EXPECT_TRUE(takes(polygon)) << polygon;
    EXPECT_TRUE(takes("[" + polygon + ",\n  " + polygon + " ,[-0.5,0,-10 ]]")) << polygon;
  }
  EXPECT_FALSE(takes("[1e5]"));  // left to the loops
}
#endif

TEST(NumberList, IsJudgedAsAnotherParserDoes) {
  // One wrong byte or two anywhere, also at the borders of the blocks. No exponents: the other
  // parser refuses what is too large for a double.
  const std::string bytes("0123456789  ..--,,[[]]\n\t\r+\"{}:aN");
  std::mt19937_64 random(11);
  int taken = 0, refused = 0;
  for (int i = 0; i < 40000; ++i) {
    const std::string polygon = "[" + numbers(1 + random() % 12) + "]";
    std::string text = "[" + polygon + (random() % 2 == 0 ? ", " : ",") + polygon + "]";
    for (uint64_t changes = 1 + random() % 2; changes > 0; --changes) {
      const size_t at = 1 + random() % (text.size() - 1);
      const char byte = bytes[random() % bytes.size()];
      switch (random() % 3) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        default:
          text.erase(at, 1);
      }
    }
    text.resize(text.find_last_not_of(" \n\r\t") + 1);
    const bool expected = nlohmann::json::accept(text);
    ASSERT_EQ(is_json(text), expected) << text << ": " << walked(text);
    ++(expected ? taken : refused);
  }
  EXPECT_GT(taken, 4000);
  EXPECT_GT(refused, 4000);
}

}  // namespace
}  // namespace rn
