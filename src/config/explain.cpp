#include <cmath>

#include "config/load.h"
#include "core/config_io.h"

namespace rn {
namespace {

std::string range_text(const Range& range) {
  if (std::isinf(range.high)) return fmt::format(" ({} or more)", range.low);
  return fmt::format(" ({} to {})", range.low, range.high);
}

/// Visits the fields of a struct and of the structs in it.
class Explainer {
 public:
  Explainer(std::string prefix, std::string& text) : prefix_(std::move(prefix)), text_(text) {}

  template <class T>
  void operator()(const char* name, const T& field, const char* help) const {
    if constexpr (ConfigStruct<T>) {
      text_ += fmt::format("\n# {}{}: {}\n", prefix_, name, help);
      T::visit(field, Explainer(fmt::format("{}{}.", prefix_, name), text_));
    } else {
      add(name, to_json(field), help);
    }
  }
  template <class T>
  void operator()(const char* name, const T& field, const Range& range, const char* help) const {
    add(name, to_json(field), help + range_text(range));
  }

 private:
  void add(const char* name, const Json& value, const std::string& help) const {
    const std::string setting = fmt::format("{}{} = {}", prefix_, name, json_text(value));
    text_ += fmt::format("{:<48}  {}\n", setting, help);
  }

  std::string prefix_;
  std::string& text_;
};

}  // namespace

std::string explain_config(const AppConfig& config) {
  std::string text;
  AppConfig::visit(config, Explainer("", text));
  return text;
}

}  // namespace rn
