#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evalreport/label_places.h"
#include "report/html.h"
#include "report/page_text.h"
#include "report/svg_parts.h"
#include "runreport/sections.h"

namespace rn::page::run {
namespace {

constexpr double kSeenWidth = 300;  ///< CSS pixels of a picture: labels are sized for it
constexpr double kLabelPixels = 11;
constexpr size_t kMostLabels = 25;  ///< of a picture; more hide it
constexpr size_t kLabelColumns = 20;
constexpr size_t kFileColumns = 32;

std::string box_svg(const PictureBox& box) {
  const auto& [x1, y1, x2, y2] = box.xyxy;
  const std::string frame =
      fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", svg::number(x1), svg::number(y1),
                  svg::number(std::max(x2 - x1, 0.0)), svg::number(std::max(y2 - y1, 0.0)));
  return fmt::format(
      "<rect class=\"halo\" {0}/><rect class=\"found\" stroke=\"{1}\" "
      "{0}><title>{2}</title></rect>",
      frame, html_escape(box.colour), html_escape(box.label));
}

bool is_drawable(const PictureBox& box) {
  return std::all_of(box.xyxy.begin(), box.xyxy.end(),
                     [](double v) { return std::isfinite(v) && std::abs(v) < 1e7; });
}

std::string boxes_svg(const RunPicture& picture) {
  LabelPlaces places({0, 0, picture.width, picture.height});
  const double font = kLabelPixels * static_cast<double>(picture.width) / kSeenWidth;
  std::string frames, labels;
  for (const PictureBox& box : picture.boxes) {
    if (!is_drawable(box)) continue;
    frames += box_svg(box);
    if (box.label.empty() || picture.boxes.size() > kMostLabels) continue;
    const std::string label = with_ellipsis(box.label, kLabelColumns);
    const auto& [x1, y1, x2, y2] = box.xyxy;
    const LabelPlace place = places.place(
        {x1, y1, x2 - x1, y2 - y1}, 1.15 * svg::text_width(label) * font / 12, 1.35 * font, false);
    labels += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{:.2f}\">{}</text>",
                          svg::number(place.x + 0.2 * font), svg::number(place.y + 1.05 * font),
                          font, html_escape(label));
  }
  return frames + labels;  // no frame goes through a label
}

std::string shot(const RunPicture& picture, std::string_view classes) {
  return fmt::format(
      "<svg class=\"{}\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {} {}\"><image width=\"{}\" "
      "height=\"{}\" preserveAspectRatio=\"none\" href=\"{}\"/>{}</svg>\n",
      classes, html_escape(picture.name), picture.width, picture.height, picture.width,
      picture.height, data_uri("image/jpeg", picture.jpeg), boxes_svg(picture));
}

std::string shots(std::span<const RunPicture> pictures, std::string_view classes, int columns) {
  std::string figures;
  for (const RunPicture& picture : pictures) {
    const std::string note = picture.note.empty() ? "" : "<br/>" + html_escape(picture.note);
    figures += figure(shot(picture, classes), html_name(picture.name, kFileColumns) + note);
  }
  return side_by_side(columns, figures);
}

}  // namespace

std::string batch_section(const RunReportInput& input) {
  if (input.batch.empty()) return {};
  return section("batch", "Training pictures as the network sees them",
                 "The first batches of the run after augmentation and resize, padding included, "
                 "with the boxes that it is to find.",
                 shots(input.batch, "shot boxes", 3));
}

std::string validation_section(const RunReportInput& input) {
  if (input.validation.empty()) return {};
  return section("validation", "Validation pictures: truth beside what was found",
                 "The best of those with several objects, then those with the most errors. Dashed: "
                 "objects that were missed, and detections that are wrong.",
                 shots(input.validation, "shot pair", 2));
}

}  // namespace rn::page::run
