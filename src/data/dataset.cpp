#include "data/dataset.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "core/error.h"
#include "core/parallel.h"
#include "data/annotation_sorter.h"
#include "data/image.h"

namespace rn {
namespace {

namespace fs = std::filesystem;

/// Checking that files exist waits for the disk or the network, not for the processor.
constexpr int kFileCheckThreads = 8;

std::vector<Category> sorted_categories(std::vector<Category> categories,
                                        const std::string& source) {
  if (categories.empty()) {
    fail("{}: \"categories\" is empty; a detector needs at least one class to learn", source);
  }
  std::stable_sort(categories.begin(), categories.end(),
                   [](const Category& a, const Category& b) { return a.id < b.id; });
  for (size_t i = 1; i < categories.size(); ++i) {
    if (categories[i].id != categories[i - 1].id) continue;
    fail("{}: category id {} occurs twice (\"{}\" and \"{}\"); give each an id of its own", source,
         categories[i].id, categories[i - 1].name, categories[i].name);
  }
  for (const Category& category : categories) {
    if (!category.is_used()) fail("{}: category {} has no name; give it one", source, category.id);
  }
  return categories;
}

/// A category for each id from 0 to the largest.
std::vector<Category> indexed_by_id(const std::vector<Category>& sorted,
                                    const std::string& source) {
  constexpr int64_t kMaxId = 9999;  // beyond, the ids are names, not indices
  if (sorted.front().id < 0 || sorted.back().id > kMaxId) {
    fail(
        "{}: data.labels=category_id makes a logit for every id from 0 to the largest, and the ids "
        "go from {} to {}; expected 0 to {}: number the categories anew or set "
        "data.labels=contiguous",
        source, sorted.front().id, sorted.back().id, kMaxId);
  }
  std::vector<Category> categories(static_cast<size_t>(sorted.back().id) + 1);
  for (size_t i = 0; i < categories.size(); ++i) categories[i].id = static_cast<int64_t>(i);
  for (const Category& category : sorted) {
    categories[static_cast<size_t>(category.id)].name = category.name;
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
    images.push_back({image.id, folder / image.file_name, {image.height, image.width}, {}});
    const auto [it, is_new] = seen.emplace(image.id, &image);
    std::string_view kind;
    std::string fault;
    if (!is_new) {
      kind = "image ids that occur twice";
      fault = fmt::format(
          "{}: image id {} occurs twice (\"{}\" and \"{}\"); give each image an id of its own",
          source, image.id, it->second->file_name, image.file_name);
    } else if (image.file_name.empty()) {
      kind = "images without a file_name";
      fault = fmt::format("{}: image {}: its file_name is empty; name the picture's file", source,
                          image.id);
    } else if (image.width < 0 || image.height < 0) {
      kind = "images of an impossible size";
      fault = fmt::format("{}: image {}: size {}x{} must be positive; write the picture's size",
                          source, image.id, image.width, image.height);
    }
    if (fault.empty()) continue;
    images.back().is_faulty = true;
    faults.add(kind, std::move(fault));
  }
  return images;
}

/// Clipping and the shape of a batch need sizes, so pictures whose record has none are asked.
void fill_absent_sizes(std::vector<LabelledImage>& images, const std::string& source,
                       FaultList& faults) {
  std::vector<LabelledImage*> absent;
  for (LabelledImage& image : images) {
    const bool is_absent = image.size.height == 0 || image.size.width == 0;
    if (is_absent && !image.is_faulty) absent.push_back(&image);
  }
  std::vector<std::string> reasons(absent.size());
  parallel_for(static_cast<int64_t>(absent.size()), 0, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    LabelledImage& image = *absent[index];
    try {
      const cv::Mat picture = read_image(image.path);
      image.size = {picture.rows, picture.cols};
    } catch (const Error& error) {
      image.is_faulty = true;
      reasons[index] = error.what();
    }
  });
  for (size_t i = 0; i < absent.size(); ++i) {
    if (reasons[i].empty()) continue;
    faults.add(
        "images without a size",
        fmt::format("{}: image {}: width and height are absent and the picture can't tell: {}",
                    source, absent[i]->id, reasons[i]));
  }
}

void require_files(std::vector<LabelledImage>& images, const fs::path& folder,
                   const std::string& source, FaultList& faults) {
  std::vector<char> is_missing(images.size());  // not bool: written by several threads
  parallel_for(static_cast<int64_t>(images.size()), kFileCheckThreads, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    std::error_code ignored;
    is_missing[index] =
        !images[index].is_faulty && !fs::is_regular_file(images[index].path, ignored);
  });
  const auto missing = std::count(is_missing.begin(), is_missing.end(), true);
  if (missing == 0) return;
  faults.note(
      fmt::format("{} of {} pictures that {} names are not in {}; mend the folder or the "
                  "file_names:",
                  missing, images.size(), source, folder.string()));
  for (size_t i = 0; i < images.size(); ++i) {
    if (!is_missing[i]) continue;
    images[i].is_faulty = true;
    faults.add("missing pictures", fmt::format("{}: image {}: no file {}", source, images[i].id,
                                               images[i].path.string()));
  }
}

