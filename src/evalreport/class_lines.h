#pragma once

#include <string>
#include <vector>

#include "evalreport/eval_report.h"
#include "report/svg_chart.h"

namespace rn::page {

/// Which classes are drawn, and how: few each in a colour of their own; of many the best and the
/// worst by AP (of those with kEnoughObjects, or else of those with the most), the others thin and
/// grey; of very many only some of the others.
struct ClassLine {
  int64_t index = 0;  ///< into Analysis::classes
  ChartLine style;    ///< without points
};

/// In the order of drawing: what matters most last. Classes without objects are left out.
std::vector<ClassLine> class_lines(const EvalReportInput& input);

/// Classes with objects that class_lines leaves out.
int64_t classes_not_drawn(const EvalReportInput& input);

/// The bold line of all classes. @param name in the legend
ChartLine mean_line(std::string name);

/// The legend: the bold line first, then the coloured classes by descending AP.
std::string class_legend(const ChartLine& bold, const std::vector<ClassLine>& lines);

/// Shares over positions, in per cent. -1, where nothing was measured, is a gap.
std::vector<ChartPoint> percent_curve(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace rn::page
