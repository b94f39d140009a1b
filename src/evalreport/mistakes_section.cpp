#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "evalreport/error_names.h"
#include "evalreport/page_sections.h"
#include "evalreport/page_text.h"
#include "evalreport/pictures.h"
#include "report/html.h"

namespace rn::page {
namespace {

constexpr size_t kWorstShown = 12;
constexpr int64_t kMostLongLabels = 7;
constexpr size_t kMistakesShown = 24;
constexpr size_t kFileColumns = 32;

std::string label_of(const EvalReportInput& input, const Mistake& mistake) {
  return fmt::format("{} {:.2f}", class_name(input, mistake.class_index), mistake.score);
}

/// "cat 0.93": the object's class, the error, the overlap.
std::string mistake_text(const EvalReportInput& input, const Mistake& mistake) {
  std::string text =
      fmt::format("<b>{}</b> {:.2f}: {}", html_name(class_name(input, mistake.class_index), 28),
                  mistake.score, error_text(mistake.error).brief);
  if (mistake.object) {
    text += fmt::format(", IoU {:.2f} with {}", mistake.iou,
                        html_name(class_name(input, mistake.object->class_index), 28));
  }
  return text;
}

/// TIDE's short name of an error, and what else there is room for.
std::string tagged(TideError error, const std::string& text, bool with_text) {
  const std::string tag(kTideErrorNames[static_cast<size_t>(error)]);
  return with_text ? tag + " " + text : tag;
}

DrawnBox box_of(const EvalReportInput& input, const Mistake& mistake, bool with_text) {
  const std::string text = label_of(input, mistake);
  return {mistake.bbox, fmt::format("{}: {}", text, error_text(mistake.error).brief),
          tagged(mistake.error, text, with_text), mistake.error};
}

std::vector<DrawnBox> mistake_boxes(const EvalReportInput& input, const Mistake& mistake) {
  std::vector<DrawnBox> boxes;
  if (mistake.object) {
    const std::string name = class_name(input, mistake.object->class_index);
    boxes.push_back({mistake.object->bbox, name, name, {}});
  }
  boxes.push_back(box_of(input, mistake, true));
  return boxes;
}

/// Missed objects first, so that detections lie on top.
std::vector<DrawnBox> image_boxes(const EvalReportInput& input, const ImageMistakes& image) {
  // With many boxes, long labels would hide the picture.
  const bool with_text = image.errors() <= kMostLongLabels;
  std::vector<DrawnBox> boxes;
  for (const ObjectView& object : image.missed) {
    const std::string name = class_name(input, object.class_index);
    boxes.push_back({object.bbox, name + ": " + std::string(error_text(TideError::kMiss).brief),
                     tagged(TideError::kMiss, name, with_text), TideError::kMiss});
  }
  for (const Mistake& mistake : image.false_positives) {
    boxes.push_back(box_of(input, mistake, with_text));
  }
  return boxes;
}

std::array<int64_t, kTideErrorCount> error_counts(const ImageMistakes& image) {
  std::array<int64_t, kTideErrorCount> counts{};
  for (const Mistake& mistake : image.false_positives) {
    ++counts[static_cast<size_t>(mistake.error)];
  }
  counts[static_cast<size_t>(TideError::kMiss)] = static_cast<int64_t>(image.missed.size());
  return counts;
}

/// "3 missed, 2 background"
std::string errors_text(const ImageMistakes& image) {
  const auto counts = error_counts(image);
  std::vector<size_t> order(counts.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return counts[a] > counts[b]; });
  std::string text;
  for (const size_t i : order) {
    if (counts[i] == 0) break;
    const ErrorText& names = error_text(static_cast<TideError>(i));
    text += (text.empty() ? "" : ", ") + count_of(counts[i], names.brief, names.brief_plural);
  }
  return text;
}

std::string found_text(const ImageMistakes& image) {
  return image.objects == 0 ? "no objects"
                            : fmt::format("{} of {} found", image.true_positives, image.objects);
}

std::string worst_table(const PictureBook& book, const std::vector<ImageMistakes>& images) {
  std::string rows;
  for (const ImageMistakes& image : images) {
    rows += "<tr><th scope=\"row\">" + html_name(book.file_name(image.image_id), kFileColumns) +
            "</th>" + number_cell(count(image.errors()), static_cast<double>(image.errors())) +
            number_cell(count(image.objects), static_cast<double>(image.objects)) +
            number_cell(count(image.true_positives), static_cast<double>(image.true_positives)) +
            number_cell(percent(image.f1), image.f1) + "<td class=\"text\">" + errors_text(image) +
            "</td></tr>\n";
  }
  return "<div class=\"wide\"><table class=\"sort\">\n<thead><tr><th class=\"sortable\">image</th>"
         "<th class=\"n sortable\">errors</th><th class=\"n sortable\">objects</th>"
         "<th class=\"n sortable\">found</th><th class=\"n sortable\">F1</th><th>which</th></tr>"
         "</thead>\n<tbody>\n" +
         rows + "</tbody>\n</table></div>\n";
}

std::string mistakes_table(const EvalReportInput& input, const PictureBook& book,
                           const std::vector<Mistake>& mistakes) {
  std::string rows;
  for (const Mistake& mistake : mistakes) {
    const std::string object =
        mistake.object ? html_name(class_name(input, mistake.object->class_index), kFileColumns)
                       : std::string(kNone);
    rows += "<tr><th scope=\"row\">" + html_name(book.file_name(mistake.image_id), kFileColumns) +
            "</th><td>" + html_name(class_name(input, mistake.class_index), kFileColumns) +
            "</td>" + number_cell(score(mistake.score), mistake.score) + "<td>" +
            std::string(error_text(mistake.error).brief) + "</td><td>" + object + "</td>" +
            number_cell(fmt::format("{:.2f}", mistake.iou), mistake.iou) + "</tr>\n";
  }
  return "<div class=\"wide\"><table class=\"sort\">\n<thead><tr><th class=\"sortable\">image</th>"
         "<th class=\"sortable\">detected as</th><th class=\"n sortable\">score</th>"
         "<th class=\"sortable\">error</th><th class=\"sortable\">object</th>"
         "<th class=\"n sortable\">IoU</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody>\n</table></div>\n";
}

std::string worst_part(const EvalReportInput& input, PictureBook& book) {
  const std::vector<ImageMistakes>& images = input.analysis.mistakes.worst_images;
  if (images.empty()) return {};
  std::string shots;
  size_t shown = 0;
  for (const ImageMistakes& image : images) {
    if (shown == kWorstShown) break;
    const std::string picture = book.whole(image.image_id, image_boxes(input, image));
    if (picture.empty()) continue;
    ++shown;
    shots += figure(picture, fmt::format("{}<br/>{}; {}",
                                         html_name(book.file_name(image.image_id), kFileColumns),
                                         found_text(image), errors_text(image)));
  }
  const std::string table = worst_table(book, images);
  return "<h3>Images with most errors</h3>\n" +
         (shots.empty() ? table : side_by_side(3, shots) + folded("The same as a table", table));
}

std::string confident_part(const EvalReportInput& input, PictureBook& book) {
  const std::vector<Mistake>& mistakes = input.analysis.mistakes.most_confident;
  if (mistakes.empty()) return {};
  std::string shots;
  size_t shown = 0;
  for (const Mistake& mistake : mistakes) {
    if (shown == kMistakesShown) break;
    const std::string picture = book.part(mistake.image_id, mistake_boxes(input, mistake));
    if (picture.empty()) continue;
    ++shown;
    shots += figure(picture, mistake_text(input, mistake) + "<br/>" +
                                 html_name(book.file_name(mistake.image_id), kFileColumns));
  }
  const std::string table = mistakes_table(input, book, mistakes);
  return "<h3>Most confident mistakes</h3>\n" +
         (shots.empty() ? table : side_by_side(4, shots) + folded("The same as a table", table));
}

std::string mistakes_finding(const EvalReportInput& input) {
  const Mistakes& mistakes = input.analysis.mistakes;
  const auto images = static_cast<int64_t>(input.ground_truth.image_ids().size());
  if (mistakes.images_with_errors == 0 && mistakes.most_confident.empty()) {
    return "There are no mistakes.";
  }
  std::string text =
      fmt::format("{} of {} have an error at scores from {:g}.", count(mistakes.images_with_errors),
                  count_of(images, "image", "images"), mistakes.score);
  std::array<int64_t, kTideErrorCount> kinds{};
  for (const Mistake& mistake : mistakes.most_confident)
    ++kinds[static_cast<size_t>(mistake.error)];
  const auto most = std::max_element(kinds.begin(), kinds.end());
  if (*most > 0) {
    text +=
        fmt::format(" Of the {} most confident mistakes {} are {}.", mistakes.most_confident.size(),
                    *most, error_text(static_cast<TideError>(most - kinds.begin())).plural_within);
  }
  return text;
}

}  // namespace

std::string mistakes_section(const EvalReportInput& input) {
  PictureBook book(input);
  const std::string worst = worst_part(input, book);
  const std::string confident = confident_part(input, book);
  std::string key;
  if (book.asked() > book.missing()) {
    key = picture_key() +
          "<p class=\"note\">Detections with their kind of error and, where there is room, class "
          "and score. Dashed like a missed object, but without its tag: the object that a mistake "
          "is about.</p>\n";
  }
  if (book.missing() > 0) {
    key += fmt::format(
        "<p class=\"note\">{} of {} can’t be shown: they are missing, not to be read, or of "
        "another size than the annotations say.</p>\n",
        count(book.missing()), count_of(book.asked(), "picture", "pictures"));
  }
  return section("mistakes", "Look at the mistakes", mistakes_finding(input),
                 key + worst + confident);
}

}  // namespace rn::page
