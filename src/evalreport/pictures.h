#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "evalreport/eval_report.h"

namespace rn::page {

/// A box as it is drawn over a picture.
struct DrawnBox {
  std::array<double, 4> bbox{};  ///< x, y, width, height in pixels of the original image
  std::string tip;               ///< what it is
  bool is_object = false;        ///< of the annotations: dashed; else a detection: solid
  bool labelled = true;          ///< writes the tip beside it, too
};

/// The part of a picture that is shown, in pixels of the original image.
struct PictureView {
  double x, y, width, height;
};

/// Draws boxes over pictures. Each picture is asked for and embedded once, however often it is
/// shown; so the figures must go into one page.
class PictureBook {
 public:
  explicit PictureBook(const EvalReportInput& input);

  bool can_show(int64_t image_id);

  /// Of the pictures that were asked for.
  int64_t asked() const { return static_cast<int64_t>(pictures_.size()); }
  int64_t missing() const;

  /// The whole picture. @pre can_show
  std::string whole(int64_t image_id, const std::vector<DrawnBox>& boxes);

  /// The part around the boxes. @pre can_show
  std::string part(int64_t image_id, const std::vector<DrawnBox>& boxes);

  /// The name of the image's file; its id if the annotations have none.
  std::string file_name(int64_t image_id) const;

 private:
  const ReportPicture* find(int64_t image_id);
  std::string draw(int64_t image_id, const PictureView& view, const std::vector<DrawnBox>& boxes);
  std::string image_element(int64_t image_id, const ReportPicture& picture);

  const EvalReportInput& input_;
  std::map<int64_t, const CocoImage*> images_;
  std::map<int64_t, std::optional<ReportPicture>> pictures_;
  std::set<int64_t> embedded_;
};

}  // namespace rn::page
