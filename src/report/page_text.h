#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/category.h"

namespace rn::page {

/// Numbers and names as the page writes them. Shares are shown in per cent without the sign, as
/// papers do; scores, which are typed as thresholds, as they are.

/// "–", for what could not be measured.
inline constexpr std::string_view kNone = "–";

/// False for NaN, infinity and the evaluator's -1.
bool measured(double value);

/// 0.3641 -> "36.4".
std::string percent(double share);

/// The same of a difference, with its sign: "+1.2", "−0.4", "0.0".
std::string signed_percent(double difference);

/// 0.3641 -> "0.364", 0.00036 -> "0.00036".
std::string score(double value);

/// The same rounded down, so that a score that reaches the value reaches the text, too.
std::string threshold(double value);

/// 12345 -> "12,345".
std::string count(int64_t number);

/// "1 object", "12 objects".
std::string count_of(int64_t number, std::string_view singular, std::string_view plural);

/// "71%" of two counts; kNone of nothing.
std::string share(int64_t part, int64_t whole);

/// "a", "a and b", "a, b and c".
std::string enumeration(const std::vector<std::string>& words);

/// A class is called by its id where it has no name.
std::string class_name(const Category& category);

/// A name in quotes in running text, cut to a bearable length; escaped.
std::string in_quotes(std::string_view name);

/// The last part of a path.
std::string file_of(const std::string& path);

// HTML

/// <section> with a heading and, under it, what is to be seen in it.
std::string section(std::string_view id, std::string_view heading, std::string_view lead_html,
                    std::string_view body_html);

/// Natural width in CSS pixels of charts that stand side by side; on a telephone they are little
/// smaller, so that their labels can be read.
inline constexpr double kChartWidth = 420;

/// <figure>, with a caption if there is one.
std::string figure(std::string_view chart_html, std::string_view caption_html);

/// Side by side where there is room. @param columns 2 or 3
std::string side_by_side(int columns, std::string_view figures_html);

std::string paragraph(std::string_view html);

/// An entry of a <dl class="facts">; nothing if there is no text.
std::string fact(std::string_view term, std::string_view html);
/// The same for the name of a file, on a line of its own. @param name not escaped yet
std::string file_fact(std::string_view term, std::string_view name);

/// A large number of a <div class="tiles">.
std::string tile(std::string_view name, std::string_view value, std::string_view note_html);

/// What is opened by a click, and not printed before.
std::string folded(std::string_view summary, std::string_view html);

/// A cell whose number is also what the column is sorted by.
std::string number_cell(std::string_view text, double sort_value);

/// A small bar for a table's cell. @param share 0..1, other values draw none
std::string mini_bar(double share, int colour);

}  // namespace rn::page
