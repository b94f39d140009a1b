#include "report/page_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/html.h"

namespace rn::page {
namespace {

constexpr size_t kNameColumns = 32;

}  // namespace

bool measured(double value) { return std::isfinite(value) && value >= 0; }

std::string percent(double share) {
  return measured(share) ? fmt::format("{:.1f}", 100 * share) : std::string(kNone);
}

std::string signed_percent(double difference) {
  if (!std::isfinite(difference)) return std::string(kNone);
  const std::string size = fmt::format("{:.1f}", 100 * std::abs(difference));
  if (size == "0.0") return size;
  return fmt::format("{}{}", difference < 0 ? "−" : "+", size);
}

std::string threshold(double value) {
  constexpr double kDigits = 1000, kExact = 1e-9;
  return value < 0.01 ? score(value) : score(std::floor(value * kDigits + kExact) / kDigits);
}

std::string score(double value) {
  if (!std::isfinite(value)) return std::string(kNone);
  const bool tiny = value != 0 && std::abs(value) < 0.01;
  return tiny ? fmt::format("{:.2g}", value) : fmt::format("{:.3f}", value);
}

std::string count(int64_t number) {
  std::string digits = fmt::format("{}", number);
  const int64_t first = number < 0 ? 1 : 0;
  for (auto i = static_cast<int64_t>(digits.size()) - 3; i > first; i -= 3)
    digits.insert(i, 1, ',');
  return digits;
}

std::string count_of(int64_t number, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", count(number), number == 1 ? singular : plural);
}

std::string share(int64_t part, int64_t whole) {
  if (whole <= 0) return std::string(kNone);
  const double percentage = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  // "0%" and "100%" are said of none and of all only.
  if (part > 0 && percentage < 0.5) return "&lt;1%";
  if (part < whole && percentage >= 99.5) return "&gt;99%";
  return fmt::format("{:.0f}%", percentage);
}

std::string enumeration(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

std::string class_name(const Category& category) {
  return category.name.empty() ? fmt::format("class {}", category.id) : category.name;
}

std::string file_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string::npos || slash + 1 == path.size() ? path : path.substr(slash + 1);
}

std::string in_quotes(std::string_view name) {
  return fmt::format("“{}”", html_name(name, kNameColumns));
}

std::string section(std::string_view id, std::string_view heading, std::string_view lead_html,
                    std::string_view body_html) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n<p class=\"lead\">{}</p>\n{}</section>\n",
                     id, html_escape(heading), lead_html, body_html);
}

std::string figure(std::string_view chart_html, std::string_view caption_html) {
  const std::string caption =
      caption_html.empty() ? "" : fmt::format("<figcaption>{}</figcaption>", caption_html);
  return fmt::format("<figure>\n{}{}</figure>\n", chart_html, caption);
}

std::string side_by_side(int columns, std::string_view figures_html) {
  return fmt::format("<div class=\"grid g{}\">\n{}</div>\n", columns, figures_html);
}

std::string paragraph(std::string_view html) { return fmt::format("<p>{}</p>\n", html); }

std::string fact(std::string_view term, std::string_view html) {
  if (html.empty()) return {};
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", term, html);
}

std::string file_fact(std::string_view term, std::string_view name) {
  if (name.empty()) return {};
  return fmt::format("<div class=\"file\"><dt>{}</dt><dd>{}</dd></div>\n", term, html_name(name));
}

std::string tile(std::string_view name, std::string_view value, std::string_view note_html) {
  return fmt::format(
      "<div class=\"tile\"><span class=\"name\">{}</span><span class=\"value\">{}</span>"
      "<span class=\"note\">{}</span></div>\n",
      name, value, note_html);
}

std::string folded(std::string_view summary, std::string_view html) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", summary, html);
}

std::string number_cell(std::string_view text, double sort_value) {
  // What could not be measured goes below everything that could.
  return fmt::format("<td class=\"n\" data-v=\"{}\">{}</td>",
                     std::isfinite(sort_value) ? fmt::format("{:.6g}", sort_value) : "-2", text);
}

std::string mini_bar(double share, int colour) {
  const double length = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) * 100 : 0;
  return fmt::format(
      "<svg class=\"mini\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
      "aria-hidden=\"true\"><rect width=\"{:.1f}\" height=\"10\" class=\"f{}\"/></svg>",
      length, colour);
}

}  // namespace rn::page
