#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "eval/analysis/tide.h"
#include "evalreport/eval_report.h"

namespace rn::page {

/// A box as it is drawn over a picture.
struct DrawnBox {
  std::array<double, 4> bbox{};  ///< x, y, width, height in pixels of the original image
  std::string tip;               ///< what it is, when one points at it
  std::string label;             ///< beside it; may be empty
  /// Each kind has a colour and a dash of its own (picture_key); none: an object that an error is
  /// about, drawn as one that was missed.
  std::optional<TideError> error;
  bool is_object() const { return !error || *error == TideError::kMiss; }
};

/// Draws boxes over pictures.
class PictureBook {
 public:
  explicit PictureBook(const EvalReportInput& input);

  /// The whole picture; empty if it can't be had.
  std::string whole(int64_t image_id, const std::vector<DrawnBox>& boxes);

  /// The part around the boxes, cut from the picture in its full resolution; empty if it can't be
  /// had.
  std::string part(int64_t image_id, const std::vector<DrawnBox>& boxes);

  /// Pictures that were asked for, and those of them that couldn't be had.
  int64_t asked() const { return static_cast<int64_t>(asked_.size()); }
  int64_t missing() const { return static_cast<int64_t>(missing_.size()); }

  /// The name of the image's file; its id if the annotations have none.
  std::string file_name(int64_t image_id) const;

 private:
  std::optional<ReportPicture> find(int64_t image_id, const PictureRequest& request);
  /// @param seen_width in CSS pixels
  std::string draw(int64_t image_id, const PictureRequest& request, double seen_width,
                   const std::vector<DrawnBox>& boxes);

  const EvalReportInput& input_;
  std::map<int64_t, const CocoImage*> images_;
  std::set<int64_t> asked_;
  std::set<int64_t> missing_;
};

/// A list that shows how the boxes of each kind of error are drawn.
std::string picture_key();

}  // namespace rn::page
