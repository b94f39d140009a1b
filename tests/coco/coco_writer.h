#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace rn::testing {

/// Writes records as programs do, with all that is odd in them now and then.
class CocoWriter {
 public:
  CocoWriter(uint64_t seed, bool odd) : random_(seed), odd_(odd) {}

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
      if (chance(30)) {
        fields.insert(fields.begin(), {fields[random_() % fields.size()].first, "null"});
      }
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

}  // namespace rn::testing
