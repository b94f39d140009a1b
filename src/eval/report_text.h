#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "eval/coco_evaluator.h"

namespace rn {

/// pycocotools' 12 lines, word for word, each ended by a newline.
std::string summary_text(const EvaluationResult& result);

/// A sentence that says why the first of the numbers, AP, is none where it was asked for without
/// the limit that COCO has it at; else empty.
std::string missing_ap_text(const EvaluationResult& result);

/// A class's name for a terminal; by its id if it has none.
std::string shown_name(int64_t id, std::string_view name);

/// A row per class under a row of headings, each ended by a newline; "-" where nothing could be
/// measured.
std::string category_table(const EvaluationResult& result);

/// {"stats": {...}, "per_category": [...], "arrays": {...}}; doubles read back to the same bits.
nlohmann::ordered_json to_json(const EvaluationResult& result);

/// FNV-1a over the doubles' bits, taken as 64-bit little-endian words.
uint64_t fnv64w(std::span<const double> values);

}  // namespace rn
