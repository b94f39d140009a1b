#include "lab/loss_curves.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "loss/focal_math.h"
#include "report/page_text.h"

namespace rn {
namespace {

constexpr double kLargestLoss = 5;  // that is drawn, as in the paper

}  // namespace

double loss_of(double p_t, double gamma) {
  const double y = std::log1p(-p_t) - std::log(p_t);  // of a positive, whose logit is -y
  return focal_math::focal(focal_math::gamma_kind(gamma), y, gamma).loss;
}

std::vector<ChartLine> loss_curves() {
  struct Curve {
    double gamma, alpha;
    const char* name;
    int colour, dash;
  };
  constexpr std::array<Curve, 6> kCurves = {{{0, 1, "CE (gamma 0)", kNeutral, 0},
                                             {0, 0.25, "balanced CE, alpha 0.25", kNeutral, 1},
                                             {0.5, 1, "gamma 0.5", 1, 1},
                                             {1, 1, "gamma 1", 2, 2},
                                             {2, 1, "gamma 2", 0, 0},
                                             {5, 1, "gamma 5", 3, 3}}};
  constexpr int kPoints = 200;
  std::vector<ChartLine> lines;
  for (const Curve& curve : kCurves) {
    ChartLine line{curve.name, {}, curve.colour, LineWeight::kNormal, curve.dash};
    if (curve.gamma == 2) line.weight = LineWeight::kBold;
    for (int i = 1; i < kPoints; ++i) {
      const double p_t = static_cast<double>(i) / kPoints;
      const double loss = curve.alpha * loss_of(p_t, curve.gamma);
      line.points.push_back({p_t, loss <= kLargestLoss ? loss : kNotDrawn});
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string loss_curves_chart() {
  LineChart chart;
  chart.title = "Loss of a sample against the probability of its true label";
  chart.x = {"p_t", 0, 1};
  chart.y = {"loss", 0, kLargestLoss};
  chart.lines = loss_curves();
  chart.width = page::kChartWidth;
  chart.height = 300;
  return line_chart(chart);
}

}  // namespace rn
