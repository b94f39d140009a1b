#include "report/page_frame.h"

#include <fmt/format.h>

#include "report/html.h"
#include "report/svg_chart.h"

namespace rn::page {

std::string whole_page(std::string_view title, std::string_view header_html,
                       std::span<const PageSection> sections) {
  std::string links;
  std::string body;
  for (const PageSection& section : sections) {
    if (section.html.empty()) continue;
    links += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, section.link);
    body += section.html;
  }
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>";
  out += html_escape(with_ellipsis(title, 120));
  out += "</title>\n<style>";
  out += chart_css();
  out += page_css();
  out += "</style>\n</head>\n<body>\n";
  out += header_html;
  out += "<nav aria-label=\"Sections\">\n" + links + "</nav>\n<main>\n" + body + "</main>\n";
  out += "<script>";
  out += page_script();
  out += "</script>\n</body>\n</html>\n";
  return out;
}

}  // namespace rn::page
