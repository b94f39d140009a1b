#include "evalreport/confusion_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rn::page {
namespace {

using testing::ElementsAre;

const std::vector<int64_t> kFourClasses = {9, 0, 5, 0, 1,  //
                                           0, 8, 1, 2, 0,  //
                                           1, 0, 7, 0, 3,  //
                                           0, 0, 0, 4, 2,  //
                                           3, 2, 0, 1, 0};

/// Rows: true a, b, c, d, background. Confused: a with c 6 times, b with c once, b with d twice.
ConfusionMatrix four_classes() {
  ConfusionMatrix matrix{0.5, 0.25, 4, {}};
  for (size_t i = 0; i < kFourClasses.size(); ++i) {
    const auto cell = static_cast<int64_t>(i);
    if (kFourClasses[i] > 0) matrix.cells.push_back({cell / 5, cell % 5, kFourClasses[i]});
  }
  return matrix;
}

TEST(ConfusionGroups, AMatrixThatFitsIsLeftAsItIs) {
  const ConfusionGroups groups = confusion_groups(four_classes(), {"a", "b", "c", "d"}, 4);
  EXPECT_THAT(groups.names, ElementsAre("a", "b", "c", "d", "background"));
  EXPECT_EQ(groups.counts, kFourClasses);
}

TEST(ConfusionGroups, OfMoreTheMostConfusedAreKeptAndTheOthersAddedUp) {
  // Confusions: a 6, b 3, c 7, d 2. Kept: a and c; b taken for d, and its like, is left out.
  const ConfusionGroups groups = confusion_groups(four_classes(), {"a", "b", "c", "d"}, 3);
  EXPECT_THAT(groups.names, ElementsAre("a", "c", "2 other classes", "background"));
  EXPECT_THAT(groups.counts, ElementsAre(9, 5, 0, 1,   //
                                         1, 7, 0, 3,   //
                                         0, 1, 12, 2,  //
                                         3, 0, 3, 0));
}

TEST(ConfusedPairs, AreSortedByTheirCounts) {
  const std::vector<ConfusionCell> pairs = confused_pairs(four_classes());
  ASSERT_EQ(pairs.size(), 4u);
  EXPECT_EQ(pairs[0].true_class, 0);
  EXPECT_EQ(pairs[0].predicted_class, 2);
  EXPECT_EQ(pairs[0].count, 5);
  EXPECT_EQ(pairs[1].count, 2);
  EXPECT_EQ(pairs[2].true_class, 1);  // of those with 1 the first row
}

}  // namespace
}  // namespace rn::page
