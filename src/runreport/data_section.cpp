#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/html.h"
#include "report/page_text.h"
#include "report/svg_chart.h"
#include "runreport/sections.h"
#include "runreport/series.h"

namespace rn::page::run {
namespace {

constexpr size_t kRowsWithoutScrolling = 20;
constexpr size_t kNameColumns = 36;

/// Those that an anchor reaches and, on top of them, the others in the colour of a warning.
void add_columns(LineChart& chart, const ReachHistogram& histogram) {
  for (size_t i = 0; i < histogram.objects.size(); ++i) {
    const int64_t all = histogram.objects[i];
    const int64_t reached = histogram.reached.at(i);
    const double low = histogram.low + static_cast<double>(i) * histogram.width;
    ChartColumn column{low, low + histogram.width, static_cast<double>(reached), 0,
                       fmt::format("{} within reach", count_of(reached, "object", "objects"))};
    if (reached > 0) chart.columns.push_back(column);
    if (reached == all) continue;
    column.base = column.value;
    column.value = static_cast<double>(all);
    column.colour = 1;
    column.tip = fmt::format("{} beyond reach", count_of(all - reached, "object", "objects"));
    chart.columns.push_back(column);
  }
}

std::string reach_figure(std::string_view name, const ReachHistogram& histogram,
                         std::string_view axis, std::vector<ChartMark> marks,
                         std::string_view caption) {
  LineChart chart;
  chart.title = std::string(name);
  chart.x = {std::string(axis), kNotDrawn, kNotDrawn, AxisScale::kLog2};
  chart.y = {"objects", 0};
  chart.width = kChartWidth;
  chart.height = kChartHeight;
  chart.marks = std::move(marks);
  add_columns(chart, histogram);
  return figure(fmt::format("<p class=\"chart-name\">{}</p>\n", name) + line_chart(chart), caption);
}

std::string crowding_figure(const DataFacts& facts) {
  LineChart chart;
  chart.title = "Objects in a picture";
  chart.x = {"objects in a picture", 0};
  chart.y = {"pictures", 0};
  chart.width = kChartWidth;
  chart.height = kChartHeight;
  const auto& counts = facts.images_by_objects;
  const size_t width = (counts.size() + 39) / 40;
  for (size_t start = 0; start < counts.size(); start += width) {
    const size_t end = std::min(start + width, counts.size());
    const int64_t images =
        std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(start),
                        counts.begin() + static_cast<std::ptrdiff_t>(end), int64_t{0});
    const std::string range =
        width == 1 ? fmt::format("{}", start) : fmt::format("{} to {}", start, end - 1);
    chart.columns.push_back(
        {static_cast<double>(start) - 0.5, static_cast<double>(end) - 0.5,
         static_cast<double>(images), 0,
         fmt::format("{} with {}", count_of(images, "picture", "pictures"), range + " objects")});
  }
  chart.x.low = -0.5;
  chart.x.high = static_cast<double>(std::max<size_t>(
                     1, (counts.size() + width - 1) / std::max<size_t>(1, width) * width)) -
                 0.5;
  return figure("<p class=\"chart-name\">Objects in a picture</p>\n" + line_chart(chart), "");
}

std::string set_row(std::string_view name, const DataFacts& facts) {
  const auto cell = [](int64_t number) {
    return fmt::format("<td class=\"n\">{}</td>", count(number));
  };
  return fmt::format("<tr><th scope=\"row\">{}</th>", name) + cell(facts.images) +
         cell(facts.empty_images) + cell(facts.objects) + cell(facts.crowds) +
         cell(facts.dropped_boxes) +
         fmt::format("<td class=\"n\">{}</td></tr>\n", share(facts.reached, facts.objects));
}

std::string sets_table(const RunReportInput& input) {
  return "<div class=\"wide\"><table>\n<thead><tr><th></th><th class=\"n\">pictures</th>"
         "<th class=\"n\">of them empty</th><th class=\"n\">objects</th><th class=\"n\">crowds</th>"
         "<th class=\"n\">left out</th><th class=\"n\">in reach</th></tr></thead>\n<tbody>\n" +
         set_row("training", *input.train) +
         (input.val != nullptr ? set_row("validation", *input.val) : "") +
         "</tbody>\n</table></div>\n";
}

std::string class_row(const RunReportInput& input, size_t index, int64_t most) {
  const ClassFacts& facts = input.train->classes[index];
  const auto cell = [](int64_t number) {
    return number_cell(count(number), static_cast<double>(number));
  };
  std::string row = "<tr><th scope=\"row\">" + html_name(facts.name, kNameColumns) + "</th>" +
                    cell(facts.objects) + "<td class=\"bar\">" +
                    mini_bar(most > 0 ? static_cast<double>(facts.objects) / most : 0, 0) +
                    "</td>" + cell(facts.images);
  if (input.val != nullptr && index < input.val->classes.size()) {
    row += cell(input.val->classes[index].objects) + cell(input.val->classes[index].images);
  } else {
    row += number_cell(kNone, -1) + number_cell(kNone, -1);
  }
  return row + "</tr>\n";
}

/// By descending number of objects.
std::string class_table(const RunReportInput& input) {
  const auto& classes = input.train->classes;
  std::vector<size_t> order(classes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return classes[a].objects > classes[b].objects; });
  std::string rows;
  for (const size_t index : order) rows += class_row(input, index, classes[order[0]].objects);
  return fmt::format(
      "<div class=\"{}\">\n<table class=\"sort\">\n<thead>\n<tr><th scope=\"col\" "
      "class=\"sortable\">class</th><th scope=\"col\" class=\"n sortable\">objects</th><th></th>"
      "<th scope=\"col\" class=\"n sortable\">pictures</th><th scope=\"col\" class=\"n sortable\">"
      "objects in validation</th><th scope=\"col\" class=\"n sortable\">pictures in validation"
      "</th></tr>\n</thead>\n<tbody>\n{}</tbody>\n</table>\n</div>\n",
      order.size() > kRowsWithoutScrolling ? "wide tall" : "wide", rows);
}

