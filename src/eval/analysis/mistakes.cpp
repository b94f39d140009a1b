#include "eval/analysis/mistakes.h"

#include <algorithm>

#include "core/error.h"
#include "eval/analysis/counted.h"
#include "eval/analysis/tide_rules.h"
#include "eval/matching.h"

namespace rn {
namespace {

using Object = CocoGroundTruth::Object;

/// A detection that counts at IoU .5.
struct Judged {
  const MatchOutcome* outcome = nullptr;
  int64_t image = 0;
  bool hit = false;
};

std::vector<Judged> judged_detections(const CocoGroundTruth& ground_truth,
                                      std::span<const CocoResult> detections,
                                      const Matches& matches) {
  std::vector<Judged> judged;
  for (const CategoryMatches& category : matches.categories) {
    for (const MatchOutcome& outcome : category.outcomes) {
      const bool hit = is_true_positive(outcome);
      if (!hit && !is_false_positive(outcome)) continue;
      const auto image = ground_truth.image_index(detections[outcome.record].image_id);
      RN_CHECK(image, "record {} image {}", outcome.record, detections[outcome.record].image_id);
      judged.push_back({&outcome, *image, hit});
    }
  }
  std::stable_sort(judged.begin(), judged.end(), [](const Judged& a, const Judged& b) {
    return ranks_before(a.outcome->score, b.outcome->score);
  });
  return judged;
}

ObjectView view_of(const Object& object, const CocoGroundTruth& ground_truth) {
  return {object.id, object.category, ground_truth.categories()[object.category].name, object.bbox};
}

/// Says of a false positive what is wrong with it.
class Judge {
 public:
  Judge(const CocoGroundTruth& ground_truth, std::span<const CocoResult> detections,
        const Matches& matches, std::span<const Judged> judged)
      : ground_truth_(ground_truth),
        detections_(detections),
        class_agnostic_(matches.class_agnostic),
        objects_(ground_truth.image_ids().size()),
        used_(ground_truth.objects().size()) {
    for (const Object& object : ground_truth.objects()) {
      if (object.crowd || !(class_agnostic_ || object.counts_by_category)) continue;
      objects_[object.image].push_back(&object);
    }
    for (const Judged& detection : judged) {
      if (detection.hit) used_[detection.outcome->object] = true;
    }
  }

  /// Those that count, in the order of the file.
  const std::vector<const Object*>& objects(int64_t image) const { return objects_[image]; }

  Mistake judge(const Judged& detection) const {
    const CocoResult& record = detections_[detection.outcome->record];
    Mistake mistake;
    mistake.record = detection.outcome->record;
    mistake.image_id = record.image_id;
    mistake.class_index = ground_truth_.category_index(record.category_id).value();
    mistake.class_name = ground_truth_.categories()[mistake.class_index].name;
    mistake.bbox = record.bbox;
    mistake.score = record.score;
    std::vector<TideNeighbour> neighbours;
    for (const Object* object : objects_[detection.image]) {
      neighbours.push_back({coco_iou(record.bbox, object->bbox, false),
                            class_agnostic_ || object->category == mistake.class_index,
                            used_[object->index] != 0});
    }
    const TideVerdict verdict = tide_verdict(neighbours);
    mistake.error = verdict.error;
    mistake.iou = verdict.iou;
    if (verdict.object >= 0) {
      mistake.object = view_of(*objects_[detection.image][verdict.object], ground_truth_);
    }
    return mistake;
  }

 private:
  const CocoGroundTruth& ground_truth_;
  std::span<const CocoResult> detections_;
  bool class_agnostic_;
  std::vector<std::vector<const Object*>> objects_;  ///< by image
  std::vector<char> used_;                           ///< by index
};

/// An image's detections above the threshold, and the numbers that it is ranked by.
struct ImageCount {
  std::vector<const Judged*> false_positives;
  std::vector<int64_t> found;  ///< objects, by index
  int64_t image = 0;
  int64_t objects = 0;
  int64_t missed() const { return objects - static_cast<int64_t>(found.size()); }
  int64_t errors() const { return static_cast<int64_t>(false_positives.size()) + missed(); }
  double f1() const {
    const auto hits = static_cast<double>(2 * found.size());
    return hits / (hits + static_cast<double>(errors()));
  }
};

/// Images with errors, worst first.
std::vector<ImageCount> rank_images(std::span<const Judged> judged, const Judge& judge,
                                    int64_t images, double score) {
  std::vector<ImageCount> counts(images);
  for (int64_t i = 0; i < images; ++i) {
    counts[i].image = i;
    counts[i].objects = static_cast<int64_t>(judge.objects(i).size());
  }
  for (const Judged& detection : judged) {
    if (!(detection.outcome->score >= score)) continue;
    ImageCount& count = counts[detection.image];
    if (!detection.hit) {
      count.false_positives.push_back(&detection);
    } else if (std::find(count.found.begin(), count.found.end(), detection.outcome->object) ==
               count.found.end()) {  // a category that is in the file twice is matched twice
      count.found.push_back(detection.outcome->object);
    }
  }
  std::erase_if(counts, [](const ImageCount& count) { return count.errors() == 0; });
  std::stable_sort(counts.begin(), counts.end(), [](const ImageCount& a, const ImageCount& b) {
    if (a.errors() != b.errors()) return a.errors() > b.errors();
    return a.f1() < b.f1();
  });
  return counts;
}

ImageMistakes describe(const ImageCount& count, const CocoGroundTruth& ground_truth,
                       const Judge& judge) {
  ImageMistakes image;
  image.image_id = ground_truth.image_ids()[count.image];
  image.objects = count.objects;
  image.true_positives = static_cast<int64_t>(count.found.size());
  image.f1 = count.f1();
  for (const Judged* detection : count.false_positives) {
    image.false_positives.push_back(judge.judge(*detection));
  }
  for (const Object* object : judge.objects(count.image)) {
    const bool found =
        std::find(count.found.begin(), count.found.end(), object->index) != count.found.end();
    if (!found) image.missed.push_back(view_of(*object, ground_truth));
  }
  return image;
}

void check_mistake_options(const MistakeOptions& options) {
  if (options.score != options.score) fail("mistakes: score NaN, expected such as {}", kKeptScore);
  if (options.max_images < 0 || options.max_mistakes < 0) {
    fail("mistakes: limits {} and {}, expected numbers >= 0", options.max_images,
         options.max_mistakes);
  }
}

}  // namespace

Mistakes make_mistakes(const CocoGroundTruth& ground_truth, std::span<const CocoResult> detections,
                       const Matches& matches, const MistakeOptions& options) {
  check_mistake_options(options);
  const auto judged = judged_detections(ground_truth, detections, matches);
  const Judge judge(ground_truth, detections, matches, judged);
  Mistakes mistakes;
  mistakes.score = options.score;
  for (const Judged& detection : judged) {
    if (static_cast<int64_t>(mistakes.most_confident.size()) >= options.max_mistakes) break;
    if (!detection.hit) mistakes.most_confident.push_back(judge.judge(detection));
  }
  const auto images = static_cast<int64_t>(ground_truth.image_ids().size());
  const auto ranked = rank_images(judged, judge, images, options.score);
  mistakes.images_with_errors = static_cast<int64_t>(ranked.size());
  const auto listed = std::min<int64_t>(mistakes.images_with_errors, options.max_images);
  for (int64_t i = 0; i < listed; ++i) {
    mistakes.worst_images.push_back(describe(ranked[i], ground_truth, judge));
  }
  return mistakes;
}

}  // namespace rn
