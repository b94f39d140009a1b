#include "core/json.h"

#include <gtest/gtest.h>

#include <string>

namespace rn {
namespace {

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(Json, ReadsBackWhatItWrote) {
  const Json value = parse_json(R"({"z": [1, 2.5, null], "a": "text"})");
  EXPECT_EQ(json_text(value), R"({"z":[1,2.5,null],"a":"text"})");  // in the order of the text
  EXPECT_EQ(json_text(parse_json("{}"), 2), "{}");
  EXPECT_EQ(json_text(parse_json(R"({"a":1})"), 2), "{\n  \"a\": 1\n}");
}

TEST(Json, WhatIsNotJsonIsDiscarded) {
  for (const char* text : {"", "{", "[1,]", "nul", "{\"a\":1}}", "\xff"}) {
    EXPECT_TRUE(parse_json(text).is_discarded()) << text;
  }
}

TEST(Json, AByteOfZeroIsNoEnd) {
  using namespace std::string_literals;
  for (const std::string& text : {"{}\0"s, "\0{}"s, "{}\0 rest"s, "{\0}"s, "\"a\0b\""s}) {
    EXPECT_TRUE(has_zero_byte(text));
    EXPECT_TRUE(parse_json(text).is_discarded()) << text;
  }
  EXPECT_FALSE(has_zero_byte("{}"));
}

TEST(Json, WhatOnlyAHostileFileHasIsDiscarded) {
  EXPECT_FALSE(parse_json(repeated("[", 60) + repeated("]", 60)).is_discarded());
  EXPECT_TRUE(parse_json(repeated("[", 100'000) + repeated("]", 100'000)).is_discarded());
  std::string keys = "{";
  for (int i = 0; i < 20'000; ++i) keys += "\"" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse_json(keys + "\"end\":0}").is_discarded());
  EXPECT_FALSE(parse_json("[" + repeated(R"({"id":1,"name":"a"},)", 20'000) + "0]").is_discarded());
}

TEST(Json, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(json_text(Json("a\xffz")), "\"a\xef\xbf\xbdz\"");
}

}  // namespace
}  // namespace rn