CocoFile read_annotations(const DatasetConfig& config, const std::string& key) {
  if (config.annotations.empty()) {
    fail("{}.annotations is not set; expected a COCO JSON file", key);
  }
  if (config.images.empty()) fail("{}.images is not set; expected the folder of the pictures", key);
  std::error_code ignored;
  if (fs::is_directory(config.annotations, ignored)) {
    fail(
        "{0}.annotations: {1} is a folder; expected a COCO JSON file (the pictures' folder goes "
        "into {0}.images)",
        key, config.annotations);
  }
  CocoFile file = read_coco_file(config.annotations);
  if (!fs::is_directory(config.images, ignored)) {
    fail("{}.images: {} is not a folder; expected the folder of the pictures that {} names", key,
         config.images, config.annotations);
  }
  return file;
}

}  // namespace

std::vector<Category> class_list(std::vector<Category> categories, LabelRule labels,
                                 const std::string& source) {
  categories = sorted_categories(std::move(categories), source);
  return labels == LabelRule::kCategoryId ? indexed_by_id(categories, source) : categories;
}

Dataset::Dataset(const CocoFile& file, const fs::path& image_folder, std::string source,
                 const DatasetPolicy& policy)
    : source_(std::move(source)) {
  FaultList fatal(policy.max_named);
  take(file, image_folder, policy, /*files_must_exist=*/false, fatal);
  fatal.throw_if_any();
}

FaultList Dataset::take(const CocoFile& file, const fs::path& image_folder,
                        const DatasetPolicy& policy, bool files_must_exist, FaultList& fatal) {
  categories_ = class_list(file.categories, policy.labels, source_);
  images_ = list_images(file, image_folder, source_, fatal);
  if (files_must_exist) require_files(images_, image_folder, source_, fatal);
  fill_absent_sizes(images_, source_, fatal);
  FaultList mended(policy.max_named);
  AnnotationSorter sorter(images_, categories_, source_, policy, fatal, mended);
  for (const CocoAnnotation& annotation : file.annotations) sorter.add(annotation);
  summary_ = sorter.finish();
  warnings_ = mended.texts();
  return mended;
}

Dataset Dataset::load(const DatasetConfig& config, const DatasetPolicy& policy,
                      const std::string& key) {
  const CocoFile file = read_annotations(config, key);
  Dataset dataset;
  dataset.source_ = config.annotations;
  FaultList fatal(policy.max_named);
  dataset.take(file, config.images, policy, /*files_must_exist=*/true, fatal);
  fatal.throw_if_any();
  return dataset;
}

Dataset Dataset::inspect(const DatasetConfig& config, DatasetPolicy policy, const std::string& key,
                         DatasetFaults& faults) {
  const CocoFile file = read_annotations(config, key);
  Dataset dataset;
  dataset.source_ = config.annotations;
  policy.max_named = std::numeric_limits<int64_t>::max();
  policy.name_clipped = true;
  FaultList fatal(policy.max_named);
  faults.mended =
      dataset.take(file, config.images, policy, /*files_must_exist=*/true, fatal).faults();
  faults.fatal = fatal.faults();
  std::erase_if(faults.fatal, [](const Fault& fault) { return fault.kind.empty(); });  // notes
  for (auto& found : {repeated_boxes(file, dataset.source_), doubtful_categories(dataset)}) {
    faults.mended.insert(faults.mended.end(), found.begin(), found.end());
  }
  return dataset;
}

}  // namespace rn
