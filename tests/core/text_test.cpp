#include "core/text.h"

#include <gtest/gtest.h>

namespace rn {
namespace {

const std::vector<std::string> kNames = {"epochs", "learning_rate", "lr", "momentum", "resnet18"};

TEST(NearestName, FindsTypos) {
  EXPECT_EQ(nearest_name("epoch", kNames), "epochs");
  EXPECT_EQ(nearest_name("epohcs", kNames), "epochs");
  EXPECT_EQ(nearest_name("learning-rate", kNames), "learning_rate");
  EXPECT_EQ(nearest_name("momentun", kNames), "momentum");
  EXPECT_EQ(nearest_name("rl", {"xy", "lr"}), "lr");
}

TEST(NearestName, TakesUpperAndLowerCaseAsTheSame) {
  EXPECT_EQ(nearest_name("LR", kNames), "lr");
  EXPECT_EQ(nearest_name("ResNet18", kNames), "resnet18");
}

TEST(NearestName, SaysNothingRatherThanNonsense) {
  EXPECT_EQ(nearest_name("zzzzzzzz", kNames), "");
  EXPECT_EQ(nearest_name("xy", kNames), "");  // two changes make any word of two letters
  EXPECT_EQ(nearest_name("", kNames), "");
  EXPECT_EQ(nearest_name("epochs", {}), "");
}

TEST(NearestName, PrefersTheFirstOfEquals) {
  EXPECT_EQ(nearest_name("cat", {"bat", "hat"}), "bat");
}

TEST(NearestName, IsQuickForAbsurdWords) {
  EXPECT_EQ(nearest_name(std::string(10'000'000, 'a'), kNames), "");
}

TEST(Join, PutsSeparatorsBetweenAllWords) {
  EXPECT_EQ(join({}), "");
  EXPECT_EQ(join({"a"}), "a");
  EXPECT_EQ(join({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(join({"", "", "c"}, "/"), "//c");
}

TEST(Counted, HasASingular) {
  EXPECT_EQ(counted(0, "step"), "0 steps");
  EXPECT_EQ(counted(1, "step"), "1 step");
  EXPECT_EQ(counted(2, "step"), "2 steps");
  EXPECT_EQ(counted(1, "box left out", "boxes left out"), "1 box left out");
  EXPECT_EQ(counted(12, "box left out", "boxes left out"), "12 boxes left out");
}

}  // namespace
}  // namespace rn
