#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eval/coco_evaluator.h"

namespace rn::parity {

/// One evaluation of a case by coco_peer.py.
struct CocoAnswer {
  std::filesystem::path annotations, results;
  std::string arrays;  ///< path of its array files, without their ending
  nlohmann::json json;

  bool raised() const { return json.contains("error"); }
  EvalOptions options() const;
};

/// What coco_peer.py wrote into the folder.
struct CocoAnswers {
  std::string versions;  ///< of what answered
  std::vector<CocoAnswer> answers;
};
CocoAnswers read_answers(const std::filesystem::path& folder);

/// The first differences in bits between the result and the answer, one a line; empty if there are
/// none. Looks at the 12 numbers, the summary's text, each category's numbers and the three arrays.
std::string differences(const EvaluationResult& result, const CocoAnswer& answer);

}  // namespace rn::parity
