#include "convert/notes.h"

#include <algorithm>

namespace rn {

void ConvertNotes::warn(std::string_view heading, std::string text) {
  Kind& found = kind(/*is_warning=*/true, heading);
  ++found.count;
  if (found.named.size() < kNamed) found.named.push_back(std::move(text));
}

void ConvertNotes::note(std::string_view heading, int64_t count) {
  if (count > 0) kind(/*is_warning=*/false, heading).count += count;
}

ConvertNotes::Kind& ConvertNotes::kind(bool is_warning, std::string_view heading) {
  const auto found = std::find_if(kinds_.begin(), kinds_.end(),
                                  [&](const Kind& kind) { return kind.heading == heading; });
  if (found != kinds_.end()) return *found;
  return kinds_.emplace_back(Kind{is_warning, std::string(heading), 0, {}});
}

}  // namespace rn
