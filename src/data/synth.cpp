#include "data/synth.h"

#include <fstream>
#include <mutex>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/config_io.h"
#include "core/error.h"
#include "core/files.h"
#include "core/parallel.h"
#include "data/synth_scene.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kMarkFile = "synth.json";
constexpr const char* kMark = "retinanet data synth";

struct SplitPlan {
  SynthSplit split;
  const char* name;
  int64_t count;
};

std::string picture_name(int64_t index) { return fmt::format("{:06}.jpg", index + 1); }

fs::path annotation_path(const fs::path& folder, const SplitPlan& plan) {
  return folder / "annotations" / fmt::format("{}.json", plan.name);
}

/// True if an earlier call made the folder.
bool is_ours(const fs::path& folder) {
  const fs::path mark = folder / kMarkFile;
  if (!fs::exists(mark)) return false;
  const Json content = parse_json(read_file(mark));
  return content.is_object() && content.value("made_by", "") == kMark;
}

void check_folder(const fs::path& folder, bool overwrite) {
  std::error_code error;
  const auto status = fs::status(folder, error);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) {
    fail("{}: is a file; name a folder for the data set", folder.string());
  }
  if (overwrite || is_ours(folder)) return;
  const bool empty = fs::is_empty(folder, error);
  if (error) fail("{}: can't be read: {}", folder.string(), error.message());
  if (!empty) {
    fail(
        "{}: holds files that are not a set of `retinanet data synth`; name a new or empty folder, "
        "or give --overwrite to write among them",
        folder.string());
  }
}

/// Pictures of an earlier, larger set would be in no annotation file.
void remove_leftovers(const fs::path& folder, int64_t count) {
  for (int64_t i = count; fs::remove(folder / picture_name(i)); ++i) {
  }
}

/// From here on the folder says whose it is and has no annotations, so it isn't a whole set.
void prepare_folder(const fs::path& folder, const SynthConfig& config,
                    const std::vector<SplitPlan>& plans) {
  make_writable_folder(folder);
  const bool again = is_ours(folder);
  Json mark = {{"made_by", kMark}, {"config", to_json(config)}};
  write_file_atomically(folder / kMarkFile, json_text(mark, 2) + "\n");
  for (const SplitPlan& plan : plans) {
    make_writable_folder(annotation_path(folder, plan).parent_path());
    make_writable_folder(folder / plan.name);
    fs::remove(annotation_path(folder, plan));
    if (again) remove_leftovers(folder / plan.name, plan.count);
  }
}

void write_picture(const fs::path& path, const cv::Mat& rgb, int64_t quality) {
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  std::vector<uchar> bytes;
  cv::imencode(".jpg", bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, static_cast<int>(quality)});
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) fail("{}: can't be written; is the disk full?", path.string());
}

Json categories_json() {
  Json categories = Json::array();
  for (const ShapeClass& shape : shape_classes()) {
    categories.push_back(
        {{"id", shape.category.id}, {"name", shape.category.name}, {"supercategory", "shape"}});
  }
  return categories;
}

Json annotations_json(const SplitPlan& plan, const SynthConfig& config,
                      const std::vector<std::vector<SceneObject>>& scenes) {
  Json images = Json::array();
  Json annotations = Json::array();
  for (size_t i = 0; i < scenes.size(); ++i) {
    images.push_back({{"id", i + 1},
                      {"file_name", picture_name(static_cast<int64_t>(i))},
                      {"width", config.width},
                      {"height", config.height}});
    for (const SceneObject& object : scenes[i]) {
      const cv::Rect& box = object.box;
      annotations.push_back({{"id", annotations.size() + 1},
                             {"image_id", i + 1},
                             {"category_id", shape_classes()[object.class_index].category.id},
                             {"bbox", {box.x, box.y, box.width, box.height}},
                             {"area", object.visible},
                             {"iscrowd", object.crowd ? 1 : 0}});
    }
  }
  return {{"info",
           {{"description", fmt::format("Drawn shapes, {} split", plan.name)}, {"made_by", kMark}}},
          {"images", std::move(images)},
          {"annotations", std::move(annotations)},
          {"categories", categories_json()}};
}

void count_scenes(const std::vector<std::vector<SceneObject>>& scenes, SynthSummary& summary) {
  summary.images += static_cast<int64_t>(scenes.size());
  for (const auto& objects : scenes) {
    summary.empty_images += objects.empty();
    for (const SceneObject& object : objects) {
      summary.crowds += object.crowd;
      summary.objects += !object.crowd;
      summary.classes[object.class_index].second += !object.crowd;
    }
  }
}

}  // namespace

SynthSummary write_synthetic_dataset(const fs::path& folder, const SynthConfig& config,
                                     bool overwrite, const SynthProgress& progress, int threads) {
  const std::vector<SplitPlan> plans = {{SynthSplit::kTrain, "train", config.train_images},
                                        {SynthSplit::kVal, "val", config.val_images}};
  try {
    check_folder(folder, overwrite);
    prepare_folder(folder, config, plans);
  } catch (const fs::filesystem_error& error) {
    fail("{}: {}; name a folder that can be written", folder.string(), error.code().message());
  }

  SynthSummary summary;
  for (const ShapeClass& shape : shape_classes()) {
    summary.classes.emplace_back(shape.category.name, 0);
  }
  std::mutex mutex;
  int64_t done = 0;
  std::vector<std::string> files;
  for (const SplitPlan& plan : plans) {
    std::vector<std::vector<SceneObject>> scenes(static_cast<size_t>(plan.count));
    parallel_for(plan.count, threads, [&](int64_t i) {
      Scene scene = draw_scene(config, plan.split, i);
      write_picture(folder / plan.name / picture_name(i), scene.image, config.jpeg_quality);
      scenes[static_cast<size_t>(i)] = std::move(scene.objects);
      const std::lock_guard lock(mutex);
      ++done;
      if (progress) progress(done, config.train_images + config.val_images);
    });
    count_scenes(scenes, summary);
    files.push_back(json_text(annotations_json(plan, config, scenes)) + "\n");
  }
  for (size_t i = 0; i < plans.size(); ++i) {
    write_file_atomically(annotation_path(folder, plans[i]), files[i]);
  }
  return summary;
}

}  // namespace rn
