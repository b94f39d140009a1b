#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/run_events.h"
#include "lab/variants.h"
#include "report/run_history.h"

namespace rn {

/// A class and how many objects of it there are.
struct LabClass {
  std::string name;
  int64_t objects = 0;  ///< to train on
  int64_t val_objects = 0;
};

/// A training of a variant.
struct LabRun {
  int64_t seed = 0;
  std::string problem;  ///< why it has no numbers; empty: it has been trained to its end
  RunHistory history;
};

/// What a variant came to.
struct LabResult {
  LabVariant variant;
  std::vector<LabRun> runs;  ///< with growing seeds
};

/// All that the laboratory's table and page tell.
struct LabReport {
  std::string name;                   ///< of the config
  std::string program;                ///< name and version
  std::vector<std::string> settings;  ///< of all variants, as --set takes them
  std::vector<LabClass> classes;      ///< of the training set
  std::vector<LabResult> results;     ///< in the order of lab_variants
};

/// Adds a run in its place, the order being that of lab_variants.
void add_run(LabReport& report, const LabVariant& variant, LabRun run);

/// @return nullptr if there is none
const LabRun* run_of(const LabReport& report, const std::string& variant, int64_t seed);

/// A row of the table; NaN where there is nothing.
struct LabRow {
  static constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
  double ap = kNothing, ap50 = kNothing, aps = kNothing;
  double rare_ap = kNothing;       ///< mean over the rare classes
  double easy_share = kNothing;    ///< LossProfileEvent::easy_negatives_share
  double seconds = kNothing;       ///< of all training steps, without evaluations
  double ap_deviation = kNothing;  ///< standard deviation of a run's AP, from at least two
  int64_t runs = 0;                ///< that have an AP
};

/// What the loss was made of at the last evaluation; nullptr: there was none.
const LossProfileEvent* last_profile(const RunHistory& history);

/// Of the last evaluation, not of the best: the budget is what the variants have in common.
LabRow row_of(const LabReport& report, const LabRun& run);

/// The means over the runs.
LabRow row_of(const LabReport& report, const LabResult& result);

/// The first run that has come to its end; nullptr: none has.
const LabRun* first_done(const LabResult& result);

struct LabPoint {
  double epoch = 0;
  double ap = LabRow::kNothing;  ///< mean over the runs that are done
};

/// AP at each evaluation.
std::vector<LabPoint> ap_while_training(const LabResult& result);

int64_t skipped_steps(const LabRun& run);

/// What went wrong in its runs, a line each: "ohem, seed 1: the loss ran away".
std::vector<std::string> problems_of(const LabResult& result);

/// Whether a variant has been trained more than once.
bool has_repeats(const LabReport& report);

/// The classes with under a tenth of the objects of the most frequent one; if there are none, the
/// rarest one. Classes without objects are left out.
std::vector<std::string> rare_classes(const std::vector<LabClass>& classes);

/// The best AP of some of the results; one of several runs counts more than one that may be luck.
/// @return nullptr if none has any
const LabResult* best_of(const LabReport& report, bool focal);

/// In per cent, with two digits where it is small: "16", "0.0058"; "-" of NaN.
std::string easy_share_text(double share);

/// "54.7", and with its standard deviation "54.7 ±0.4"; "-" without an AP.
std::string ap_text(const LabRow& row);

/// That there are too few validation objects to tell small differences; empty: there are enough.
std::string chance_text(const LabReport& report);

/// What came out, in a sentence.
std::string lab_finding(const LabReport& report);

}  // namespace rn
