#include "cli/report_pictures.h"

#include "core/error.h"
#include "infer/thumbnail.h"

namespace rn {

PictureSource ReportPictures::source() {
  if (folder_.empty()) return {};
  return [this](const CocoImage& image, const PictureRequest& request) {
    return find(image, request);
  };
}

std::string ReportPictures::missing_text() const {
  if (missing_ == 0) return {};
  return fmt::format("{} of the report's pictures can't be shown; the first: {}", missing_,
                     first_error_);
}

std::optional<ReportPicture> ReportPictures::find(const CocoImage& image,
                                                  const PictureRequest& request) {
  std::optional<ImageSize> claimed;
  if (image.width > 0 && image.height > 0) claimed = ImageSize{image.height, image.width};
  try {
    Thumbnail thumbnail = make_thumbnail(std::filesystem::path(folder_) / image.file_name, claimed,
                                         request.long_side, request.region_of);
    return ReportPicture{std::move(thumbnail.jpeg), "image/jpeg", thumbnail.region};
  } catch (const Error& error) {
    if (missing_++ == 0) first_error_ = error.what();
    return std::nullopt;
  }
}

}  // namespace rn
