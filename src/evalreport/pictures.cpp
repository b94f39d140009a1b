#include "evalreport/pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/html.h"
#include "report/svg_parts.h"

namespace rn::page {
namespace {

/// Width in CSS pixels at which a picture is usually seen: labels are sized for it.
constexpr double kSeenWidth = 300;
constexpr double kLabelPixels = 12;
constexpr size_t kLabelColumns = 28;
constexpr double kPartAspect = 4.0 / 3.0;
constexpr double kLeastPart = 64;  ///< pixels of the original; less is a blur

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

/// A start and length within [0, size], of the wanted length if that fits, around the middle.
std::pair<double, double> placed(double middle, double length, double size) {
  length = std::min(length, size);
  return {std::clamp(middle - length / 2, 0.0, size - length), length};
}

/// An object's label stands under its box, a detection's above: they seldom meet.
std::string label_text(const DrawnBox& box, const PictureView& view, double font) {
  const std::string label = with_ellipsis(box.tip, kLabelColumns);
  const auto& [x, y, w, h] = box.bbox;
  const double base = box.is_object ? y + h + 1.1 * font : y - 0.35 * font;
  const double width = svg::text_width(label) * font / kLabelPixels;
  const double last = std::max(view.x, view.x + view.width - width) - 0.2 * font;
  return fmt::format(
      "<text class=\"{}\" x=\"{}\" y=\"{}\" font-size=\"{:.2f}\">{}</text>",
      box.is_object ? "truth-label" : "found-label",
      svg::number(std::clamp(x, view.x + 0.2 * font, std::max(last, view.x + 0.2 * font))),
      svg::number(std::clamp(base, view.y + 1.1 * font, view.y + view.height - 0.4 * font)), font,
      html_escape(label));
}

}  // namespace

PictureBook::PictureBook(const EvalReportInput& input) : input_(input) {
  for (const CocoImage& image : input.images) images_[image.id] = &image;
}

const ReportPicture* PictureBook::find(int64_t image_id) {
  const auto image = images_.find(image_id);
  if (!input_.pictures || image == images_.end()) return nullptr;
  const auto [entry, is_new] = pictures_.try_emplace(image_id);
  if (is_new) entry->second = input_.pictures(*image->second);
  const auto& picture = entry->second;
  const bool usable = picture && picture->original.width > 0 && picture->original.height > 0;
  return usable ? &*picture : nullptr;
}

int64_t PictureBook::missing() const {
  return std::count_if(pictures_.begin(), pictures_.end(),
                       [](const auto& entry) { return !entry.second; });
}

bool PictureBook::can_show(int64_t image_id) { return find(image_id) != nullptr; }

std::string PictureBook::file_name(int64_t image_id) const {
  const auto found = images_.find(image_id);
  return found == images_.end() || found->second->file_name.empty()
             ? fmt::format("image {}", image_id)
             : found->second->file_name;
}

std::string PictureBook::whole(int64_t image_id, const std::vector<DrawnBox>& boxes) {
  const ImageSize size = find(image_id)->original;
  return draw(image_id, {0, 0, static_cast<double>(size.width), static_cast<double>(size.height)},
              boxes);
}

std::string PictureBook::part(int64_t image_id, const std::vector<DrawnBox>& boxes) {
  const ImageSize size = find(image_id)->original;
  const auto width = static_cast<double>(size.width);
  const auto height = static_cast<double>(size.height);
  std::vector<DrawnBox> usable = boxes;
  std::erase_if(usable, [](const DrawnBox& box) { return !drawable(box); });
  if (usable.empty()) return whole(image_id, {});
  const Rectangle box = around(usable);
  // As much around the boxes as they are large, so that one sees where they are.
  double part_width = std::max(2 * (box.right - box.left), kLeastPart);
  const double part_height = std::max({2 * (box.bottom - box.top), part_width / kPartAspect});
  part_width = std::max(part_width, part_height * kPartAspect);
  const auto [x, w] = placed((box.left + box.right) / 2, part_width, width);
  const auto [y, h] = placed((box.top + box.bottom) / 2, part_height, height);
  return draw(image_id, {x, y, w, h}, usable);
}

std::string PictureBook::image_element(int64_t image_id, const ReportPicture& picture) {
  if (!embedded_.insert(image_id).second) return fmt::format("<use href=\"#p{}\"/>", image_id);
  return fmt::format(
      "<image id=\"p{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" href=\"{}\"/>",
      image_id, picture.original.width, picture.original.height,
      data_uri(picture.media_type, picture.bytes));
}

std::string PictureBook::draw(int64_t image_id, const PictureView& view,
                              const std::vector<DrawnBox>& boxes) {
  std::string out = fmt::format(
      "<svg class=\"shot\" role=\"img\" aria-label=\"{}\" viewBox=\"{} {} {} {}\">{}",
      html_escape(file_name(image_id)), svg::number(view.x), svg::number(view.y),
      svg::number(view.width), svg::number(view.height), image_element(image_id, *find(image_id)));
  const double font = kLabelPixels * view.width / kSeenWidth;
  for (const DrawnBox& box : boxes) {
    if (!drawable(box)) continue;
    const auto& [x, y, w, h] = box.bbox;
    const std::string frame =
        fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", svg::number(x), svg::number(y),
                    svg::number(std::max(w, 0.0)), svg::number(std::max(h, 0.0)));
    out +=
        fmt::format("<rect class=\"halo\" {0}/><rect class=\"{1}\" {0}><title>{2}</title></rect>",
                    frame, box.is_object ? "truth" : "found", html_escape(box.tip));
    if (!box.labelled) continue;
    out += label_text(box, view, font);
  }
  return out + "</svg>\n";
}

}  // namespace rn::page
