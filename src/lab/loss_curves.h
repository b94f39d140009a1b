#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/svg_chart.h"

namespace rn {

/// The loss of a sample with the probability p_t of its true label, as training computes it
/// (loss/focal_math.h): -(1 - p_t)^gamma log(p_t). Lin et al. 2017, Eq. 4; gamma 0 is cross
/// entropy.
/// @param p_t between 0 and 1, both excluded
double loss_of(double p_t, double gamma);

/// Lin et al. 2017, Fig. 1: the loss against p_t for several gamma, and balanced
/// cross entropy (Eq. 3), which is a factor everywhere.
std::string loss_curves_chart();

/// Its lines, for a legend.
std::vector<ChartLine> loss_curves();

}  // namespace rn
