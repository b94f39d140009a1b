#include "report/text_table.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "report/terminal.h"

namespace rn {
namespace {

constexpr size_t kSmallestFirstColumn = 8;
constexpr size_t kGap = 2;

std::string shortened(const std::string& text, size_t width) {
  if (visible_width(text) <= width) return text;
  return std::string(cut_to_width(text, width - 1)) + "~";
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header) {
  RN_CHECK(!header.empty(), "no columns");
  rows_.push_back(std::move(header));
}

void TextTable::add_row(std::vector<std::string> cells) {
  RN_CHECK(cells.size() == rows_.front().size(), "{} cells, {} columns", cells.size(),
           rows_.front().size());
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::text(size_t max_width) const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], visible_width(row[i]));
  }
  size_t others = 0;
  for (size_t i = 1; i < widths.size(); ++i) others += widths[i] + kGap;
  if (max_width > 0 && widths[0] + others > max_width) {
    const size_t room = max_width > others ? max_width - others : 0;
    widths[0] = std::min(widths[0], std::max(room, kSmallestFirstColumn));
  }
  std::string all;
  for (const auto& row : rows_) {
    std::string line = pad_right(shortened(row[0], widths[0]), widths[0]);
    for (size_t i = 1; i < row.size(); ++i) {
      line += std::string(kGap, ' ') + pad_left(row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    all += line + "\n";
  }
  return all;
}

}  // namespace rn
