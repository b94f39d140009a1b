#include <cstdio>
#include <string>
#include <vector>

#include "config/changes.h"
#include "config/load.h"
#include "core/config_io.h"
#include "core/error.h"
#include "core/temporary_folder.h"
#include "fuzz/parsers.h"

namespace rn::testing {
namespace {

namespace fs = std::filesystem;

/// What a user gives: a file, which may name base.json, and texts of --set. In an input
/// "\n--- base\n" begins the base's text, "\n--- set " each override.
struct ConfigInput {
  explicit ConfigInput(std::string_view bytes) {
    constexpr std::string_view kBase = "base\n";
    constexpr std::string_view kSet = "set ";
    file = take_part(bytes);
    while (!bytes.empty()) {
      const std::string_view part = take_part(bytes);
      if (part.starts_with(kBase)) base = part.substr(kBase.size());
      if (part.starts_with(kSet)) overrides.emplace_back(part.substr(kSet.size()));
    }
  }

  std::string_view file, base;
  std::vector<std::string> overrides;

 private:
  static std::string_view take_part(std::string_view& bytes) {
    constexpr std::string_view kSeparator = "\n--- ";
    const size_t end = bytes.find(kSeparator);
    const std::string_view part = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + kSeparator.size());
    return part;
  }
};

void write(const fs::path& path, std::string_view text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  RN_CHECK(file != nullptr, "{}", path.string());
  const size_t written = text.empty() ? 0 : std::fwrite(text.data(), 1, text.size(), file);
  RN_CHECK(std::fclose(file) == 0 && written == text.size(), "{}", path.string());
}

/// Texts of bytes that aren't UTF-8 (--set has any) are written with replacements.
bool is_utf8(const Json& value) {
  try {
    value.dump();
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

/// What was dumped is the same config when it is loaded: a run's folder and its checkpoint hold it.
void check_dump(const AppConfig& config, const fs::path& path) {
  const std::string text = dump_config(config);
  write(path, text);
  const AppConfig again = load_config(path, {});
  RN_CHECK(dump_config(again) == text, "dumped {} and {}", text, dump_config(again));
  RN_CHECK(!is_utf8(to_json(config)) || to_json(again) == to_json(config), "dumped {}", text);
  const ConfigChanges none = config_changes(text, dump_config(again));
  RN_CHECK(none.of_result.empty() && none.harmless.empty(), "dumped {}", text);
}

}  // namespace

void try_config(std::string_view bytes) {
  static const TemporaryFolder folder;
  const ConfigInput input(bytes);
  write(folder / "config.json", input.file);
  write(folder / "base.json", input.base);
  AppConfig config;
  try {
    config = load_config(folder / "config.json", input.overrides);
  } catch (const Error&) {
    return;
  }
  // From here on an Error is a fault, too.
  check_dump(config, folder / "dumped.json");
  RN_CHECK(!explain_config(config).empty(), "nothing to explain");
  doubtful_settings(config);
  config_changes(dump_config(AppConfig{}), dump_config(config));
}

}  // namespace rn::testing
