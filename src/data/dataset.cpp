#include "data/dataset.h"

#include <algorithm>
#include <unordered_map>

#include "core/error.h"
#include "core/parallel.h"
#include "data/annotation_sorter.h"
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
                                       const std::string& source, FaultList& faults) {
  if (file.images.empty()) fail("{}: \"images\" is empty; there is nothing to learn from", source);
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
  return images;
}

/// Clipping and the shape of a batch need sizes, so pictures whose record has none are asked.
void fill_absent_sizes(std::vector<LabelledImage>& images, const std::string& source,
                       FaultList& faults) {
  std::vector<LabelledImage*> absent;
  for (LabelledImage& image : images) {
    if (image.size.height == 0 || image.size.width == 0) absent.push_back(&image);
  }
  std::vector<std::string> reasons(absent.size());
  parallel_for(static_cast<int64_t>(absent.size()), 0, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    LabelledImage& image = *absent[index];
    try {
      const cv::Mat picture = read_image(image.path);
      image.size = {picture.rows, picture.cols};
    } catch (const Error& error) {
      image.size = {0, 0};
      reasons[index] = error.what();
    }
  });
  for (size_t i = 0; i < absent.size(); ++i) {
    if (reasons[i].empty()) continue;
    faults.add(
        fmt::format("{}: image {}: width and height are absent and the picture can't tell: {}",
                    source, absent[i]->id, reasons[i]));
  }
}

void require_files(const std::vector<LabelledImage>& images, const fs::path& folder,
                   const std::string& source, FaultList& faults) {
  std::vector<char> is_there(images.size());  // not bool: written by several threads
  parallel_for(static_cast<int64_t>(images.size()), kFileCheckThreads, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    std::error_code ignored;
    is_there[index] = fs::is_regular_file(images[index].path, ignored);
  });
  const auto missing = std::count(is_there.begin(), is_there.end(), false);
  if (missing == 0) return;
  faults.add(
      fmt::format("{} of {} pictures that {} names are not in {}; mend the folder or the "
                  "file_names:",
                  missing, images.size(), source, folder.string()));
  for (size_t i = 0; i < images.size(); ++i) {
    if (is_there[i]) continue;
    faults.add(
        fmt::format("{}: image {}: no file {}", source, images[i].id, images[i].path.string()));
  }
}

}  // namespace

Dataset::Dataset(const CocoFile& file, const fs::path& image_folder, std::string source,
                 const FaultPolicy& policy)
    : Dataset(file, image_folder, std::move(source), policy, /*files_must_exist=*/false) {}

Dataset::Dataset(const CocoFile& file, const fs::path& image_folder, std::string source,
                 const FaultPolicy& policy, bool files_must_exist)
    : categories_(sorted_categories(file, source)), source_(std::move(source)) {
  FaultList fatal(policy.max_named);
  FaultList mended(policy.max_named);
  images_ = list_images(file, image_folder, source_, fatal);
  if (files_must_exist) require_files(images_, image_folder, source_, fatal);
  fill_absent_sizes(images_, source_, fatal);
  AnnotationSorter sorter(images_, categories_, source_, policy.invalid_boxes, fatal, mended);
  for (const CocoAnnotation& annotation : file.annotations) sorter.add(annotation);
  summary_ = sorter.finish();
  fatal.throw_if_any();
  warnings_ = mended.texts();
}

Dataset Dataset::load(const DatasetConfig& config, const FaultPolicy& policy,
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
  return Dataset(file, config.images, config.annotations, policy, /*files_must_exist=*/true);
}

}  // namespace rn
