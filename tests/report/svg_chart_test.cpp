#include "report/svg_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "report/parsed_xml.h"

namespace rn {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kHostile = "<script>\"&' \x01 \xff";

std::vector<std::string> texts(const std::vector<XmlElement>& elements) {
  std::vector<std::string> all;
  for (const XmlElement& element : find_all(elements, "text")) all.push_back(element.text);
  return all;
}

TEST(LineChart, PutsPointsBetweenItsAxes) {
  LineChart chart;
  chart.x = {"recall", 0, 1};
  chart.y = {"", 0, 1};
  chart.lines.push_back({"all", {{0, 1}, {1, 0}}, 0, LineWeight::kBold, 0});
  const auto elements = parse_xml(line_chart(chart));
  const XmlElement axis = find_all(elements, "line", "axis").back();
  const XmlElement path = find_all(elements, "path").at(0);
  // y = 1 lies at the uppermost grid line, y = 0 on the axis.
  EXPECT_EQ(path.attribute("d"), "M" + axis.attribute("x1") + " 20L" + axis.attribute("x2") + " " +
                                     axis.attribute("y2"));
  EXPECT_EQ(path.attribute("class"), "s0 w2");
}

TEST(LineChart, ValuesThatAreNotFiniteLeaveAGap) {
  LineChart chart;
  chart.lines.push_back({"", {{0, 1}, {1, 2}, {2, kNotDrawn}, {3, 4}, {4, 3}}, 0, {}, 0});
  const auto paths = find_all(parse_xml(line_chart(chart)), "path");
  ASSERT_EQ(paths.size(), 1u);
  const std::string data = paths[0].attribute("d");
  EXPECT_EQ(std::count(data.begin(), data.end(), 'M'), 2);
  EXPECT_EQ(std::count(data.begin(), data.end(), 'L'), 2);
  EXPECT_THAT(data, Not(HasSubstr("nan")));
}

TEST(LineChart, StairsNeedTheirCornersOnly) {
  LineChart chart;
  chart.lines.push_back({"", {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 0}, {5, 0}}, 0, {}, 0});
  const std::string data = find_all(parse_xml(line_chart(chart)), "path").at(0).attribute("d");
  EXPECT_EQ(std::count(data.begin(), data.end(), 'L'), 3);  // to (3, 1), (4, 0), (5, 0)
}

TEST(LineChart, WithoutDataHasAxesAllTheSame) {
  LineChart chart;
  chart.lines.push_back({"nothing", {{kNotDrawn, kNotDrawn}}, 0, {}, 0});
  const auto elements = parse_xml(line_chart(chart));
  EXPECT_TRUE(find_all(elements, "path").empty());
  EXPECT_FALSE(find_all(elements, "line", "axis").empty());
  EXPECT_THAT(line_chart(chart), Not(HasSubstr("nan")));
}

TEST(LineChart, MarksOutsideTheAxisAreLeftOut) {
  LineChart chart;
  chart.x = {"score", 0, 1};
  chart.marks = {{0.5, "best"}, {1.5, "beyond"}, {kNotDrawn, "none"}};
  const auto elements = parse_xml(line_chart(chart));
  EXPECT_EQ(find_all(elements, "line", "mark").size(), 1u);
  EXPECT_THAT(texts(elements), testing::Contains("best"));
  EXPECT_THAT(texts(elements), Not(testing::Contains("beyond")));
}

TEST(LineChart, ColumnsStandOnTheAxisWithHeightsInProportion) {
  LineChart chart;
  chart.y = {"", 0, 10};
  chart.columns = {{0, 1, 5, 0, "five"}, {1, 2, 10, 0, ""}, {2, 3, kNotDrawn, 0, ""}};
  const auto rects = find_all(parse_xml(line_chart(chart)), "rect");
  ASSERT_EQ(rects.size(), 2u);
  EXPECT_NEAR(rects[1].number("height"), 2 * rects[0].number("height"), 0.11);
  EXPECT_NEAR(rects[0].number("y") + rects[0].number("height"),
              rects[1].number("y") + rects[1].number("height"), 0.11);
}

TEST(ChartLegend, ShowsNamedLinesOnly) {
  const std::vector<ChartLine> lines = {{"", {}, 0, LineWeight::kThin, 0},
                                        {"person", {}, 1, LineWeight::kNormal, 2}};
  const auto elements = parse_xml(chart_legend(lines));
  EXPECT_EQ(find_all(elements, "li").size(), 1u);
  EXPECT_EQ(find_all(elements, "path").at(0).attribute("class"), "s1 w1 d2");
  EXPECT_EQ(chart_legend({}), "");
}

TEST(BarChart, LengthsAreInProportionAndWhatIsNotFiniteHasNoBar) {
  BarChart chart;
  chart.bars = {{"a", 4, "4.0", "", 0}, {"b", 1, "1.0", "12 objects", 0}, {"c", kNotDrawn, "–"}};
  const auto elements = parse_xml(bar_chart(chart));
  const auto rects = find_all(elements, "rect");
  ASSERT_EQ(rects.size(), 2u);
  EXPECT_NEAR(rects[0].number("width"), 4 * rects[1].number("width"), 0.3);
  EXPECT_THAT(texts(elements), testing::IsSupersetOf({"a", "b", "c", "12 objects", "–"}));
}

