#include "report/html.h"

#include <gtest/gtest.h>

#include "report/parsed_xml.h"

namespace rn {
namespace {

TEST(Html, MarkupInATextStaysText) {
  EXPECT_EQ(html_escape("<script>alert(\"1\" && 'x')</script>"),
            "&lt;script&gt;alert(&quot;1&quot; &amp;&amp; &#39;x&#39;)&lt;/script&gt;");
}

TEST(Html, OtherAlphabetsStayAsTheyAre) { EXPECT_EQ(html_escape("čaj 茶 شاي"), "čaj 茶 شاي"); }

TEST(Html, BytesThatXmlForbidsBecomeQuestionMarks) {
  EXPECT_EQ(html_escape(std::string_view("a\0b\x1b[1m\xff", 8)), "a?b?[1m?");
  EXPECT_EQ(html_escape("x\xEF\xBF\xBFy"), "x?y");
  EXPECT_EQ(html_escape("\xEF\xBC\xA1"), "\xEF\xBC\xA1");  // a full-width A shares their first byte
}

TEST(Html, EveryByteMakesWellFormedXml) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  const auto elements = parse_xml("<p title=\"" + html_escape(all) + "\">" + html_escape(all) +
                                  html_name(all, 9) + "</p>");
  EXPECT_EQ(elements.size(), 2u);
}

TEST(Html, LongNamesAreCutAndWholeInTheTooltip) {
  EXPECT_EQ(html_name("traffic light", 8), "<bdi title=\"traffic light\">traffic…</bdi>");
  EXPECT_EQ(html_name("traffic", 7), "<bdi>traffic</bdi>");
  EXPECT_EQ(html_name("a<b", 0), "<bdi>a&lt;b</bdi>");
}

TEST(Html, WideCharactersTakeTwoColumns) {
  EXPECT_EQ(with_ellipsis("信号機です", 10), "信号機です");
  EXPECT_EQ(with_ellipsis("信号機です", 8), "信号機…");
}

TEST(Html, FilesWithinThePageAreBase64) {  // RFC 4648, section 10
  EXPECT_EQ(data_uri("image/png", ""), "data:image/png;base64,");
  EXPECT_EQ(data_uri("image/png", "f"), "data:image/png;base64,Zg==");
  EXPECT_EQ(data_uri("image/png", "fo"), "data:image/png;base64,Zm8=");
  EXPECT_EQ(data_uri("image/png", "foobar"), "data:image/png;base64,Zm9vYmFy");
  EXPECT_EQ(data_uri("image/png", "\xff\xfe\xfd"), "data:image/png;base64,//79");
}

}  // namespace
}  // namespace rn
