#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rn {

/// What a conversion left out, changed, or can't hold: all of it counted, the first few of a kind
/// named.
class ConvertNotes {
 public:
  static constexpr size_t kNamed = 5;

  struct Kind {
    bool is_warning = false;
    std::string heading;
    int64_t count = 0;
    std::vector<std::string> named;  ///< at most kNamed
  };

  /// Something of the source is wrong, or lost. @param text names file and object
  void warn(std::string_view heading, std::string text);
  /// What the formats differ in.
  void note(std::string_view heading, int64_t count = 1);

  /// In the order in which each was met first.
  const std::vector<Kind>& kinds() const { return kinds_; }

 private:
  Kind& kind(bool is_warning, std::string_view heading);

  std::vector<Kind> kinds_;
};

}  // namespace rn
