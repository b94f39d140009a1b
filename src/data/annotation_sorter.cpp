#include "data/annotation_sorter.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace rn {
namespace {

constexpr std::string_view kBadBoxes = "boxes that can't be a target";

/// Why a box can't be a target, or an empty text.
std::string box_fault(const std::optional<std::array<double, 4>>& bbox, const ImageSize& size) {
  if (!bbox) return "it has no bbox";
  const auto [x, y, w, h] = *bbox;
  if (!(std::isfinite(x) && std::isfinite(y) && std::isfinite(w) && std::isfinite(h))) {
    return fmt::format("bbox [{}, {}, {}, {}] must be finite numbers", x, y, w, h);
  }
  if (!(w > 0)) return fmt::format("box width {} must be > 0", w);
  if (!(h > 0)) return fmt::format("box height {} must be > 0", h);
  const auto width = static_cast<double>(size.width);
  const auto height = static_cast<double>(size.height);
  if (x >= width || y >= height || x + w <= 0 || y + h <= 0) {
    return fmt::format("bbox [{}, {}, {}, {}] lies outside its {}x{} picture", x, y, w, h,
                       size.width, size.height);
  }
  return {};
}

XyxyBox clipped_xyxy(const std::array<double, 4>& bbox, const ImageSize& size) {
  const auto [x, y, w, h] = bbox;
  const auto width = static_cast<double>(size.width);
  const auto height = static_cast<double>(size.height);
  return {static_cast<float>(std::max(x, 0.0)), static_cast<float>(std::max(y, 0.0)),
          static_cast<float>(std::min(x + w, width)), static_cast<float>(std::min(y + h, height))};
}

bool reaches_outside(const std::array<double, 4>& bbox, const ImageSize& size) {
  const auto [x, y, w, h] = bbox;
  return x < -1 || y < -1 || x + w > static_cast<double>(size.width) + 1 ||
         y + h > static_cast<double>(size.height) + 1;
}

}  // namespace

AnnotationSorter::AnnotationSorter(std::vector<LabelledImage>& images,
                                   const std::vector<Category>& categories,
                                   const std::string& source, const DatasetPolicy& policy,
                                   FaultList& fatal, FaultList& mended)
    : images_(images), source_(source), policy_(policy), fatal_(fatal), mended_(mended) {
  for (size_t i = 0; i < images.size(); ++i) image_index_.emplace(images[i].id, i);
  for (size_t i = 0; i < categories.size(); ++i) {
    if (categories[i].is_used()) class_index_.emplace(categories[i].id, i);
  }
  summary_.objects_per_class.resize(categories.size(), 0);
}

void AnnotationSorter::add(const CocoAnnotation& annotation) {
  const auto image = image_index_.find(annotation.image_id);
  if (image == image_index_.end()) {
    fatal_.add("annotations of unknown images",
               fmt::format("{}: annotation {}: its image_id {} is not among the images; add "
                           "the image or remove the annotation",
                           source_, annotation.id, annotation.image_id));
    return;
  }
  const auto label = class_index_.find(annotation.category_id);
  if (label == class_index_.end()) {
    fatal_.add(
        "annotations of unknown categories",
        fmt::format("{}: image {} annotation {}: its category_id {} is not among the categories; "
                    "add the category or remove the annotation",
                    source_, annotation.image_id, annotation.id, annotation.category_id));
    return;
  }
  if (!ids_.insert(annotation.id).second) ++repeated_ids_;
  place(annotation, images_[image->second], static_cast<int64_t>(label->second));
}

DatasetSummary AnnotationSorter::finish() {
  summary_.images = static_cast<int64_t>(images_.size());
  summary_.empty_images = std::count_if(images_.begin(), images_.end(), [](const auto& image) {
    return image.objects.boxes.empty();
  });
  if (repeated_ids_ > 0) {
    mended_.add(
        "annotation ids that occur twice",
        fmt::format("{}: {} annotations repeat the id of another; kept", source_, repeated_ids_));
  }
  return summary_;
}

void AnnotationSorter::place(const CocoAnnotation& annotation, LabelledImage& image,
                             int64_t label) {
  if (image.is_faulty) return;
  std::string fault = box_fault(annotation.bbox, image.size);
  XyxyBox box{};
  if (fault.empty()) {
    box = clipped_xyxy(*annotation.bbox, image.size);
    // Also what is positive in the file can vanish in float32.
    if (!(box[2] > box[0] && box[3] > box[1])) fault = "no pixel of its box is in the picture";
  }
  if (!fault.empty()) {
    reject(annotation, fault);
    return;
  }
  if (reaches_outside(*annotation.bbox, image.size)) note_clipped(annotation, image.size);
  if (annotation.iscrowd.value_or(false)) {
    image.objects.crowds.push_back(box);
    ++summary_.crowds;
    return;
  }
  if (box[2] - box[0] < 2 || box[3] - box[1] < 2) {
    ++summary_.tiny_boxes;
    mended_.add(
        "boxes under 2 pixels",
        fmt::format("{}: image {} annotation {}: the box has only {:g}x{:g} pixels in the "
                    "picture; kept, but look at it",
                    source_, annotation.image_id, annotation.id, box[2] - box[0], box[3] - box[1]));
  }
  image.objects.boxes.push_back(box);
  image.objects.labels.push_back(label);
  ++summary_.objects;
  ++summary_.objects_per_class[static_cast<size_t>(label)];
}

void AnnotationSorter::note_clipped(const CocoAnnotation& annotation, const ImageSize& size) {
  ++summary_.clipped_boxes;
  if (!policy_.name_clipped) return;
  const auto [x, y, w, h] = *annotation.bbox;
  mended_.add("boxes partly outside their picture",
              fmt::format("{}: image {} annotation {}: bbox [{}, {}, {}, {}] reaches out of its "
                          "{}x{} picture; clipped to it",
                          source_, annotation.image_id, annotation.id, x, y, w, h, size.width,
                          size.height));
}

void AnnotationSorter::reject(const CocoAnnotation& annotation, const std::string& fault) {
  const std::string where = fmt::format("{}: image {} annotation {}: {}", source_,
                                        annotation.image_id, annotation.id, fault);
  if (policy_.invalid_boxes == InvalidBoxes::kRefuse) {
    fatal_.add(kBadBoxes, where + "; fix it, or set data.invalid_boxes=drop");
    return;
  }
  mended_.add(kBadBoxes, where + "; left out of training");
  ++summary_.dropped_boxes;
}

}  // namespace rn
