#include "lab/variants.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/text.h"

namespace rn {
namespace {

std::string loss_setting(const char* key, const std::string& value) {
  return fmt::format("loss.classification.{}={}", key, value);
}

LabVariant balanced(const char* name, const char* alpha) {
  return {name,
          fmt::format("balanced CE, alpha {}", alpha),
          {loss_setting("kind", "balanced_ce"), loss_setting("alpha_from", "fixed"),
           loss_setting("alpha", alpha)},
          ""};
}

LabVariant focal(const char* name, const char* gamma, const char* alpha) {
  return {name,
          fmt::format("focal, gamma {}, alpha {}", gamma, alpha),
          {loss_setting("kind", "focal"), loss_setting("alpha_from", "fixed"),
           loss_setting("gamma", gamma), loss_setting("alpha", alpha)},
          "",
          /*is_focal=*/true};
}

std::vector<LabVariant> all_variants() {
  LabVariant by_frequency = balanced("balanced_ce_freq", "0.75");
  by_frequency.text = "balanced CE, alpha by inverse frequency (0.75 on average)";
  by_frequency.settings[1] = loss_setting("alpha_from", "inverse_frequency");
  LabVariant gamma_0 = focal("focal_g0", "0", "0.75");
  gamma_0.same_as = "balanced_ce_a75";
  gamma_0.is_focal = false;
  LabVariant softmax = focal("softmax_focal", "2", "0.25");
  softmax.text = "softmax focal, gamma 2, alpha 0.25";
  softmax.settings[0] = loss_setting("kind", "softmax_focal");
  return {{"ce", "cross entropy", {loss_setting("kind", "ce")}, ""},
          balanced("balanced_ce_a25", "0.25"),
          balanced("balanced_ce_a50", "0.5"),
          balanced("balanced_ce_a75", "0.75"),
          balanced("balanced_ce_a90", "0.9"),
          by_frequency,
          {"ohem",
           "OHEM, 3 negatives for each positive",
           {loss_setting("kind", "ohem"), loss_setting("ohem_ratio", "3")},
           ""},
          gamma_0,
          focal("focal_g0.5", "0.5", "0.5"),
          focal("focal_g1", "1", "0.25"),
          focal("focal_g2", "2", "0.25"),
          focal("focal_g5", "5", "0.25"),
          softmax};
}

}  // namespace

const std::vector<LabVariant>& lab_variants() {
  static const std::vector<LabVariant> variants = all_variants();
  return variants;
}

std::vector<LabVariant> chosen_variants(const std::vector<std::string>& names) {
  if (names.empty()) return lab_variants();
  std::vector<std::string> known;
  for (const LabVariant& variant : lab_variants()) known.push_back(variant.name);
  std::set<std::string> wanted;
  for (const std::string& name : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      const std::string near = nearest_name(name, known);
      fail("--variants: unknown variant \"{}\"{}; known: {}", name,
           near.empty() ? "" : fmt::format(", did you mean \"{}\"?", near), join(known));
    }
    wanted.insert(name);
    const LabVariant& variant = lab_variants()[static_cast<size_t>(found - known.begin())];
    if (!variant.same_as.empty()) wanted.insert(variant.same_as);
  }
  std::vector<LabVariant> chosen;
  for (const LabVariant& variant : lab_variants()) {
    if (wanted.contains(variant.name)) chosen.push_back(variant);
  }
  return chosen;
}

}  // namespace rn
