#pragma once

#include <vector>

#include "core/category.h"

namespace rn {

/// COCO's 80 categories with their ids (1 to 90, with gaps), as its annotation files of 2014 and
/// 2017 list them: for weights that come without names.
std::vector<Category> coco_categories();

}  // namespace rn
