#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace rn {

/// What was wrong with a command line: what CLI11 says, but what it didn't expect in the order in
/// which it was given, with the nearest option to a misspelt one, also where that is why another
/// is missing.
/// @param program that was parsed, up to the error
std::string parse_error_text(const CLI::App& program, const CLI::ParseError& error);

}  // namespace rn
