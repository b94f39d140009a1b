#pragma once

#include <cstdint>
#include <string>

namespace rn {

/// A class as the data set names it. Its index in a list of categories (ascending ids) is the class
/// index 0..K-1 that the network is trained with; ids may have gaps.
struct Category {
  int64_t id = 0;
  std::string name;  ///< empty: no object is ever of this class (see LabelRule in data/config.h)
  bool is_used() const { return !name.empty(); }
  bool operator==(const Category&) const = default;
};

}  // namespace rn
