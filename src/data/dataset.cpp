#include "data/dataset.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "core/error.h"
#include "core/parallel.h"
#include "data/fault_list.h"
#include "data/image.h"

namespace rn {
namespace {

namespace fs = std::filesystem;

/// Checking that files exist waits for the disk or the network, not for the processor.
constexpr int kFileCheckThreads = 8;

std::vector<Category> sorted_categories(const CocoFile& file, const std::string& source) {
  if (file.categories.empty()) {
    fail("{}: \"categories\" is empty; a detector needs at least one class to learn", source);
  }
  std::vector<Category> categories = file.categories;
  std::stable_sort(categories.begin(), categories.end(),
                   [](const Category& a, const Category& b) { return a.id < b.id; });
  for (size_t i = 1; i < categories.size(); ++i) {
    if (categories[i].id != categories[i - 1].id) continue;
    fail("{}: category id {} occurs twice (\"{}\" and \"{}\"); give each an id of its own", source,
         categories[i].id, categories[i - 1].name, categories[i].name);
  }
  return categories;
}

std::vector<LabelledImage> list_images(const CocoFile& file, const fs::path& folder,
                                       const std::string& source) {
  if (file.images.empty()) fail("{}: \"images\" is empty; there is nothing to learn from", source);
  FaultList faults(kMaxFaultsInError);
  std::unordered_map<int64_t, const CocoImage*> seen;
  std::vector<LabelledImage> images;
  images.reserve(file.images.size());
  for (const CocoImage& image : file.images) {
    const auto [it, is_new] = seen.emplace(image.id, &image);
    if (!is_new) {
      faults.add(
          fmt::format("{}: image id {} occurs twice (\"{}\" and \"{}\"); give each "
                      "image an id of its own",
                      source, image.id, it->second->file_name, image.file_name));
    } else if (image.file_name.empty()) {
      faults.add(fmt::format("{}: image {}: its file_name is empty; name the picture's file",
                             source, image.id));
    } else if (image.width < 0 || image.height < 0) {
      faults.add(fmt::format("{}: image {}: size {}x{} must be positive; write the picture's size",
                             source, image.id, image.width, image.height));
    }
    images.push_back({image.id, folder / image.file_name, {image.height, image.width}, {}});
  }
  faults.throw_if_any();
  return images;
}

/// Clipping and the shape of a batch need sizes, so pictures whose record has none are asked.
void fill_absent_sizes(std::vector<LabelledImage>& images, const std::string& source) {
  std::vector<LabelledImage*> absent;
  for (LabelledImage& image : images) {
    if (image.size.height == 0 || image.size.width == 0) absent.push_back(&image);
  }
  parallel_for(static_cast<int64_t>(absent.size()), 0, [&](int64_t i) {
    LabelledImage& image = *absent[static_cast<size_t>(i)];
    try {
      const cv::Mat picture = read_image(image.path);
      image.size = {picture.rows, picture.cols};
    } catch (const Error& error) {
      fail("{}: image {}: width and height are absent and the picture can't tell: {}", source,
           image.id, error.what());
    }
  });
}

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

/// Hands the annotations of a file to their images.
class AnnotationSorter {
 public:
  AnnotationSorter(std::vector<LabelledImage>& images, const std::vector<Category>& categories,
                   const std::string& source, InvalidBoxes invalid_boxes)
      : images_(images), source_(source), invalid_boxes_(invalid_boxes) {
    for (size_t i = 0; i < images.size(); ++i) image_index_.emplace(images[i].id, i);
    for (size_t i = 0; i < categories.size(); ++i) class_index_.emplace(categories[i].id, i);
    summary_.objects_per_class.resize(categories.size(), 0);
  }

  void add(const CocoAnnotation& annotation) {
    const auto image = image_index_.find(annotation.image_id);
    if (image == image_index_.end()) {
      fatal_.add(
          fmt::format("{}: annotation {}: its image_id {} is not among the images; add "
                      "the image or remove the annotation",
                      source_, annotation.id, annotation.image_id));
      return;
    }
    const auto label = class_index_.find(annotation.category_id);
    if (label == class_index_.end()) {
      fatal_.add(
          fmt::format("{}: image {} annotation {}: its category_id {} is not among the categories; "
                      "add the category or remove the annotation",
                      source_, annotation.image_id, annotation.id, annotation.category_id));
      return;
    }
    if (!ids_.insert(annotation.id).second) ++repeated_ids_;
    place(annotation, images_[image->second], static_cast<int64_t>(label->second));
  }

