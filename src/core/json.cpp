#include "core/json.h"

namespace rn {
namespace {

constexpr int kMaxDepth = 64;
constexpr int64_t kMaxKeys = 10'000;  // ordered objects look keys up one by one

}  // namespace

Json parse_json(std::string_view text) {
  int64_t keys = 0;
  bool too_much = false;
  const auto watch = [&](int depth, Json::parse_event_t event, const Json&) {
    keys += event == Json::parse_event_t::key ? 1 : 0;
    too_much |= depth > kMaxDepth || keys > kMaxKeys;
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
