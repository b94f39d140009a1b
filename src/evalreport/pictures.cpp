#include "evalreport/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evalreport/error_names.h"
#include "evalreport/label_places.h"
#include "report/html.h"
#include "report/svg_parts.h"

namespace rn::page {
namespace {

// Widths in CSS pixels at which pictures are usually seen: labels are sized for them.
constexpr double kSeenWidthOfWhole = 300;
constexpr double kSeenWidthOfPart = 220;
constexpr double kLabelPixels = 12;
constexpr double kCrowdedLabelPixels = 9.5;
constexpr size_t kCrowded = 10;        ///< boxes, from which on labels are small
constexpr double kBoldWidth = 1.15;    ///< of a chart's text of the same size
constexpr double kLabelHeight = 1.35;  ///< of the font's size
constexpr size_t kLabelColumns = 28;
constexpr double kPartAspect = 4.0 / 3.0;
constexpr double kLeastPart = 64;  ///< pixels of the original; less is a blur
// About twice as many as are seen: screens have two pixels in one of CSS.
constexpr int64_t kLongSideOfWhole = 640;
constexpr int64_t kLongSideOfPart = 480;

struct Rectangle {
  double left, top, right, bottom;
};

/// Around all boxes that can be drawn.
Rectangle around(const std::vector<DrawnBox>& boxes) {
  Rectangle r{1e18, 1e18, -1e18, -1e18};
  for (const DrawnBox& box : boxes) {
    r.left = std::min(r.left, box.bbox[0]);
    r.top = std::min(r.top, box.bbox[1]);
    r.right = std::max(r.right, box.bbox[0] + box.bbox[2]);
    r.bottom = std::max(r.bottom, box.bbox[1] + box.bbox[3]);
  }
  return r;
}

bool drawable(const DrawnBox& box) {
  return std::all_of(box.bbox.begin(), box.bbox.end(),
                     [](double v) { return std::isfinite(v) && std::abs(v) < 1e7; });
}

/// A start and length in whole pixels within [0, size], of about the wanted length if that fits,
/// around the middle.
std::pair<int64_t, int64_t> placed(double middle, double length, int64_t size) {
  const auto whole = static_cast<double>(size);
  length = std::min(length, whole);
  const double start = std::clamp(middle - length / 2, 0.0, whole - length);
  const auto first = static_cast<int64_t>(std::floor(start));
  return {first, static_cast<int64_t>(std::ceil(start + length)) - first};
}

/// As much around the boxes as they are large, so that one sees where they are.
ImageRegion region_around(const Rectangle& boxes, const ImageSize& size) {
  double width = std::max(2 * (boxes.right - boxes.left), kLeastPart);
  const double height = std::max(2 * (boxes.bottom - boxes.top), width / kPartAspect);
  width = std::max(width, height * kPartAspect);
  const auto [x, w] = placed((boxes.left + boxes.right) / 2, width, size.width);
  const auto [y, h] = placed((boxes.top + boxes.bottom) / 2, height, size.height);
  return {x, y, w, h};
}

/// The style sheet's names of the kinds.
std::string_view box_classes(const std::optional<TideError>& error) {
  static constexpr std::array<std::string_view, kTideErrorCount> kClasses = {
      "found k-cls", "found k-loc", "found k-both", "found k-dupe", "found k-bkg", "truth"};
  return kClasses.at(static_cast<size_t>(error.value_or(TideError::kMiss)));
}

std::string box_frame(std::string_view frame, const std::optional<TideError>& error,
                      std::string_view tip) {
  return fmt::format("<rect class=\"halo\" {0}/><rect class=\"{1}\" {0}><title>{2}</title></rect>",
                     frame, box_classes(error), html_escape(tip));
}

/// An object's label stands under its box, a detection's above: they seldom meet.
std::string label_text(const DrawnBox& box, double font, LabelPlaces& places) {
  const std::string label = with_ellipsis(box.label, kLabelColumns);
  const auto& [x, y, w, h] = box.bbox;
  const double width = kBoldWidth * svg::text_width(label) * font / kLabelPixels;
  const LabelPlace place = places.place({x, y, std::max(w, 0.0), std::max(h, 0.0)}, width,
                                        kLabelHeight * font, box.is_object());
  return fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" font-size=\"{:.2f}\">{}</text>",
                     box.is_object() ? "truth-label" : "found-label",
                     svg::number(place.x + 0.2 * font), svg::number(place.y + 1.05 * font), font,
                     html_escape(label));
}

}  // namespace

