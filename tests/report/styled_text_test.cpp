#include "report/styled_text.h"

#include <gtest/gtest.h>

namespace rn {
namespace {

TEST(StyledText, ColouredPartsEndWithAReset) {
  StyledText text("a");
  text.add("b", Style::kGood).add("c");
  EXPECT_EQ(text.coloured(), "a\x1b[32mb\x1b[0mc");
  EXPECT_EQ(text.plain(), "abc");
  EXPECT_EQ(text.width(), 3u);
}

TEST(StyledText, CutKeepsStyles) {
  StyledText text("ab", Style::kStrong);
  text.add("cd", Style::kGood);
  EXPECT_EQ(text.cut(3).coloured(), "\x1b[1mab\x1b[0m\x1b[32mc\x1b[0m");
  EXPECT_EQ(text.cut(2).coloured(), "\x1b[1mab\x1b[0m");
  EXPECT_EQ(text.cut(9).plain(), "abcd");
  EXPECT_TRUE(text.cut(0).empty());
}

TEST(StyledText, CutDoesNotSkipAWideCharacterForANarrowOneBehindIt) {
  StyledText text("\u8d64", Style::kStrong);
  text.add("b");
  EXPECT_EQ(text.cut(1).plain(), "");
}

TEST(StyledText, ForeignControlCodesDoNotGetIn) {
  EXPECT_EQ(StyledText("a\x1b[31m\nb").coloured(), "a?[31m?b");
}

}  // namespace
}  // namespace rn
