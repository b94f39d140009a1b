#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace rn {

/// Keeps the order in which its keys were set.
using Json = nlohmann::ordered_json;

// The library compiles its parser and its writer anew in each file that names them: these two do
// it once for all.

/// @return what `text` says; discarded (is_discarded()) where it isn't JSON, or is so deep, or has
/// so many keys in one object, as only a damaged or a hostile file has
Json parse_json(std::string_view text);

/// Whether a byte of `text` is 0. No JSON has it, but the library's parser takes it for the end:
/// what stands behind it would silently go unread, and a space that lost its bit unseen.
bool has_zero_byte(std::string_view text);

/// One line, or indented by so many spaces. Bytes that aren't UTF-8 (in a file's name, say) are
/// replaced: they are no reason to lose a trained model.
std::string json_text(const Json& value, int indent = -1);

}  // namespace rn
