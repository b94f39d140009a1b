#pragma once

#include <cstdint>
#include <string>

#include "evalreport/eval_report.h"

namespace rn {

/// Finds the pictures of a page in a folder, and remembers those that it can't have.
class ReportPictures {
 public:
  /// @param folder empty: there are none
  explicit ReportPictures(std::string folder) : folder_(std::move(folder)) {}

  /// It refers to this object.
  PictureSource source();

  /// How many can't be shown, and why the first of them can't; empty if none is missing.
  std::string missing_text() const;

 private:
  std::optional<ReportPicture> find(const CocoImage& image, const PictureRequest& request);

  std::string folder_;
  int64_t missing_ = 0;
  std::string first_error_;
};

}  // namespace rn
