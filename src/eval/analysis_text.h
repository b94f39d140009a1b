#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "eval/analysis/comparison.h"
#include "eval/analysis/tide.h"

namespace rn {

/// A line of headings and one of what AP50 would gain if each kind of error were mended, then the
/// same for their numbers.
std::string tide_text(const TideResult& tide);

/// {"AP50", "dAP", "dAP_progressive", "special", "count"}, with tidecv's names; null where it has
/// no value.
nlohmann::ordered_json to_json(const TideResult& tide);

/// Why a number that is not comparable has no interval: a sentence without its full stop.
std::string too_few_images_text(const ComparedNumber& number);

/// AP and AP50 of both with their difference, its interval and the shares of resamples in which B
/// is better or equal; the comparable classes that differ most; a sentence that says what follows.
/// @param a, b what the results are called
std::string comparison_text(const Comparison& comparison, std::string_view a, std::string_view b);

}  // namespace rn
