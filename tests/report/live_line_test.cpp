#include "report/live_line.h"

#include <gtest/gtest.h>

#include <limits>

namespace rn {
namespace {

std::string bar(double share, size_t width, bool unicode = true) {
  return bar_text(share, width, unicode, Style::kBar).plain();
}

TEST(BarText, FillsByHalfColumns) {
  EXPECT_EQ(bar(0, 4), "────");
  EXPECT_EQ(bar(0.125, 4), "╸───");
  EXPECT_EQ(bar(0.5, 4), "━━──");
  EXPECT_EQ(bar(0.9, 4), "━━━╸");
  EXPECT_EQ(bar(0.999, 4), "━━━╸");  // full only when all is done
  EXPECT_EQ(bar(1, 4), "━━━━");
}

TEST(BarText, AsciiWhereGlyphsCanNotBeShown) {
  EXPECT_EQ(bar(0, 6, false), "[    ]");
  EXPECT_EQ(bar(0.5, 6, false), "[==  ]");
  EXPECT_EQ(bar(1, 6, false), "[====]");
}

TEST(BarText, SharesOutOfRangeAreClamped) {
  EXPECT_EQ(bar(-1, 3), "───");
  EXPECT_EQ(bar(7, 3), "━━━");
  EXPECT_EQ(bar(std::numeric_limits<double>::quiet_NaN(), 3), "───");
}

const std::vector<LineField> kFields = {{StyledText("name"), 0},
                                        {{}, 2, BarLook{0.5}},
                                        {StyledText("aaaa"), 1},
                                        {StyledText("bbbb"), 3}};

std::string fitted(size_t width) { return fit_line(kFields, width, false).plain(); }

TEST(FitLine, BarTakesTheRoomThatIsLeftUpToItsLongest) {
  EXPECT_EQ(fitted(200), "name  [===========           ]  aaaa  bbbb");
  EXPECT_EQ(fitted(30), "name  [=====     ]  aaaa  bbbb");
}

TEST(FitLine, DropsFieldsByRank) {
  EXPECT_EQ(fitted(26), "name  [===   ]  aaaa  bbbb");  // exactly
  EXPECT_EQ(fitted(25), "name  [=====      ]  aaaa");
  EXPECT_EQ(fitted(20), "name  [===   ]  aaaa");
  EXPECT_EQ(fitted(19), "name  aaaa");
  EXPECT_EQ(fitted(9), "name");
}

TEST(FitLine, CutsWhatMustStayButDoesNotFit) {
  EXPECT_EQ(fitted(3), "nam");
  EXPECT_EQ(fitted(0), "");
}

TEST(FitLine, NeverExceedsTheWidth) {
  for (size_t width = 0; width < 60; ++width) {
    EXPECT_LE(fit_line(kFields, width, true).width(), width);
  }
}

}  // namespace
}  // namespace rn
