#pragma once

#include "core/json.h"
#include "lab/lab_results.h"

namespace rn {

/// All numbers of the laboratory: {"name", "settings", "classes", "rare_classes", "finding",
/// "variants": [{"name", "loss", "settings", "same_as", "problem", "AP", "AP50", "APs", "AP_rare",
/// "easy_negatives_share", "training_seconds", "skipped_steps", "stats": [12], "per_category":
/// [{"name", "AP"}], "evaluations": [{"iteration", "epoch", "AP", "AP50"}], "sample_shares" and
/// "loss_of_easiest" (Lin et al. 2017, Fig. 4, of the last evaluation)}]}. What has no number is
/// null.
Json lab_json(const LabReport& report);

}  // namespace rn
