#include "core/error.h"

#include <gtest/gtest.h>

#include "core/throws.h"

namespace rn {
namespace {

TEST(Error, FailFormatsItsText) {
  EXPECT_EQ(error_text([] { fail("{}: found {}, expected {}", "a.json", 3, "a name"); }),
            "a.json: found 3, expected a name");
}

TEST(Error, BrokenInvariantNamesFileConditionAndValues) {
  try {
    RN_CHECK(1 + 1 == 3, "sum {}", 2);
    FAIL() << "nothing was thrown";
  } catch (const InternalError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("error_test.cpp:"), std::string::npos) << text;
    EXPECT_NE(text.find("1 + 1 == 3 does not hold: sum 2"), std::string::npos) << text;
  }
}

TEST(Error, InvariantThatHoldsEvaluatesNothingElse) {
  int evaluated = 0;
  RN_CHECK(true, "{}", ++evaluated);
  EXPECT_EQ(evaluated, 0);
}

}  // namespace
}  // namespace rn
