#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/run_events.h"
#include "lab/variants.h"
#include "report/run_history.h"

namespace rn {

/// A class and how many objects of it are trained on.
struct LabClass {
  std::string name;
  int64_t objects = 0;
};

/// What a variant came to.
struct LabResult {
  LabVariant variant;
  std::string problem;  ///< why it has no numbers; empty: it has been trained to its end
  RunHistory history;
};

/// All that the laboratory's table and page tell.
struct LabReport {
  std::string name;                   ///< of the config
  std::string program;                ///< name and version
  std::vector<std::string> settings;  ///< of all variants, as --set takes them
  std::vector<LabClass> classes;      ///< of the training set
  std::vector<LabResult> results;     ///< in the order of lab_variants
};

/// Adds a result in its place, the order being that of lab_variants.
void add_result(LabReport& report, LabResult result);

/// A row of the table; NaN where there is nothing.
struct LabRow {
  static constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
  double ap = kNothing, ap50 = kNothing, aps = kNothing;
  double rare_ap = kNothing;     ///< mean over the rare classes
  double easy_share = kNothing;  ///< LossProfileEvent::easy_negatives_share
  double seconds = kNothing;     ///< of all training steps
  int64_t skipped_steps = 0;
};

/// What the loss was made of at the last evaluation; nullptr: there was none.
const LossProfileEvent* last_profile(const RunHistory& history);

/// Of the last evaluation, not of the best: the budget is what the variants have in common.
LabRow row_of(const LabReport& report, const LabResult& result);

/// The classes with under a tenth of the objects of the most frequent one; if there are none, the
/// rarest one. Classes without objects are left out.
std::vector<std::string> rare_classes(const std::vector<LabClass>& classes);

/// The best AP of some of the results. @return nullptr if none has any
const LabResult* best_of(const LabReport& report, bool focal);

/// In per cent, with two digits where it is small: "16", "0.0058"; "-" of NaN.
std::string easy_share_text(double share);

/// What came out, in a sentence.
std::string lab_finding(const LabReport& report);

}  // namespace rn
