#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>

#include "config/app_config.h"
#include "core/files.h"

namespace rn {
namespace {

/// Collects the keys of a config, as they stand before a value, and the names of its enums.
struct WordCollector {
  std::set<std::string>& words;

  template <class T, class... Rest>
  void operator()(const char* name, const T& field, Rest&&...) const {
    words.insert(fmt::format("\\\"{}\\\":", name));
    if constexpr (ConfigStruct<T>) {
      T::visit(field, *this);
    } else if constexpr (NamedEnum<T>) {
      for (const auto& [value, value_name] : enum_names(T{})) {
        words.insert(fmt::format("\\\"{}\\\"", value_name));
      }
    }
  }
};

/// Without its word a fuzzer hardly ever spells a new key, and what it leads to stays untried.
TEST(ConfigWords, TheDictionaryHasThemAll) {
  std::set<std::string> words;
  const AppConfig config;
  AppConfig::visit(config, WordCollector{words});
  EXPECT_GT(words.size(), 100u);
  const auto path = std::filesystem::path(RN_SOURCE_DIR) / "tests/fuzz/config.dict";
  const std::string dictionary = read_file(path);
  for (const std::string& word : words) {
    EXPECT_NE(dictionary.find("\"" + word + "\"\n"), std::string::npos)
        << path << " lacks the line \"" << word << "\"";
  }
}

}  // namespace
}  // namespace rn
