#include "cli/run_pictures.h"

#include <algorithm>
#include <map>

#include "data/image.h"
#include "data/loader.h"
#include "infer/anchor_drawing.h"
#include "infer/drawing.h"
#include "infer/jpeg_file.h"
#include "infer/truth_drawing.h"

namespace rn {
namespace {

// About twice the pixels at which they are seen: screens have two in one of CSS.
constexpr int64_t kLongSideOfTraining = 560;
constexpr int64_t kLongSideOfPage = 800;
constexpr int64_t kLongSideOfDrawing = 1280;

std::string css_colour(int64_t label) {
  const cv::Vec3b rgb = class_colour(label);
  return fmt::format("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
}

std::string file_name(const LabelledImage& image) { return image.path.filename().string(); }

std::vector<PictureBox> boxes_of(const GroundTruth& truth, const Dataset& dataset) {
  std::vector<PictureBox> boxes;
  const auto xyxy = truth.boxes.accessor<float, 2>();
  const auto labels = truth.labels.accessor<int64_t, 1>();
  for (int64_t i = 0; i < truth.labels.size(0); ++i) {
    boxes.push_back({{xyxy[i][0], xyxy[i][1], xyxy[i][2], xyxy[i][3]},
                     dataset.categories()[static_cast<size_t>(labels[i])].name,
                     css_colour(labels[i]),
                     false});
  }
  const auto crowds = truth.crowds.accessor<float, 2>();
  for (int64_t i = 0; i < truth.crowds.size(0); ++i) {
    boxes.push_back({{crowds[i][0], crowds[i][1], crowds[i][2], crowds[i][3]},
                     "crowd",
                     "#ffffff",
                     /*is_dashed=*/true});
  }
  return boxes;
}

std::map<int64_t, const LabelledImage*> images_by_id(const Dataset& dataset) {
  std::map<int64_t, const LabelledImage*> images;
  for (const LabelledImage& image : dataset.images()) images[image.id] = &image;
  return images;
}

/// What was found in a picture, against its truth.
struct Judged {
  const LabelledImage* image;
  Detections detections;
  PictureTruth truth;
  TruthMatch match;

  int64_t errors() const { return match.wrong + match.missed; }
  int64_t balance() const { return match.right - errors(); }
};

Detections as_detections(std::vector<const CocoResult*> results,
                         const std::map<int64_t, int64_t>& label_of) {
  std::stable_sort(results.begin(), results.end(),
                   [](const auto* a, const auto* b) { return a->score > b->score; });
  const auto count = static_cast<int64_t>(results.size());
  Detections detections{torch::empty({count, 4}), torch::empty({count}),
                        torch::empty({count}, torch::kInt64)};
  auto boxes = detections.boxes.accessor<float, 2>();
  auto scores = detections.scores.accessor<float, 1>();
  auto labels = detections.labels.accessor<int64_t, 1>();
  for (int64_t i = 0; i < count; ++i) {
    const auto& [x, y, w, h] = results[static_cast<size_t>(i)]->bbox;
    boxes[i][0] = static_cast<float>(x);
    boxes[i][1] = static_cast<float>(y);
    boxes[i][2] = static_cast<float>(x + w);
    boxes[i][3] = static_cast<float>(y + h);
    scores[i] = static_cast<float>(results[static_cast<size_t>(i)]->score);
    labels[i] = label_of.at(results[static_cast<size_t>(i)]->category_id);
  }
  return detections;
}

PictureTruth truth_of(const LabelledImage& image) {
  PictureTruth truth;
  truth.is_known = true;
  for (size_t i = 0; i < image.objects.boxes.size(); ++i) {
    truth.objects.push_back({image.objects.boxes[i], image.objects.labels[i], false});
  }
  for (const XyxyBox& box : image.objects.crowds) truth.objects.push_back({box, 0, true});
  return truth;
}

std::vector<Judged> judge(const Dataset& dataset, std::span<const CocoResult> results, double score,
                          const Truth& truth) {
  std::map<int64_t, int64_t> label_of;
  for (int64_t i = 0; i < dataset.num_classes(); ++i) {
    label_of[dataset.categories()[static_cast<size_t>(i)].id] = i;
  }
  std::map<int64_t, std::vector<const CocoResult*>> by_image;
  for (const CocoResult& result : results) {
    if (result.score >= score) by_image[result.image_id].push_back(&result);
  }
  std::vector<Judged> judged;
  for (const LabelledImage& image : dataset.images()) {
    Judged one{&image, as_detections(by_image[image.id], label_of), truth_of(image), {}};
    one.match = match_truth(one.detections, one.truth, truth);
    judged.push_back(std::move(one));
  }
  return judged;
}

/// Indices of the best, then of the worst.
std::vector<size_t> chosen(const std::vector<Judged>& judged, size_t each) {
  std::vector<size_t> best, worst;
  for (size_t i = 0; i < judged.size(); ++i) {
    if (judged[i].match.right > 0) best.push_back(i);
    if (judged[i].errors() > 0) worst.push_back(i);
  }
  std::stable_sort(best.begin(), best.end(),
                   [&](size_t a, size_t b) { return judged[a].balance() > judged[b].balance(); });
  std::stable_sort(worst.begin(), worst.end(),
                   [&](size_t a, size_t b) { return judged[a].errors() > judged[b].errors(); });
  best.resize(std::min(best.size(), each));
  std::erase_if(worst,
                [&](size_t i) { return std::find(best.begin(), best.end(), i) != best.end(); });
  worst.resize(std::min(worst.size(), each));
  best.insert(best.end(), worst.begin(), worst.end());
  return best;
}

/// Crowds are left out: nothing in them is right or wrong.
std::vector<PictureBox> truth_boxes(const Judged& one, const std::vector<std::string>& names) {
  std::vector<PictureBox> boxes;
  for (size_t i = 0; i < one.truth.objects.size(); ++i) {
    const TruthObject& object = one.truth.objects[i];
    if (object.is_crowd) continue;
    const auto& [x1, y1, x2, y2] = object.box;
    boxes.push_back({{x1, y1, x2, y2},
                     names[static_cast<size_t>(object.label)],
                     css_colour(object.label),
                     !one.match.is_found[i]});
  }
  return boxes;
}

std::vector<PictureBox> found_boxes(const Judged& one, const std::vector<std::string>& names) {
  std::vector<PictureBox> boxes;
  const auto xyxy = one.detections.boxes.accessor<float, 2>();
  const auto scores = one.detections.scores.accessor<float, 1>();
  const auto labels = one.detections.labels.accessor<int64_t, 1>();
  for (int64_t i = 0; i < one.detections.size(); ++i) {
    boxes.push_back({{xyxy[i][0], xyxy[i][1], xyxy[i][2], xyxy[i][3]},
                     fmt::format("{} {:.2f}", names[static_cast<size_t>(labels[i])], scores[i]),
                     css_colour(labels[i]),
                     one.match.detections[static_cast<size_t>(i)] == Verdict::kWrong});
  }
  return boxes;
}

TruthBeside beside(const Judged& one, const cv::Mat& picture,
                   const std::vector<std::string>& names) {
  const TruthMatch& match = one.match;
  TruthBeside beside;
  beside.truth = {file_name(*one.image),
                  encode_jpeg(picture, kLongSideOfPage).bytes,
                  picture.cols,
                  picture.rows,
                  truth_boxes(one, names),
                  fmt::format("truth, {} missed", match.missed)};
  beside.found = found_boxes(one, names);
  beside.found_note = fmt::format("found, {} right and {} wrong", match.right, match.wrong);
  return beside;
}

}  // namespace

std::vector<RunPicture> training_pictures(const std::shared_ptr<const Dataset>& dataset,
                                          const DataConfig& config, int64_t batch_size,
                                          uint64_t seed, size_t most) {
  LoaderOptions options = training_loader(config, batch_size, seed);
  options.workers = 0;
  options.cache_mb = 0;
  DataLoader loader(dataset, options);
  loader.start(0);
  const auto images = images_by_id(*dataset);
  std::vector<RunPicture> pictures;
  while (pictures.size() < most) {
    const auto batch = loader.next();
    if (!batch) break;
    for (size_t i = 0; i < batch->image_ids.size() && pictures.size() < most; ++i) {
      const InputImages input{batch->images.narrow(0, static_cast<int64_t>(i), 1),
                              {batch->sizes_input[i]},
                              {batch->sizes_original[i]}};
      const cv::Mat seen = seen_by_network(input, config);
      RunPicture picture{file_name(*images.at(batch->image_ids[i])),
                         encode_jpeg(seen, kLongSideOfTraining).bytes,
                         seen.cols,
                         seen.rows,
                         boxes_of(batch->targets[i], *dataset),
                         ""};
      const auto& size = batch->sizes_input[i];
      picture.note =
          fmt::format("{} x {} in {} x {}", size.width, size.height, seen.cols, seen.rows);
      pictures.push_back(std::move(picture));
    }
  }
  return pictures;
}

ValidationPictures::ValidationPictures(const Dataset& dataset)
    : dataset_(dataset), truth_(dataset.source(), dataset.categories()) {}

std::vector<ValidationPicture> ValidationPictures::draw(std::span<const CocoResult> detections,
                                                        double score, size_t each) const {
  const std::vector<Judged> judged = judge(dataset_, detections, score, truth_);
  std::vector<ValidationPicture> pictures;
  for (const size_t index : chosen(judged, each)) {
    const Judged& one = judged[index];
    const cv::Mat picture = read_image(one.image->path, one.image->size);
    pictures.push_back(
        {beside(one, picture, truth_.names()),
         encode_jpeg(draw_beside_truth(picture, one.detections, one.truth, one.match, truth_),
                     kLongSideOfDrawing)});
  }
  return pictures;
}

}  // namespace rn
