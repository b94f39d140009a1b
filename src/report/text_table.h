#pragma once

#include <string>
#include <vector>

namespace rn {

/// Rows of text under a header, in columns: the first one to the left, the others, numbers, to the
/// right; two spaces between. For the rows per class of an evaluation.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);

  /// @pre as many cells as the header has
  void add_row(std::vector<std::string> cells);

  /// @param max_width columns of the screen: the first column is cut, with "~" as its last
  ///   character, down to 8 columns; 0: as wide as it must be
  /// @return lines that each end with a line break
  std::string text(size_t max_width = 0) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace rn
