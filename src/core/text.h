#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rn {

/// The candidate with the smallest edit distance to `word` (adjacent swaps count as one, upper and
/// lower case as the same), or an empty string if none is near enough to be a likely typo.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

/// A text of a file as a terminal can show it: control characters, which could drive it, become
/// '?', and one of more than `most` characters (bytes that begin one in UTF-8) is cut.
std::string printable(std::string_view text, size_t most);

/// "1 step", "12 steps"; the plural is the singular with an s where it isn't given.
std::string counted(int64_t number, std::string_view singular, std::string_view plural = {});

/// "a, b, c"
std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace rn
