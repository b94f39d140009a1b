#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eval/analysis/confusion.h"

namespace rn::page {

/// Objects of one class that were found as another, by descending count; ties by class. The
/// background isn't a class here.
std::vector<ConfusionCell> confused_pairs(const ConfusionMatrix& matrix);

/// A confusion matrix with some classes added up.
struct ConfusionGroups {
  std::vector<std::string> names;  ///< of the rows, which are the columns; the last: background
  std::vector<int64_t> counts;     ///< [rows, rows]
  size_t rows() const { return names.size(); }
  int64_t at(size_t row, size_t column) const { return counts[row * rows() + column]; }
};

/// The matrix itself if it has at most `most` classes; else the most - 1 classes that are most
/// often confused with another one (ties: with more objects), in the order of their indices, and
/// the others as one row and column, whose confusions among each other count as right neither nor
/// wrong: they are left out.
ConfusionGroups confusion_groups(const ConfusionMatrix& matrix,
                                 const std::vector<std::string>& names, int64_t most);

}  // namespace rn::page
