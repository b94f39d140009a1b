#include "lab/variants.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "config/load.h"
#include "core/temporary_folder.h"
#include "core/throws.h"

namespace rn {
namespace {
using ::testing::HasSubstr;

std::vector<std::string> names_of(const std::vector<LabVariant>& variants) {
  std::vector<std::string> names;
  for (const LabVariant& variant : variants) names.push_back(variant.name);
  return names;
}

TEST(LabVariants, EachIsAConfigAndNoTwoAreTheSameButWhereTheySaySo) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.json") << "{}";
  std::set<std::string> names, configs;
  for (const LabVariant& variant : lab_variants()) {
    EXPECT_TRUE(names.insert(variant.name).second) << variant.name;
    const std::string config = dump_config(load_config(folder / "a.json", variant.settings));
    if (variant.same_as.empty()) {
      EXPECT_TRUE(configs.insert(config).second) << variant.name;
    } else {
      EXPECT_TRUE(names.contains(variant.same_as)) << "comes before " << variant.name;
    }
  }
}

TEST(LabVariants, AFocalLossHasTheAlphaOfThePapersTable1b) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.json") << "{}";
  const std::vector<std::tuple<std::string, double, double>> expected = {{"focal_g0", 0, 0.75},
                                                                         {"focal_g0.5", 0.5, 0.5},
                                                                         {"focal_g1", 1, 0.25},
                                                                         {"focal_g2", 2, 0.25},
                                                                         {"focal_g5", 5, 0.25}};
  for (const auto& [name, gamma, alpha] : expected) {
    const auto config = load_config(folder / "a.json", chosen_variants({name}).back().settings);
    EXPECT_EQ(config.loss.classification.kind, ClassificationKind::kFocal);
    EXPECT_EQ(config.loss.classification.gamma, gamma) << name;
    EXPECT_EQ(config.loss.classification.alpha, alpha) << name;
  }
}

TEST(LabVariants, AreChosenInTheirOwnOrderWithThoseTheyAreTheSameAs) {
  EXPECT_EQ(chosen_variants({}).size(), lab_variants().size());
  EXPECT_EQ(names_of(chosen_variants({"focal_g0", "ce", "ce"})),
            (std::vector<std::string>{"ce", "balanced_ce_a75", "focal_g0"}));
  EXPECT_THAT(error_text([] { chosen_variants({"focal_g3"}); }),
              HasSubstr("--variants: unknown variant \"focal_g3\", did you mean \"focal_g0\"?"));
}

}  // namespace
}  // namespace rn
