#pragma once

#include <span>
#include <string>

#include "coco/coco_file.h"
#include "eval/coco_ground_truth.h"
#include "evalreport/eval_report.h"
#include "front/eval_arguments.h"

namespace rn {

/// What is evaluated: two files, or what a model found.
struct Evaluation {
  const CocoGroundTruth& ground_truth;
  std::span<const CocoImage> images;
  std::span<const CocoResult> detections;
  const Matches& matches;
  PictureSource pictures = {};  ///< for the report
};

/// Prints the numbers and writes what the options ask for.
/// @throws Error naming a file that can't be read or written
void show_evaluation(const Evaluation& evaluation, const EvalArguments& arguments);

/// Makes sure, before the work, that the file of --compare fits and that its resamples do.
/// @throws Error naming what doesn't
void check_compared(const EvalArguments& arguments, const CocoGroundTruth& ground_truth);

/// pycocotools' job, whole: two files, no model. @param pictures for the report
/// @return the exit code @throws Error, also where memory ends
int evaluate_files(const EvalArguments& arguments, const PictureSource& pictures = {});

/// Writes a file and says so.
void write_output(const std::string& path, const std::string& content);

}  // namespace rn
