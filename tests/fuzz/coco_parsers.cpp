#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "coco/coco_file.h"
#include "coco/general_reader.h"
#include "coco/same_records.h"
#include "coco/usual_reader.h"
#include "core/error.h"
#include "eval/coco_evaluator.h"
#include "fuzz/memory_file.h"
#include "fuzz/parsers.h"

namespace rn::testing {
namespace {

/// What is evaluated at all: the arrays take 200 KB for each category.
constexpr size_t kMaxImages = 200;
constexpr size_t kMaxCategories = 20;
constexpr size_t kMaxRecords = 1000;

/// How the shortcut reads an input: a hash of the bytes decides, so that an input is always read in
/// the same way and a changed one in another. Steps of a few bytes make many borders between
/// stretches, which are guessed and checked as those of large files are.
struct ReadPlan {
  explicit ReadPlan(std::string_view bytes) {
    uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    hash ^= hash >> 32;
    threads = 1 + static_cast<int>(hash % 3);
    constexpr uint64_t kSteps[] = {8, 64, 256, 1024};
    step = 1 + static_cast<int64_t>(hash / 12 % kSteps[hash / 3 % 4]);
    // A stretch is a lock or two and a read: not so many of them that the time is reached.
    step = std::max(step, static_cast<int64_t>(bytes.size() / 256));
  }
  int threads = 1;
  int64_t step = 1;
};

/// What the shortcut takes the general reader must take, with the same records, and the steps and
/// threads must not matter. What the shortcut gives up on the general reader alone decides.
template <class Content>
Content read_both_ways(std::string_view bytes,
                       UsualRead<Content> (*usual)(const InputFile&, int, int64_t),
                       Content (*general)(const std::filesystem::path&)) {
  const MemoryFile memory(bytes);
  const InputFile file(memory.path());
  const ReadPlan plan(bytes);
  const auto whole = usual(file, 1, Window::kStep);
  const auto split = usual(file, plan.threads, plan.step);
  const auto shown = [&] { return fmt::format("{} threads, {} bytes", plan.threads, plan.step); };
  RN_CHECK(whole.content.has_value() == split.content.has_value(), "{}", shown());
  if (whole.content) RN_CHECK(same(*whole.content, *split.content), "{}", shown());
  try {
    Content content = general(memory.path());
    if (whole.content) RN_CHECK(same(*whole.content, content), "{}", shown());
    return content;
  } catch (const Error& error) {
    RN_CHECK(!whole.content, "taken, but {}", error.what());
    throw;
  }
}

/// With and without classes. Each number is a share, or -1.
void evaluate_both_ways(const CocoFile& file, const std::vector<CocoResult>& found) {
  const CocoGroundTruth ground_truth(file, "input");
  EvalOptions options;
  options.threads = 1;
  for (const bool class_agnostic : {false, true}) {
    options.class_agnostic = class_agnostic;
    const EvaluationResult result = evaluate(ground_truth, found, options);
    for (const double value : result.stats.values) {
      RN_CHECK(value == -1 || (value >= 0 && value <= 1 + 1e-12), "{}", value);
    }
  }
}

/// The objects themselves, with their areas as scores.
std::vector<CocoResult> as_found(const CocoFile& file) {
  std::set<int64_t> images;
  for (const CocoImage& image : file.images) images.insert(image.id);
  std::vector<CocoResult> found;
  for (const CocoAnnotation& object : file.annotations) {
    if (!object.bbox || !images.contains(object.image_id)) continue;
    found.push_back({object.image_id, object.category_id, *object.bbox, object.area.value_or(0.5)});
  }
  return found;
}

/// A ground truth that has every second detection as an object, each fifth as a crowd.
CocoFile as_truth(const std::vector<CocoResult>& found) {
  CocoFile file;
  std::set<int64_t> images, categories;
  for (size_t i = 0; i < found.size(); ++i) {
    const CocoResult& one = found[i];
    if (images.insert(one.image_id).second) file.images.push_back({one.image_id, "", 0, 0});
    if (categories.insert(one.category_id).second) file.categories.push_back({one.category_id, ""});
    if (i % 2 == 1) continue;
    CocoAnnotation object;
    object.id = static_cast<int64_t>(i);
    object.image_id = one.image_id;
    object.category_id = one.category_id;
    object.bbox = one.bbox;
    object.area = std::abs(one.bbox[2] * one.bbox[3]);
    object.iscrowd = i % 5 == 0;
    file.annotations.push_back(object);
  }
  return file;
}

bool is_small(const CocoFile& file, size_t detections) {
  return file.images.size() <= kMaxImages && file.categories.size() <= kMaxCategories &&
         std::max(file.annotations.size(), detections) <= kMaxRecords;
}

}  // namespace

void try_coco_file(std::string_view bytes) {
  try {
    const CocoFile file = read_both_ways(bytes, read_usual_coco_file, read_any_coco_file);
    const size_t records = file.images.size() + file.annotations.size() + file.categories.size();
    RN_CHECK(records <= bytes.size(), "{} records of {} bytes", records, bytes.size());
    const auto found = as_found(file);
    if (is_small(file, found.size())) evaluate_both_ways(file, found);
  } catch (const Error&) {
  }
}

void try_coco_results(std::string_view bytes) {
  try {
    const auto found = read_both_ways(bytes, read_usual_coco_results, read_any_coco_results);
    RN_CHECK(!found.empty() && found.size() <= bytes.size(), "{} records of {} bytes", found.size(),
             bytes.size());
    const CocoFile file = as_truth(found);
    if (is_small(file, found.size())) evaluate_both_ways(file, found);
  } catch (const Error&) {
  }
}

}  // namespace rn::testing
