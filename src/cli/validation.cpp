#include "cli/validation.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/config_io.h"
#include "core/stopwatch.h"
#include "data/loader.h"

namespace rn {
namespace {

bool is_box(const CocoAnnotation& annotation) {
  if (!annotation.bbox) return false;
  for (const double value : *annotation.bbox) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

}  // namespace

CocoGroundTruth lenient_ground_truth(const std::filesystem::path& annotations) {
  CocoFile file = read_coco_file(annotations);
  // Of annotations that share an id, pycocotools counts the last one for all, and one with id 0 it
  // never counts as found; training keeps each.
  std::set<int64_t> ids = {0};
  const bool unique = std::all_of(file.annotations.begin(), file.annotations.end(),
                                  [&](const auto& a) { return ids.insert(a.id).second; });
  for (size_t i = 0; !unique && i < file.annotations.size(); ++i) {
    file.annotations[i].id = static_cast<int64_t>(i) + 1;
  }
  std::erase_if(file.annotations, [](const CocoAnnotation& a) { return !is_box(a); });
  for (CocoAnnotation& annotation : file.annotations) {
    if (!annotation.iscrowd) annotation.iscrowd = false;
    if (!annotation.area) annotation.area = (*annotation.bbox)[2] * (*annotation.bbox)[3];
  }
  return CocoGroundTruth(file, annotations.string());
}

void append_results(std::vector<CocoResult>& results, int64_t image_id,
                    const Detections& detections, const std::vector<Category>& categories) {
  if (detections.size() == 0) return;
  const auto boxes = detections.boxes.accessor<float, 2>();
  const auto scores = detections.scores.accessor<float, 1>();
  const auto labels = detections.labels.accessor<int64_t, 1>();
  for (int64_t d = 0; d < detections.size(); ++d) {
    const double x1 = boxes[d][0], y1 = boxes[d][1], x2 = boxes[d][2], y2 = boxes[d][3];
    results.push_back({image_id,
                       categories[static_cast<size_t>(labels[d])].id,
                       {x1, y1, x2 - x1, y2 - y1},
                       scores[d]});
  }
}

Validator::Validator(std::shared_ptr<const Dataset> dataset, const DataConfig& data,
                     int64_t batch_size)
    : dataset_(std::move(dataset)),
      ground_truth_(lenient_ground_truth(dataset_->source())),
      loader_options_(validation_loader(data, batch_size)) {}

bool Validator::detect(Detector& detector, std::vector<CocoResult>& results,
                       const BatchWatcher& watch, const GoOn& go_on) const {
  DataLoader loader(dataset_, loader_options_);
  loader.start(0);
  int64_t done = 0;
  while (const auto batch = loader.next()) {
    if (watch) {
      detector.watch_with([&](const Maps& logits, const std::vector<torch::Tensor>& anchors) {
        watch(*batch, logits, anchors);
      });
    }
    const auto detections = detector(batch->images, batch->sizes_input, batch->sizes_original);
    for (size_t i = 0; i < detections.size(); ++i) {
      append_results(results, batch->image_ids[i], detections[i], detector.categories());
    }
    done += batch->size();
    if (!go_on(done)) return false;
  }
  detector.watch_with({});
  return true;
}

std::vector<CocoResult> Validator::detect(Detector& detector, const Progress& progress) const {
  std::vector<CocoResult> results;
  detect(detector, results, {}, [&](int64_t done) {
    if (progress) progress(done);
    return true;
  });
  return results;
}

std::optional<Validator::Outcome> Validator::run(Detector& detector, const GoOn& go_on,
                                                 const BatchWatcher& watch) const {
  const Stopwatch time;
  std::vector<CocoResult> detections;
  if (!detect(detector, detections, watch, go_on)) return {};
  Outcome outcome = evaluate(std::move(detections));
  outcome.seconds = time.seconds();
  return outcome;
}

Validator::Outcome Validator::evaluate(std::vector<CocoResult> detections) const {
  const Stopwatch time;
  Outcome outcome;
  outcome.detections = std::move(detections);
  outcome.matches = match_detections(ground_truth_, outcome.detections);
  outcome.result = accumulate(ground_truth_, outcome.matches);
  outcome.seconds = time.seconds();
  return outcome;
}

EvaluationEvent evaluation_event(const Validator::Outcome& outcome) {
  EvaluationEvent event;
  event.stats = outcome.result.stats.values;
  for (const CategoryResult& category : outcome.result.per_category) {
    event.category_names.push_back(category.name);
    event.category_ap.push_back(category.ap);
  }
  event.seconds = outcome.seconds;
  return event;
}

std::string results_json(std::span<const CocoResult> results) {
  std::string text = "[";
  for (const CocoResult& r : results) {
    const auto& [x, y, width, height] = r.bbox;
    if (text.size() > 1) text += ",\n";
    text += fmt::format(R"({{"image_id":{},"category_id":{},"bbox":[{},{},{},{}],"score":{}}})",
                        r.image_id, r.category_id, x, y, width, height, r.score);
  }
  return text + "]\n";
}

}  // namespace rn
