#include "core/json.h"

#include <vector>

namespace rn {
namespace {

constexpr int kMaxDepth = 64;
constexpr int64_t kMaxKeys = 1000;  // of one object: ordered ones look keys up one by one

}  // namespace

bool has_zero_byte(std::string_view text) { return text.find('\0') != std::string_view::npos; }

Json parse_json(std::string_view text) {
  if (has_zero_byte(text)) return Json(Json::value_t::discarded);
  std::vector<int64_t> keys;  // of the objects that are open
  bool too_much = false;
  const auto watch = [&](int depth, Json::parse_event_t event, const Json&) {
    if (event == Json::parse_event_t::object_start) keys.push_back(0);
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) too_much |= ++keys.back() > kMaxKeys;
    too_much |= depth > kMaxDepth;
    return !too_much;
  };
  Json value = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (too_much) return Json(Json::value_t::discarded);
  return value;
}

std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace rn
