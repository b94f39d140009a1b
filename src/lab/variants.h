#pragma once

#include <string>
#include <vector>

namespace rn {

/// A classification loss of the laboratory.
struct LabVariant {
  std::string name;                   ///< also of its folder
  std::string text;                   ///< for people
  std::vector<std::string> settings;  ///< as --set takes them
  std::string same_as;                ///< the variant that is the same function; it is trained once
  bool is_focal = false;              ///< has a gamma above 0
};

/// The losses that Lin et al. 2017 compare, each focal one with the alpha that is best for its
/// gamma (Table 1b); OHEM as Table 1d has it but with the ratio 3:1 alone; and two of our own:
/// alpha by the inverse frequency of the classes, and the focal loss of a softmax. All start from
/// the same weights and biases (model.head.prior_probability).
const std::vector<LabVariant>& lab_variants();

/// Those of these names, in the order of lab_variants; with one that is the same as another, the
/// other. @param names empty: all
/// @throws Error naming the nearest for a name that is none
std::vector<LabVariant> chosen_variants(const std::vector<std::string>& names);

}  // namespace rn
