#include "core/config_io.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/throws.h"

namespace rn {
namespace {

enum class Fruit { kApple, kBlackCherry };
constexpr auto enum_names(Fruit) {
  using Entry = std::pair<Fruit, std::string_view>;
  return std::array{Entry{Fruit::kApple, "apple"}, Entry{Fruit::kBlackCherry, "black_cherry"}};
}

struct Inner {
  double rate = 0.5;
  int64_t steps = 10;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("rate", c.rate, Range{0, 1}, "a share");
    v("steps", c.steps, Range{1, std::numeric_limits<double>::infinity()}, "how many");
  }
};

struct Outer {
  bool on = false;
  int small = 1;
  std::string name = "n";
  Fruit fruit = Fruit::kApple;
  Inner inner;
  std::optional<double> maybe;
  std::optional<Inner> maybe_inner;
  std::vector<double> numbers = {1, 2};
  std::vector<Inner> inners;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("on", c.on, "a switch");
    v("small", c.small, "an int");
    v("name", c.name, "a text");
    v("fruit", c.fruit, "a name");
    v("inner", c.inner, "a struct");
    v("maybe", c.maybe, Range{-1, 1}, "a number or nothing");
    v("maybe_inner", c.maybe_inner, "a struct or nothing");
    v("numbers", c.numbers, Range{0, 10}, "a list");
    v("inners", c.inners, "a list of structs");
  }
};

Outer read(const std::string& text) {
  Outer config;
  from_json({"a.json", ""}, Json::parse(text), config);
  return config;
}

std::string message(const std::string& text) {
  return error_text([&] { read(text); });
}

TEST(ConfigIo, AbsentKeysKeepTheirValue) {
  const Outer config = read(R"({"inner": {"steps": 3}})");
  EXPECT_EQ(config.inner.steps, 3);
  EXPECT_EQ(config.inner.rate, 0.5);
  EXPECT_EQ(config.numbers, (std::vector<double>{1, 2}));
  EXPECT_FALSE(config.maybe);
}

TEST(ConfigIo, ReadsEveryKindOfField) {
  const Outer config = read(R"({"on": true, "small": -7, "name": "x", "fruit": "black_cherry",
      "inner": {"rate": 1}, "maybe": 0.25, "maybe_inner": {"steps": 2}, "numbers": [],
      "inners": [{}, {"rate": 0}]})");
  EXPECT_TRUE(config.on);
  EXPECT_EQ(config.small, -7);
  EXPECT_EQ(config.name, "x");
  EXPECT_EQ(config.fruit, Fruit::kBlackCherry);
  EXPECT_EQ(config.inner.rate, 1.0);
  EXPECT_EQ(config.maybe, 0.25);
  ASSERT_TRUE(config.maybe_inner);
  EXPECT_EQ(config.maybe_inner->steps, 2);
  EXPECT_TRUE(config.numbers.empty());
  ASSERT_EQ(config.inners.size(), 2u);
  EXPECT_EQ(config.inners[1].rate, 0.0);
}