PictureBook::PictureBook(const EvalReportInput& input) : input_(input) {
  for (const CocoImage& image : input.images) images_[image.id] = &image;
}

std::optional<ReportPicture> PictureBook::find(int64_t image_id, const PictureRequest& request) {
  const auto image = images_.find(image_id);
  if (!input_.pictures || image == images_.end() || missing_.contains(image_id)) return {};
  asked_.insert(image_id);
  auto picture = input_.pictures(*image->second, request);
  if (!picture) missing_.insert(image_id);
  return picture;
}

std::string PictureBook::file_name(int64_t image_id) const {
  const auto found = images_.find(image_id);
  return found == images_.end() || found->second->file_name.empty()
             ? fmt::format("image {}", image_id)
             : found->second->file_name;
}

std::string PictureBook::whole(int64_t image_id, const std::vector<DrawnBox>& boxes) {
  return draw(image_id, {whole_image, kLongSideOfWhole}, kSeenWidthOfWhole, boxes);
}

std::string PictureBook::part(int64_t image_id, const std::vector<DrawnBox>& boxes) {
  std::vector<DrawnBox> usable = boxes;
  std::erase_if(usable, [](const DrawnBox& box) { return !drawable(box); });
  if (usable.empty()) return whole(image_id, {});
  const auto region = [frame = around(usable)](const ImageSize& size) {
    return region_around(frame, size);
  };
  return draw(image_id, {region, kLongSideOfPart}, kSeenWidthOfPart, usable);
}

std::string PictureBook::draw(int64_t image_id, const PictureRequest& request, double seen_width,
                              const std::vector<DrawnBox>& boxes) {
  const auto picture = find(image_id, request);
  if (!picture) return {};
  const ImageRegion& region = picture->region;
  const std::string name = html_escape(file_name(image_id));
  std::string out = fmt::format(
      "<svg class=\"shot boxes\" role=\"img\" aria-label=\"{0}\" viewBox=\"{1} {2} {3} {4}\">"
      "<image x=\"{1}\" y=\"{2}\" width=\"{3}\" height=\"{4}\" preserveAspectRatio=\"none\" "
      "href=\"{5}\"/>",
      name, region.x, region.y, region.width, region.height,
      data_uri(picture->media_type, picture->bytes));
  const double pixels = boxes.size() < kCrowded ? kLabelPixels : kCrowdedLabelPixels;
  const double font = pixels * static_cast<double>(region.width) / seen_width;
  LabelPlaces places(region);
  std::string labels;
  for (const DrawnBox& box : boxes) {
    if (!drawable(box)) continue;
    const auto& [x, y, w, h] = box.bbox;
    out += box_frame(
        fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", svg::number(x), svg::number(y),
                    svg::number(std::max(w, 0.0)), svg::number(std::max(h, 0.0))),
        box.error, box.tip);
    if (!box.label.empty()) labels += label_text(box, font, places);
  }
  // The labels last: no frame goes through them.
  return out + labels + "</svg>\n";
}

std::string picture_key() {
  std::string items;
  for (size_t i = 0; i < kTideErrorNames.size(); ++i) {
    const ErrorText& text = error_text(static_cast<TideError>(i));
    items += fmt::format(
        "<li><svg class=\"kind boxes\" viewBox=\"0 0 40 20\" aria-hidden=\"true\">{}</svg> "
        "<b>{}</b> {}</li>\n",
        box_frame("x=\"5\" y=\"5\" width=\"30\" height=\"10\"", static_cast<TideError>(i),
                  text.brief),
        kTideErrorNames[i], text.brief);
  }
  return "<ul class=\"legend\">\n" + items + "</ul>\n";
}

}  // namespace rn::page
