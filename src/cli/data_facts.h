#pragma once

#include "boxes/anchors.h"
#include "data/config.h"
#include "data/dataset.h"
#include "runreport/run_report.h"

namespace rn {

/// Counts what a page tells of a data set.
/// @param positive_iou with an anchor from which on an object is within its reach
DataFacts data_facts(const Dataset& dataset, const DataConfig& config, const AnchorConfig& anchors,
                     double positive_iou);

AnchorFacts anchor_facts(const AnchorConfig& anchors, double positive_iou);

}  // namespace rn