TEST(ConfigIo, WhatIsWrittenReadsBackTheSame) {
  Outer config;
  config.fruit = Fruit::kBlackCherry;
  config.inner.rate = 0.1;
  config.maybe = 1.0 / 3.0;
  config.maybe_inner = Inner{0.7, 1'000'000'007};
  config.inners.resize(2);
  const std::string text = to_json(config).dump();
  const Outer again = read(text);
  EXPECT_EQ(again.maybe, config.maybe);
  EXPECT_EQ(to_json(again).dump(), text);
  EXPECT_EQ(read(to_json(Outer{}).dump()).maybe, std::nullopt);
}

TEST(ConfigIo, WritesFieldsInTheOrderOfVisit) {
  EXPECT_EQ(to_json(Inner{}).dump(), R"({"rate":0.5,"steps":10})");
  EXPECT_EQ(to_json(Outer{}).begin().key(), "on");
}

TEST(ConfigIo, NullEmptiesAnOptionalAndIsRefusedElsewhere) {
  Outer config;
  config.maybe = 0.5;
  from_json({"a.json", ""}, Json::parse(R"({"maybe": null})"), config);
  EXPECT_FALSE(config.maybe);
  EXPECT_EQ(message(R"({"small": null})"), "a.json: small: found null, expected a whole number");
}

TEST(ConfigIo, LaterSourceChangesOnlyItsKeysOfAnOptionalStruct) {
  Outer config = read(R"({"maybe_inner": {"rate": 0.25}})");
  from_json({"--set", ""}, Json::parse(R"({"maybe_inner": {"steps": 4}})"), config);
  EXPECT_EQ(config.maybe_inner->rate, 0.25);
  EXPECT_EQ(config.maybe_inner->steps, 4);
}

TEST(ConfigIo, UnknownKeyNamesTheNearest) {
  EXPECT_EQ(
      message(R"({"inner": {"raet": 1}})"),
      "a.json: inner.raet: unknown key, did you mean \"inner.rate\"?; known here: rate, steps");
  EXPECT_EQ(message(R"({"inners": [{}, {"stps": 1}]})"),
            "a.json: inners[1].stps: unknown key, did you mean \"inners[1].steps\"?; known here: "
            "rate, steps");
  EXPECT_EQ(message(R"({"inner": {"zzzzzzzz": 1}})"),
            "a.json: inner.zzzzzzzz: unknown key; known here: rate, steps");
}

TEST(ConfigIo, UnknownNameOfAnEnumListsTheNames) {
  EXPECT_EQ(message(R"({"fruit": "blackcherry"})"),
            "a.json: fruit: found \"blackcherry\", expected one of: apple, black_cherry; did you "
            "mean \"black_cherry\"?");
  EXPECT_EQ(message(R"({"fruit": 3})"), "a.json: fruit: found 3, expected a name");
}

TEST(ConfigIo, WrongTypesSayFoundAndExpected) {
  EXPECT_EQ(message(R"({"on": 1})"), "a.json: on: found 1, expected true or false");
  EXPECT_EQ(message(R"({"name": 1})"), "a.json: name: found 1, expected a text");
  EXPECT_EQ(message(R"({"inner": []})"), "a.json: inner: found [], expected an object");
  EXPECT_EQ(message(R"({"inner": {"rate": "1"}})"),
            "a.json: inner.rate: found \"1\", expected a number");
  EXPECT_EQ(message(R"({"inner": {"rate": true}})"),
            "a.json: inner.rate: found true, expected a number");
  EXPECT_EQ(message(R"({"numbers": 1})"), "a.json: numbers: found 1, expected a list");
  EXPECT_EQ(message(R"({"numbers": [1, "b"]})"),
            "a.json: numbers[1]: found \"b\", expected a number");
  EXPECT_EQ(message("[]"), "a.json: found [], expected an object");
}

TEST(ConfigIo, WholeNumbersMayBeWrittenAsFloatsButMustFit) {
  EXPECT_EQ(read(R"({"inner": {"steps": 1e3}})").inner.steps, 1000);
  EXPECT_EQ(message(R"({"small": 1.5})"), "a.json: small: found 1.5, expected a whole number");
  const std::string range = "expected a whole number from -2147483648 to 2147483647";
  EXPECT_EQ(message(R"({"small": 2147483648})"), "a.json: small: found 2147483648, " + range);
  EXPECT_EQ(message(R"({"small": -2147483649})"), "a.json: small: found -2147483649, " + range);
  EXPECT_EQ(message(R"({"small": 18446744073709551615})"),
            "a.json: small: found 18446744073709551615, " + range);
  EXPECT_EQ(message(R"({"small": 1e300})"), "a.json: small: found 1e+300, " + range);
  EXPECT_EQ(read(R"({"small": -2147483648})").small, std::numeric_limits<int>::min());
}

TEST(ConfigIo, RangesIncludeTheirEnds) {
  EXPECT_EQ(read(R"({"inner": {"rate": 0}})").inner.rate, 0);
  EXPECT_EQ(read(R"({"inner": {"rate": 1}})").inner.rate, 1);
  EXPECT_EQ(message(R"({"inner": {"rate": 1.001}})"),
            "a.json: inner.rate: found 1.001, expected a number from 0 to 1");
  EXPECT_EQ(message(R"({"inner": {"steps": 0}})"),
            "a.json: inner.steps: found 0, expected a number of at least 1");
}

TEST(ConfigIo, RangesHoldForOptionalsAndItemsOfLists) {
  EXPECT_EQ(message(R"({"maybe": -2})"),
            "a.json: maybe: found -2.0, expected a number from -1 to 1");
  EXPECT_EQ(message(R"({"numbers": [1, 11]})"),
            "a.json: numbers[1]: found 11.0, expected a number from 0 to 10");
}

TEST(ConfigIo, NotANumberIsOutOfEveryRange) {
  Json json;
  json["inner"]["rate"] = std::numeric_limits<double>::quiet_NaN();
  Outer config;
  EXPECT_EQ(error_text([&] {
              from_json({"a.json", ""}, json, config);
            }),
            "a.json: inner.rate: found nan, expected a number from 0 to 1");
  json["inner"]["rate"] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(error_text([&] {
              from_json({"a.json", ""}, json, config);
            }),
            "a.json: inner.rate: found inf, expected a number from 0 to 1");
}

TEST(ConfigIo, LongValuesAreCutBetweenCharacters) {
  // 56 ASCII characters, then two-byte ones: the cut at 57 would fall inside a character.
  std::string value = "\"" + std::string(55, 'a');
  for (int i = 0; i < 20; ++i) value += "\u00e9";
  value += "\"";
  EXPECT_EQ(message("{\"small\": " + value + "}"),
            "a.json: small: found \"" + std::string(55, 'a') + "..., expected a whole number");
}

}  // namespace
}  // namespace rn