std::string finding(const RunReportInput& input) {
  const DataFacts& train = *input.train;
  std::string text =
      fmt::format("{} with {} of {} to train on", count_of(train.images, "picture", "pictures"),
                  count_of(train.objects, "object", "objects"),
                  count_of(std::ssize(train.classes), "class", "classes"));
  const int64_t beyond = train.objects - train.reached;
  if (train.objects > 0) {
    text += beyond == 0
                ? "; the anchors reach every object"
                : fmt::format("; no anchor reaches {}", count_of(beyond, "object", "objects"));
  }
  const auto [least, most] =
      std::minmax_element(train.classes.begin(), train.classes.end(),
                          [](const auto& a, const auto& b) { return a.objects < b.objects; });
  if (train.classes.size() > 1 && least->objects > 0 && most->objects >= 3 * least->objects) {
    text += fmt::format("; {} is {:.0f} times as frequent as {}", in_quotes(most->name),
                        static_cast<double>(most->objects) / static_cast<double>(least->objects),
                        in_quotes(least->name));
  } else if (train.classes.size() > 1 && least->objects == 0) {
    text += fmt::format("; {} has no object", in_quotes(least->name));
  }
  return text + ".";
}

}  // namespace

std::string data_section(const RunReportInput& input) {
  if (input.train == nullptr) return {};
  const DataFacts& train = *input.train;
  const AnchorFacts& anchors = input.anchors;
  const std::string reach = fmt::format(
      "Orange: objects with which no anchor has an IoU of {:g}; each still gets its best anchor.",
      anchors.positive_iou);
  std::string charts;
  if (train.objects > 0) {
    charts += reach_figure(
        "Sizes", train.sizes, "pixels: side of a square of the same area",
        {{anchors.smallest, "smallest anchor"}, {anchors.largest, "largest"}},
        fmt::format(
            "As the network sees them, after the resize; anchors have {:.0f} to {:.0f} pixels. ",
            std::exp2(anchors.smallest), std::exp2(anchors.largest)) +
            reach);
    charts +=
        reach_figure("Aspect ratios", train.ratios, "height / width",
                     {{anchors.widest, "widest anchor"}, {anchors.tallest, "tallest"}}, reach);
  }
  if (!train.images_by_objects.empty()) charts += crowding_figure(train);
  return section(
      "data", "The data", finding(input),
      sets_table(input) + side_by_side(2, charts) + "<h3>Classes</h3>\n" + class_table(input));
}

}  // namespace rn::page::run
