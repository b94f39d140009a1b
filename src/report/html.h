#pragma once

#include <string>
#include <string_view>

namespace rn {

/// The building blocks of pages that a browser shows. They are written as XHTML (every element
/// closed, every attribute quoted), so that a strict parser reads them, too.

/// The text as content of an element or of a quoted attribute, whatever it holds: & < > " ' as
/// entities; control characters, bytes that aren't UTF-8 and characters that XML knows none of as
/// "?".
std::string html_escape(std::string_view text);

/// A name from a file as content of an element: escaped, in a <bdi>, so that a name written from
/// right to left doesn't reorder what is around it; cut to `columns` with an ellipsis, the whole
/// then being the tooltip. 0: not cut.
std::string html_name(std::string_view name, size_t columns = 0);

/// The text itself, not escaped; if it takes more columns, its start with an ellipsis.
std::string with_ellipsis(std::string_view text, size_t columns);

/// "data:image/png;base64,...": a file within the page.
std::string data_uri(std::string_view media_type, std::string_view bytes);

}  // namespace rn
