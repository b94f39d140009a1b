#include "config/load.h"

#include <algorithm>
#include <set>

#include "config/profiles.h"
#include "core/config_io.h"
#include "core/files.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

/// Line and column, counted from 1, of a byte offset.
std::string line_and_column(const std::string& text, size_t offset) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  const auto line = std::count(text.begin(), end, '\n') + 1;
  const auto last_break = std::find(std::make_reverse_iterator(end), text.rend(), '\n');
  return fmt::format("line {}, column {}", line, end - last_break.base() + 1);
}

constexpr int kMaxDepth = 64;
constexpr size_t kMaxKeys = 1000;  // of one object: ordered ones look keys up one by one

/// Watches the parser's events for a key that stands twice in one object, of which JSON readers
/// would silently take the last, and for what only a damaged or a hostile text has.
class RepeatedKeys {
 public:
  explicit RepeatedKeys(std::string source) : source_(std::move(source)) {}

  bool operator()(int depth, Json::parse_event_t event, Json& value) {
    check_depth(source_, depth);
    switch (event) {
      case Json::parse_event_t::object_start:
        open_.emplace_back();
        break;
      case Json::parse_event_t::object_end:
        open_.pop_back();
        break;
      case Json::parse_event_t::key:
        if (const auto& key = value.get_ref<const std::string&>();
            !open_.back().insert(key).second) {
          fail("{}: the key \"{}\" stands twice in the same object; remove one", source_, key);
        }
        if (open_.back().size() > kMaxKeys) {
          fail("{}: more than {} keys in one object; a config has no such list", source_, kMaxKeys);
        }
        break;
      default:
        break;
    }
    return true;
  }

  static void check_depth(const std::string& source, int depth) {
    if (depth > kMaxDepth) fail("{}: nested more than {} deep", source, kMaxDepth);
  }

 private:
  std::string source_;
  std::vector<std::set<std::string>> open_;
};

Json parse_file(const fs::path& file) {
  const std::string text = read_file(file);
  if (has_zero_byte(text)) {
    fail("{}: {}: a byte 0, which no text has", file.string(),
         line_and_column(text, text.find('\0')));
  }
  try {
    return Json::parse(text, RepeatedKeys(file.string()), true, /*ignore_comments=*/true);
  } catch (const Json::parse_error& e) {
    // The library's text holds its own, less exact place: keep what follows its last colon-space.
    const std::string what = e.what();
    const size_t detail = what.find("syntax error");
    fail("{}: {}: {}", file.string(), line_and_column(text, e.byte > 0 ? e.byte - 1 : 0),
         detail == std::string::npos ? what : what.substr(detail));
  } catch (
      const Json::out_of_range& e) {  // 1e400: "[json.exception...] number overflow parsing ..."
    const std::string_view what = e.what();
    fail("{}: {}; expected a number that a double can hold, at most 1.8e308", file.string(),
         what.substr(what.find("] ") + 2));
  }
}

/// An object whose keys set the config's, and where it is from.
struct Source {
  ConfigPlace place;
  Json object;
};

/// The file's bases, then the file.
void collect_files(const fs::path& file, std::vector<fs::path> visited,
                   std::vector<Source>& sources) {
  std::error_code ec;
  fs::path canonical = fs::weakly_canonical(file, ec);
  if (ec) canonical = file;  // reading it says what is wrong
  if (std::find(visited.begin(), visited.end(), canonical) != visited.end()) {
    fail("{}: base: the files name each other in a circle; remove one \"base\"", file.string());
  }
  visited.push_back(canonical);
  Json object = parse_file(file);
  const ConfigPlace place{file.string(), ""};
  if (!object.is_object()) detail::wrong_type(place, object, "an object with the config's keys");
  if (const auto base = object.find("base"); base != object.end()) {
    if (!base->is_string()) detail::wrong_type(place.child("base"), *base, "the path of a file");
    const fs::path path = file.parent_path() / base->get<std::string>();
    if (!fs::exists(path, ec)) {
      fail("{}: base: {} {}; give a path relative to {}", file.string(), path.string(),
           ec ? "can't be looked for: " + ec.message() : "does not exist",
           file.has_parent_path() ? file.parent_path().string() : ".");
    }
    collect_files(path, visited, sources);
    object.erase("base");
  }
  sources.push_back({place, std::move(object)});
}

/// The last one that is named: other keys' defaults depend on it.
Profile named_profile(const std::vector<Source>& sources) {
  Profile profile = ModelConfig{}.profile;
  for (const auto& [place, object] : sources) {
    const auto model = object.find("model");
    if (model == object.end() || !model->is_object() || !model->contains("profile")) continue;
    from_json(place.child("model").child("profile"), (*model)["profile"], profile);
  }
  return profile;
}

/// "a.b=1" becomes {"a": {"b": 1}}.
Json override_object(const std::string& override_text) {
  const size_t equals = override_text.find('=');
  if (equals == std::string::npos || equals == 0) {
    fail("--set {}: expected KEY=VALUE, for example --set train.epochs=30", override_text);
  }
  const std::string key = override_text.substr(0, equals);
  const std::string text = override_text.substr(equals + 1);
  const std::string source = "--set " + key.substr(0, 80);
  RepeatedKeys::check_depth(source, static_cast<int>(std::count(key.begin(), key.end(), '.')));
  Json value = Json::parse(text, RepeatedKeys(source), /*allow_exceptions=*/false);
  if (value.is_discarded() || has_zero_byte(text)) value = text;
  for (size_t end = key.size(); end != std::string::npos;) {
    const size_t dot = end == 0 ? std::string::npos : key.rfind('.', end - 1);
    const size_t begin = dot == std::string::npos ? 0 : dot + 1;
    value = Json{{key.substr(begin, end - begin), std::move(value)}};
    end = dot;
  }
  return value;
}

}  // namespace

AppConfig load_config(const fs::path& file, const std::vector<std::string>& overrides) {
  std::vector<Source> sources;
  collect_files(file, {}, sources);
  for (const std::string& text : overrides) {
    sources.push_back({ConfigPlace{"--set", ""}, override_object(text)});
  }
  AppConfig config;
  apply_profile(named_profile(sources), config);
  for (const auto& [place, object] : sources) from_json(place, object, config);
  if (config.name.empty()) config.name = file.stem().string();
  check_config(config, file.string());
  return config;
}

std::string dump_config(const AppConfig& config) { return json_text(to_json(config), 2) + "\n"; }

}  // namespace rn
