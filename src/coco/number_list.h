#pragma once

#include "coco/json_text.h"

namespace rn {

/// Passes over a list that holds numbers without exponents, lists of such, and nothing else: a
/// polygon, which is most of a file's bytes. `begin` is its bracket. Each byte is checked, 64 at
/// once. What it doesn't take may still be JSON (json_value_end); at is then where that showed.
JsonSkip number_list_end(const char* begin, const char* end);

}  // namespace rn
