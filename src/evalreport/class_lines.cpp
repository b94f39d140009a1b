#include "evalreport/class_lines.h"

#include <algorithm>

#include "evalreport/certainty.h"
#include "evalreport/page_text.h"

namespace rn::page {
namespace {

constexpr size_t kFewClasses = 6;
constexpr size_t kHighlighted = 3;  ///< best ones and worst ones
constexpr size_t kMostThinLines = 80;

struct LineLook {
  int colour;
  int dash;
};
// No two have one dash: they are told apart without colours, too.
constexpr std::array<LineLook, kHighlighted> kBestLooks = {{{2, 0}, {5, 5}, {6, 6}}};
constexpr std::array<LineLook, kHighlighted> kWorstLooks = {{{1, 1}, {4, 2}, {3, 3}}};
constexpr std::array<LineLook, kFewClasses> kFewLooks = {
    {{2, 0}, {1, 1}, {3, 2}, {4, 3}, {5, 5}, {6, 6}}};

/// Indices of the classes with objects by descending AP.
std::vector<int64_t> classes_by_ap(const EvalReportInput& input) {
  const auto& rows = input.result.per_category;
  std::vector<int64_t> order;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (measured(rows[i].ap)) order.push_back(static_cast<int64_t>(i));
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return rows[a].ap > rows[b].ap; });
  return order;
}

bool holds(const std::vector<int64_t>& indices, int64_t index) {
  return std::find(indices.begin(), indices.end(), index) != indices.end();
}

/// Those with enough objects; where these are too few, those with the most.
std::vector<int64_t> worth_highlighting(const EvalReportInput& input,
                                        const std::vector<int64_t>& order) {
  const auto objects = [&](int64_t index) { return input.result.per_category[index].npos; };
  std::vector<int64_t> worth = order;
  std::erase_if(worth, [&](int64_t index) { return !is_enough(objects(index)); });
  if (worth.size() >= 2 * kHighlighted) return worth;
  std::vector<int64_t> most = order;
  std::stable_sort(most.begin(), most.end(),
                   [&](int64_t a, int64_t b) { return objects(a) > objects(b); });
  most.resize(2 * kHighlighted);
  worth = order;
  std::erase_if(worth, [&](int64_t index) { return !holds(most, index); });
  return worth;
}

ClassLine styled(const EvalReportInput& input, int64_t index, LineLook look, LineWeight weight) {
  const double ap = input.result.per_category[index].ap;
  const std::string name = class_name(input.analysis.classes.at(index)) + " (" + percent(ap) + ")";
  return {index, ChartLine{name, {}, look.colour, weight, look.dash}};
}

}  // namespace

std::vector<ClassLine> class_lines(const EvalReportInput& input) {
  const std::vector<int64_t> order = classes_by_ap(input);
  std::vector<ClassLine> lines;
  if (order.size() <= kFewClasses) {
    for (size_t i = 0; i < order.size(); ++i) {
      lines.push_back(styled(input, order[i], kFewLooks[i], LineWeight::kNormal));
    }
    return lines;
  }
  const std::vector<int64_t> best_to_worst = worth_highlighting(input, order);
  const std::vector<int64_t> best(best_to_worst.begin(), best_to_worst.begin() + kHighlighted);
  const std::vector<int64_t> worst(best_to_worst.end() - kHighlighted, best_to_worst.end());
  std::vector<int64_t> others = order;
  std::erase_if(others, [&](int64_t index) { return holds(best, index) || holds(worst, index); });
  const size_t thin = std::min(others.size(), kMostThinLines);
  for (size_t i = 0; i < thin; ++i) {
    const int64_t index = others[i * others.size() / thin];
    lines.push_back(styled(input, index, {kNeutral, 0}, LineWeight::kThin));
  }
  for (size_t i = 0; i < kHighlighted; ++i) {
    lines.push_back(styled(input, best[i], kBestLooks[i], LineWeight::kNormal));
  }
  for (size_t i = 0; i < kHighlighted; ++i) {
    lines.push_back(styled(input, worst[i], kWorstLooks[i], LineWeight::kNormal));
  }
  return lines;
}

int64_t classes_not_drawn(const EvalReportInput& input) {
  return static_cast<int64_t>(classes_by_ap(input).size() - class_lines(input).size());
}

ChartLine mean_line(std::string name) { return {std::move(name), {}, 0, LineWeight::kBold, 0}; }

std::string class_legend(const ChartLine& bold, const std::vector<ClassLine>& lines) {
  std::vector<ChartLine> named = {bold};
  for (const ClassLine& line : lines) {
    if (line.style.weight != LineWeight::kThin) named.push_back(line.style);
  }
  if (named.size() - 1 < lines.size()) {
    named.push_back({"the other classes", {}, kNeutral, LineWeight::kThin, 0});
  }
  return chart_legend(named);
}

std::vector<ChartPoint> percent_curve(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<ChartPoint> points;
  for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    points.push_back({x[i], measured(y[i]) ? 100 * y[i] : kNotDrawn});
  }
  return points;
}

}  // namespace rn::page
