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

// CSS pixels of a picture: labels are sized for them.
constexpr double kSeenWidth = 300;
constexpr double kSeenWidthOfHalf = 460;
constexpr double kLabelPixels = 11;
constexpr size_t kMostLabels = 25;  ///< of a picture, its first boxes'; more hide it
constexpr size_t kLabelColumns = 20;
constexpr size_t kFileColumns = 32;

std::string box_svg(const PictureBox& box) {
  const auto& [x1, y1, x2, y2] = box.xyxy;
  const std::string frame =
      fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", svg::number(x1), svg::number(y1),
                  svg::number(std::max(x2 - x1, 0.0)), svg::number(std::max(y2 - y1, 0.0)));
  return fmt::format(
      "<rect class=\"halo\" {0}/><rect class=\"found{1}\" stroke=\"{2}\" {0}><title>{3}</title>"
      "</rect>",
      frame, box.is_dashed ? " wrong" : "", html_escape(box.colour), html_escape(box.label));
}

bool is_drawable(const PictureBox& box) {
  return std::all_of(box.xyxy.begin(), box.xyxy.end(),
                     [](double v) { return std::isfinite(v) && std::abs(v) < 1e7; });
}

/// @param seen_width of the picture in CSS pixels
std::string boxes_svg(const std::vector<PictureBox>& boxes, const RunPicture& picture,
                      double seen_width) {
  LabelPlaces places({0, 0, picture.width, picture.height});
  const double font = kLabelPixels * static_cast<double>(picture.width) / seen_width;
  std::string frames, labels;
  size_t labelled = 0;
  for (const PictureBox& box : boxes) {
    if (!is_drawable(box)) continue;
    frames += box_svg(box);
    if (box.label.empty() || ++labelled > kMostLabels) continue;
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

std::string image_svg(const RunPicture& picture, std::string_view id) {
  return fmt::format(
      "<image{} width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" href=\"{}\"/>",
      id.empty() ? "" : fmt::format(" id=\"{}\"", id), picture.width, picture.height,
      data_uri("image/jpeg", picture.jpeg));
}

std::string shot(const RunPicture& picture, std::string_view content) {
  return fmt::format(
      "<svg class=\"shot boxes\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {} {}\">{}</svg>\n",
      html_escape(picture.name), picture.width, picture.height, content);
}

/// The file is in the page once; the second half refers to the first one's.
std::string pair(const TruthBeside& beside, size_t number) {
  const RunPicture& picture = beside.truth;
  const std::string id = fmt::format("picture-{}", number);
  const std::string truth =
      shot(picture, image_svg(picture, id) + boxes_svg(picture.boxes, picture, kSeenWidthOfHalf));
  const std::string found = shot(picture, fmt::format("<use href=\"#{}\"/>", id) +
                                              boxes_svg(beside.found, picture, kSeenWidthOfHalf));
  return side_by_side(
      2, figure(truth, html_name(picture.name, kFileColumns) + ": " + html_escape(picture.note)) +
             figure(found, html_escape(beside.found_note)));
}

}  // namespace

std::string batch_section(const RunReportInput& input) {
  if (input.batch.empty()) return {};
  std::string shots;
  for (const RunPicture& picture : input.batch) {
    const std::string content =
        image_svg(picture, "") + boxes_svg(picture.boxes, picture, kSeenWidth);
    shots += figure(shot(picture, content),
                    html_name(picture.name, kFileColumns) + "<br/>" + html_escape(picture.note));
  }
  return section(
      "batch", "Training pictures as the network sees them",
      "The first batches of the run after augmentation and resize, padding included, "
      "with the boxes that it is to find; dashed: crowd regions, where nothing is asked of it.",
      side_by_side(3, shots));
}

std::string validation_section(const RunReportInput& input) {
  if (input.validation.empty()) return {};
  std::string pairs;
  for (size_t i = 0; i < input.validation.size(); ++i) pairs += pair(input.validation[i], i);
  return section("validation", "Validation pictures: truth beside what was found",
                 "First those where most is right, then those with the most errors. Dashed: "
                 "objects that were missed, and detections that are wrong.",
                 pairs);
}

}  // namespace rn::page::run
