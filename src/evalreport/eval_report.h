#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>

#include "coco/coco_file.h"
#include "core/image_region.h"
#include "eval/analysis.h"
#include "eval/analysis/comparison.h"
#include "eval/coco_evaluator.h"
#include "eval/coco_ground_truth.h"

namespace rn {

/// What the page wants of a picture.
struct PictureRequest {
  RegionOf region_of;     ///< the part, to be cut from the picture in its full resolution
  int64_t long_side = 0;  ///< of the part, in pixels, at most: more would not be seen
};

/// A picture as the page embeds it.
struct ReportPicture {
  std::string bytes;  ///< an encoded file
  std::string media_type = "image/jpeg";
  ImageRegion region;  ///< of the original image: what it shows
};

/// Nothing where the picture can't be had; the page then says so in its place, and asks no more for
/// it.
using PictureSource =
    std::function<std::optional<ReportPicture>(const CocoImage&, const PictureRequest&)>;

/// What the page tells. The references must outlive the call.
struct EvalReportInput {
  const CocoGroundTruth& ground_truth;
  std::span<const CocoImage> images;  ///< of the annotation file, in any order
  const EvaluationResult& result;
  const Analysis& analysis;
  int64_t detections = 0;  ///< records of the results file

  // Texts, as they are to be shown; one that is empty is left out.
  std::string annotations_name;  ///< the file
  std::string detections_name;   ///< the results file
  std::string model_name;        ///< the model file, where one was run
  std::string images_name;       ///< the folder
  std::string date;
  std::string program;  ///< name and version

  const Comparison* comparison = nullptr;  ///< a: this evaluation; b: that of `compared_name`
  std::string compared_name;
  PictureSource pictures = {};  ///< none: tables in place of pictures
};

/// Writes DIR/eval.html, a page that needs no other file and no network, and DIR/eval.json, the
/// numbers that it shows.
/// @param folder made if it doesn't exist
/// @throws Error naming the path and the reason if one can't be written
void write_eval_report(const std::filesystem::path& folder, const EvalReportInput& input);

/// The page as XHTML that browsers take as HTML.
std::string eval_page(const EvalReportInput& input);

/// All that the page shows but the pictures: what was evaluated, the numbers as `eval --json` has
/// them, and "analysis", whose keys are the names of the structs' fields. Doubles read back to the
/// same bits; NaN and infinity are null; -1 is what could not be measured.
nlohmann::ordered_json eval_json(const EvalReportInput& input);

}  // namespace rn