TEST(BarChart, HatchesWithinTheBar) {
  BarChart chart;
  chart.bars = {{"a", 10, "10", "", 0, true}, {"b", 10, "10"}};
  const auto elements = parse_xml(bar_chart(chart));
  const auto hatched = find_all(elements, "rect", "hatched");
  ASSERT_EQ(hatched.size(), 1u);
  const auto bars = find_all(elements, "rect");
  ASSERT_EQ(bars.size(), 2u);
  EXPECT_EQ(hatched[0].number("width"), bars[1].number("width"));
  const auto lines = find_all(elements, "path", "hatch");
  ASSERT_EQ(lines.size(), 1u);
  const double left = hatched[0].number("x"), top = hatched[0].number("y");
  const double right = left + hatched[0].number("width");
  const double bottom = top + hatched[0].number("height");
  int strokes = 0;
  for (std::istringstream path(lines[0].attribute("d")); path.peek() != EOF; ++strokes) {
    for (const char step : {'M', 'L'}) {
      double x = 0, y = 0;
      ASSERT_EQ(path.get(), step);
      ASSERT_TRUE(path >> x >> y);
      EXPECT_TRUE(x >= left - 0.1 && x <= right + 0.1) << x;
      EXPECT_TRUE(y >= top - 0.1 && y <= bottom + 0.1) << y;
    }
  }
  EXPECT_GT(strokes, 10);
}

TEST(BarChart, AllZeroIsDrawn) {
  BarChart chart;
  chart.bars = {{"a", 0, "0.0"}, {"b", 0, "0.0"}};
  EXPECT_THAT(bar_chart(chart), Not(HasSubstr("nan")));
  EXPECT_EQ(find_all(parse_xml(bar_chart(chart)), "rect").at(0).number("width"), 0);
}

TEST(HeatMap, HasACellForEachPairOfLabels) {
  HeatMap map;
  map.rows = {"cat", "dog"};
  map.columns = {"cat", "dog", "background"};
  map.cells.resize(6);
  map.cells[1] = {0.75, "30", "cat taken for dog: 30", 1};
  const auto rects = find_all(parse_xml(heat_map(map)), "rect");
  ASSERT_EQ(rects.size(), 6u);
  EXPECT_EQ(rects[0].number("fill-opacity"), 0);
  EXPECT_EQ(rects[1].number("fill-opacity"), 0.75);
  EXPECT_EQ(rects[1].attribute("class"), "f1 frame");
  EXPECT_EQ(rects[0].attribute("y"), rects[2].attribute("y"));
  EXPECT_EQ(rects[0].attribute("x"), rects[3].attribute("x"));
}

TEST(IntervalPlot, FillsThoseThatDoNotHoldZero) {
  IntervalPlot plot;
  plot.intervals = {{"better", 0.01, 0.02, 0.03, "+2.0"},
                    {"unclear", -0.01, 0.01, 0.03, "+1.0"},
                    {"worse", -0.03, -0.02, -0.01, "-2.0"},
                    {"unknown", kNotDrawn, kNotDrawn, kNotDrawn, "–"}};
  const auto circles = find_all(parse_xml(interval_plot(plot)), "circle");
  ASSERT_EQ(circles.size(), 3u);
  EXPECT_THAT(circles[0].attribute("class"), HasSubstr("f0"));
  EXPECT_THAT(circles[1].attribute("class"), HasSubstr("hollow"));
  EXPECT_THAT(circles[2].attribute("class"), HasSubstr("f1"));
  EXPECT_NEAR(circles[0].number("cx") - circles[1].number("cx"),
              circles[1].number("cx") - (circles[0].number("cx") + circles[2].number("cx")) / 2,
              0.2);  // 0.02 - 0.01 = 0.01 - 0
}

TEST(Charts, HostileTextsStayTexts) {
  LineChart line{kHostile, {kHostile, 0, 1}, {kHostile, 0, 1}, {}, {}, {}, false};
  line.lines = {{kHostile, {{0, 0}, {1, 1}}, 0, {}, 0}};
  line.marks = {{0.5, kHostile}};
  line.columns = {{0, 1, 1, 0, kHostile}};
  BarChart bars{kHostile, {{kHostile, 1, kHostile, kHostile, 0}}, 1, 0.5, kHostile};
  HeatMap map{kHostile, kHostile, kHostile, {kHostile}, {kHostile}, {{1, kHostile, kHostile, 0}}};
  IntervalPlot plot{kHostile, kHostile, {{kHostile, 0, 1, 2, kHostile}}};
  for (const std::string& svg : {line_chart(line), chart_legend(line.lines), bar_chart(bars),
                                 heat_map(map), interval_plot(plot)}) {
    for (const XmlElement& element : parse_xml(svg)) EXPECT_NE(element.name, "script");
  }
}

TEST(Charts, OneWithoutAnyDataIsWellFormed) {
  for (const std::string& svg : {line_chart({}), bar_chart({}), heat_map({}), interval_plot({})}) {
    EXPECT_EQ(parse_xml(svg).at(0).name, "svg");
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
  }
}

TEST(ChartCss, NamesEachColourAndDashOfThePalette) {
  const std::string css(chart_css());
  for (int i = 0; i < kPaletteSize; ++i) {
    EXPECT_THAT(css, HasSubstr(fmt::format(".s{} {{", i)));
    EXPECT_THAT(css, HasSubstr(fmt::format(".f{} {{", i)));
  }
  for (int i = 1; i < kDashes; ++i) EXPECT_THAT(css, HasSubstr(fmt::format(".d{} {{", i)));
}

}  // namespace
}  // namespace rn
