#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eval/analysis.h"
#include "eval/analysis/comparison.h"
#include "evalreport/eval_report.h"

namespace rn {

/// A ground truth and results made up in a test, evaluated and analysed.
class Evaluated {
 public:
  Evaluated(CocoFile coco_file, std::vector<CocoResult> detections, const EvalOptions& options = {})
      : file_(std::move(coco_file)),
        ground_truth_(file_),
        detections_(std::move(detections)),
        matches_(match_detections(ground_truth_, detections_, options)),
        result(accumulate(ground_truth_, matches_)),
        analysis(analyze(ground_truth_, detections_, matches_, result)) {}

  EvalReportInput input() const {
    EvalReportInput input{.ground_truth = ground_truth_,
                          .images = file_.images,
                          .result = result,
                          .analysis = analysis,
                          .detections = static_cast<int64_t>(detections_.size()),
                          .annotations_name = "val/objects.json",
                          .detections_name = "runs/7/detections.json",
                          .model_name = {},
                          .images_name = {},
                          .date = "2 May 2026",
                          .program = "retinanet 0.1",
                          .compared_name = {}};
    return input;
  }

 private:
  CocoFile file_;
  CocoGroundTruth ground_truth_;
  std::vector<CocoResult> detections_;
  Matches matches_;

 public:
  EvaluationResult result;
  Analysis analysis;
};

/// One compared number of 50 images with objects, with the interval of its difference.
inline ComparedNumber compared(double a, double b, Interval difference, int64_t resamples = 1000) {
  ComparedNumber number;
  number.a = a;
  number.b = b;
  number.difference = b - a;
  number.difference_interval = difference;
  number.resamples = resamples;
  number.images = 50;
  return number;
}

/// `names` as classes 1, 2, ..., in images of 100 x 100 pixels with the ids 1, 2, ...
inline CocoFile coco_file(const std::vector<std::string>& names, int64_t images) {
  CocoFile file;
  for (size_t i = 0; i < names.size(); ++i) {
    file.categories.push_back({static_cast<int64_t>(i) + 1, names[i]});
  }
  for (int64_t i = 1; i <= images; ++i) {
    file.images.push_back({i, "picture" + std::to_string(i) + ".jpg", 100, 100});
  }
  return file;
}

inline void add_object(CocoFile& file, int64_t image, int64_t category,
                       const std::array<double, 4>& box) {
  const auto id = static_cast<int64_t>(file.annotations.size()) + 1;
  file.annotations.push_back({id, image, category, box, box[2] * box[3], false});
}

/// Objects of all classes over all images: of each class some found, some poorly, some as another
/// class, some not at all; and a detection on background.
inline Evaluated evaluated_mixture(const std::vector<std::string>& names, int64_t images) {
  CocoFile file = coco_file(names, images);
  std::vector<CocoResult> detections;
  const auto classes = static_cast<int64_t>(names.size());
  for (int64_t i = 0; i < 4 * images; ++i) {
    const int64_t image = i / 4 + 1;
    const int64_t category = (i * 7 + i / 4) % classes + 1;
    const double size = 8 + static_cast<double>(i * 13 % 30);
    const std::array<double, 4> box = {static_cast<double>(i % 2) * 50 + 1,
                                       static_cast<double>(i / 2 % 2) * 50 + 1, size, size};
    add_object(file, image, category, box);
    const double score = 0.02 + 0.95 * static_cast<double>(i * 37 % 101) / 101;
    const double shift = size * static_cast<double>(i % 5) * 0.1;
    const int64_t found = i % 6 == 0 ? category % classes + 1 : category;
    if (i % 7 != 3) {
      detections.push_back({image, found, {box[0] + shift, box[1], size, size}, score});
    }
    if (i % 9 == 0) detections.push_back({image, category, {80, 80, 15, 15}, score / 2});
  }
  return Evaluated(std::move(file), std::move(detections));
}

}  // namespace rn
