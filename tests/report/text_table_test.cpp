#include "report/text_table.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace rn {
namespace {

TEST(TextTable, FirstColumnToTheLeftNumbersToTheRight) {
  TextTable table({"class", "objects", "AP"});
  table.add_row({"RBC", "4155", "0.601"});
  table.add_row({"Platelets", "7", "-"});
  EXPECT_EQ(table.text(),
            "class      objects     AP\n"
            "RBC           4155  0.601\n"
            "Platelets        7      -\n");
}

TEST(TextTable, CountsColumnsNotBytes) {
  TextTable table({"class", "n"});
  table.add_row({"\u8d64\u8840\u7403", "1"});
  table.add_row({"caf\u00e9", "22"});
  EXPECT_EQ(table.text(),
            "class    n\n"
            "\u8d64\u8840\u7403   1\n"
            "caf\u00e9    22\n");
}

TEST(TextTable, CutsLongNamesToTheScreen) {
  TextTable table({"class", "AP"});
  table.add_row({"a very long class name", "0.5"});
  table.add_row({"short", "0.25"});
  EXPECT_EQ(table.text(20),
            "class             AP\n"
            "a very long c~   0.5\n"
            "short           0.25\n");
  EXPECT_EQ(table.text(5),  // not below 8 columns
            "class       AP\n"
            "a very ~   0.5\n"
            "short     0.25\n");
}

TEST(TextTable, NamesCanNotBreakRows) {
  TextTable table({"class", "AP"});
  table.add_row({"a\nb", ""});
  EXPECT_EQ(table.text(), "class  AP\na?b\n");
}

TEST(TextTable, RowOfAnotherLengthIsABrokenInvariant) {
  TextTable table({"class", "AP"});
  EXPECT_THROW(table.add_row({"a"}), InternalError);
}

}  // namespace
}  // namespace rn
