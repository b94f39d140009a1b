#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rn::page {

/// A page that needs no other file and no network: light and dark, on a screen and on paper.

/// What the parts of page_text.h and pictures with boxes look like; used with chart_css().
std::string_view page_css();

/// Sorts tables and shows the values of charts under the pointer; a page lacks nothing else without
/// it.
std::string_view page_script();

struct PageSection {
  std::string_view id;    ///< that of its <section>
  std::string_view link;  ///< text of the link to it
  std::string html;       ///< empty: left out
};

/// The whole document, XHTML that browsers take as HTML.
/// @param title a text, not escaped yet @param header_html above the links
std::string whole_page(std::string_view title, std::string_view header_html,
                       std::span<const PageSection> sections);

}  // namespace rn::page