  /// @throws Error with the faults that can't be mended
  DatasetSummary finish(std::vector<std::string>& warnings) {
    fatal_.throw_if_any();
    summary_.images = static_cast<int64_t>(images_.size());
    summary_.empty_images = std::count_if(images_.begin(), images_.end(), [](const auto& image) {
      return image.objects.boxes.empty();
    });
    if (repeated_ids_ > 0) {
      mended_.add(
          fmt::format("{}: {} annotations repeat the id of another; kept", source_, repeated_ids_));
    }
    warnings = mended_.texts();
    return summary_;
  }

 private:
  void place(const CocoAnnotation& annotation, LabelledImage& image, int64_t label) {
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
    if (reaches_outside(*annotation.bbox, image.size)) ++summary_.clipped_boxes;
    if (annotation.iscrowd.value_or(false)) {
      image.objects.crowds.push_back(box);
      ++summary_.crowds;
      return;
    }
    if (box[2] - box[0] < 2 || box[3] - box[1] < 2) {
      ++summary_.tiny_boxes;
      mended_.add(fmt::format(
          "{}: image {} annotation {}: the box has only {:g}x{:g} pixels in the "
          "picture; kept, but look at it",
          source_, annotation.image_id, annotation.id, box[2] - box[0], box[3] - box[1]));
    }
    image.objects.boxes.push_back(box);
    image.objects.labels.push_back(label);
    ++summary_.objects;
    ++summary_.objects_per_class[static_cast<size_t>(label)];
  }

  void reject(const CocoAnnotation& annotation, const std::string& fault) {
    const std::string where = fmt::format("{}: image {} annotation {}: {}", source_,
                                          annotation.image_id, annotation.id, fault);
    if (invalid_boxes_ == InvalidBoxes::kRefuse) {
      fatal_.add(where + "; fix it, or set data.invalid_boxes=drop");
      return;
    }
    mended_.add(where + "; dropped");
    ++summary_.dropped_boxes;
  }

  std::vector<LabelledImage>& images_;
  const std::string& source_;
  InvalidBoxes invalid_boxes_;
  std::unordered_map<int64_t, size_t> image_index_;
  std::unordered_map<int64_t, size_t> class_index_;
  std::unordered_set<int64_t> ids_;
  int64_t repeated_ids_ = 0;
  DatasetSummary summary_;
  FaultList fatal_{kMaxFaultsInError};
  FaultList mended_{Dataset::kMaxWarnings};
};

void require_pictures(const std::vector<LabelledImage>& images, const fs::path& folder,
                      const std::string& source) {
  std::vector<char> is_there(images.size());
  parallel_for(static_cast<int64_t>(images.size()), kFileCheckThreads, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    std::error_code ignored;
    is_there[index] = fs::is_regular_file(images[index].path, ignored);
  });
  FaultList missing(kMaxFaultsInError);
  for (size_t i = 0; i < images.size(); ++i) {
    if (is_there[i]) continue;
    missing.add(
        fmt::format("{}: image {}: no file {}", source, images[i].id, images[i].path.string()));
  }
  if (missing.count() == 0) return;
  std::string text = fmt::format(
      "{} of {} pictures that {} names are not in {}; mend the folder "
      "or the file_names:",
      missing.count(), images.size(), source, folder.string());
  for (const std::string& line : missing.texts()) text += "\n" + line;
  throw Error(text);
}

}  // namespace

Dataset::Dataset(const CocoFile& file, const fs::path& image_folder, std::string source,
                 InvalidBoxes invalid_boxes)
    : source_(std::move(source)) {
  categories_ = sorted_categories(file, source_);
  images_ = list_images(file, image_folder, source_);
  fill_absent_sizes(images_, source_);
  AnnotationSorter sorter(images_, categories_, source_, invalid_boxes);
  for (const CocoAnnotation& annotation : file.annotations) sorter.add(annotation);
  summary_ = sorter.finish(warnings_);
}

Dataset Dataset::load(const DatasetConfig& config, InvalidBoxes invalid_boxes,
                      const std::string& key) {
  if (config.annotations.empty()) {
    fail("{}.annotations is not set; expected a COCO JSON file", key);
  }
  if (config.images.empty()) fail("{}.images is not set; expected the folder of the pictures", key);
  const CocoFile file = read_coco_file(config.annotations);
  std::error_code ignored;
  if (!fs::is_directory(config.images, ignored)) {
    fail("{}.images: {} is not a folder; expected the folder of the pictures that {} names", key,
         config.images, config.annotations);
  }
  if (!file.images.empty() && !file.categories.empty()) {
    require_pictures(list_images(file, config.images, config.annotations), config.images,
                     config.annotations);
  }
  return Dataset(file, config.images, config.annotations, invalid_boxes);
}

}  // namespace rn
