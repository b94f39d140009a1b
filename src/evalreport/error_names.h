#pragma once

#include <array>
#include <string_view>

#include "eval/analysis/tide.h"

namespace rn::page {

/// How the page speaks of a kind of error.
struct ErrorText {
  std::string_view name;           ///< heads a row
  std::string_view plural;         ///< starts a sentence
  std::string_view plural_within;  ///< in the middle of one
  std::string_view brief;          ///< beneath a picture
  std::string_view brief_plural;
  std::string_view meaning;
  std::string_view remedy;
};

const ErrorText& error_text(TideError error);

}  // namespace rn::page
