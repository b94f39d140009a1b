#include "eval/analysis/tide_rules.h"

#include <gtest/gtest.h>

#include <vector>

namespace rn {
namespace {

TideVerdict verdict_of(const std::vector<TideNeighbour>& objects) { return tide_verdict(objects); }

constexpr bool kSame = true, kOther = false, kUsed = true, kFree = false;

TEST(TideRules, NothingNearIsBackground) {
  EXPECT_EQ(verdict_of({}).error, TideError::kBkg);
  EXPECT_EQ(verdict_of({{0.09, kSame, kFree}, {0.1, kOther, kFree}}).error, TideError::kBkg);
  EXPECT_EQ(verdict_of({{0.09, kSame, kFree}, {0.1, kOther, kFree}}).object, -1);
  EXPECT_EQ(verdict_of({{0.09, kSame, kFree}, {0.1, kOther, kFree}}).iou, 0.1);
}

TEST(TideRules, TheRightClassWithTooLittleOverlapIsLocalization) {
  const auto verdict = verdict_of({{0.2, kSame, kFree}, {0.4, kSame, kUsed}, {0.9, kOther, kFree}});
  EXPECT_EQ(verdict.error, TideError::kLoc);  // before the class is looked at
  EXPECT_EQ(verdict.object, 1);
  EXPECT_EQ(verdict.iou, 0.4);
  EXPECT_EQ(verdict_of({{0.1, kSame, kFree}}).error, TideError::kLoc);  // both ends are in
  EXPECT_EQ(verdict_of({{0.5, kSame, kUsed}}).error, TideError::kLoc);
}

TEST(TideRules, TheRightPlaceOfAnotherClassIsClassification) {
  const auto verdict = verdict_of({{0.6, kSame, kUsed}, {0.5, kOther, kFree}});
  EXPECT_EQ(verdict.error, TideError::kCls);
  EXPECT_EQ(verdict.object, 1);
}

TEST(TideRules, AnObjectThatIsTakenMakesADuplicate) {
  const auto verdict = verdict_of({{0.3, kOther, kFree}, {0.7, kSame, kUsed}});
  EXPECT_EQ(verdict.error, TideError::kDupe);
  EXPECT_EQ(verdict.object, 1);
}

TEST(TideRules, AnotherClassWithTooLittleOverlapIsBoth) {
  const auto verdict = verdict_of({{0.05, kSame, kFree}, {0.3, kOther, kFree}});
  EXPECT_EQ(verdict.error, TideError::kBoth);
  EXPECT_EQ(verdict.object, 1);
  EXPECT_EQ(verdict.iou, 0.3);
}

TEST(TideRules, OfEqualOverlapsTheFirstIsMeant) {
  EXPECT_EQ(verdict_of({{0.3, kSame, kFree}, {0.3, kSame, kFree}}).object, 0);
}

}  // namespace
}  // namespace rn
