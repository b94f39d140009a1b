#pragma once

#include "core/json.h"
#include "lab/lab_results.h"

namespace rn {

/// All numbers of the laboratory: {"name", "program", "settings", "classes", "rare_classes",
/// "finding", "variants": [{"name", "loss", "settings", "same_as", NUMBERS, "AP_deviation", "runs":
/// [{"seed", "problem", "skipped_steps", NUMBERS, "stats": [12], "per_category": [{"name", "AP"}],
/// "evaluations": [{"iteration", "epoch", "AP", "AP50"}], "sample_shares" and "loss_of_easiest"
/// (Lin et al. 2017, Fig. 4, of the last evaluation)}]}]}, where NUMBERS are "AP", "AP50", "APs",
/// "AP_rare", "easy_negatives_share" and "training_seconds", those of a variant being means over
/// its runs. What has no number is null, or -1 where
/// COCO has it so.
Json lab_json(const LabReport& report);

}  // namespace rn
