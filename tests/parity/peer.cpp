#include "parity/peer.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "data/dataset.h"
#include "data/image.h"
#include "data/synth.h"
#include "model/torch_writer.h"
#include "model/weight_file.h"
#include "parity/python.h"

namespace rn::parity {
namespace fs = std::filesystem;
namespace {

Picture picture_of(const LabelledImage& image) {
  Picture picture{read_image(image.path, image.size), {}};
  std::vector<torch::Tensor> boxes;
  for (const XyxyBox& box : image.objects.boxes) {
    boxes.push_back(torch::tensor({box[0], box[1], box[2], box[3]}, torch::kFloat32));
  }
  picture.objects.boxes = boxes.empty() ? torch::zeros({0, 4}) : torch::stack(boxes);
  picture.objects.labels = torch::tensor(image.objects.labels, torch::kInt64);
  picture.objects.crowds = torch::zeros({0, 4});
  return picture;
}

/// Wide and tall ones in turn, each with a few objects.
std::vector<Picture> choose(const Dataset& dataset, size_t count) {
  std::vector<Picture> chosen;
  for (const LabelledImage& image : dataset.images()) {
    const bool wants_tall = chosen.size() % 2 == 1;
    const bool is_tall = image.size.height > image.size.width;
    const size_t objects = image.objects.labels.size();
    if (is_tall != wants_tall || objects < 3 || objects > 20) continue;
    chosen.push_back(picture_of(image));
    if (chosen.size() == count) return chosen;
  }
  fail("{}: not enough pictures for the parity tests", dataset.source());
}

/// Drawn scenes, every second one turned to be tall.
std::vector<Picture> draw(size_t count) {
  const fs::path folder = own_folder("scenes");
  SynthConfig config;
  config.train_images = static_cast<int64_t>(4 * count);
  config.val_images = 1;
  write_synthetic_dataset(folder, config);
  const Dataset dataset =
      Dataset::load({(folder / "train").string(), (folder / "annotations/train.json").string()},
                    {InvalidBoxes::kDrop, LabelRule::kCategoryId}, "data.train");
  std::vector<Picture> chosen;
  for (const LabelledImage& image : dataset.images()) {
    if (image.objects.labels.empty()) continue;
    Picture picture = picture_of(image);
    if (chosen.size() % 2 == 1) {
      const auto b = picture.objects.boxes;  // transposed: x and y change places
      picture.image = picture.image.t();
      picture.objects.boxes =
          torch::stack({b.select(1, 1), b.select(1, 0), b.select(1, 3), b.select(1, 2)}, 1);
    }
    chosen.push_back(std::move(picture));
    if (chosen.size() == count) break;
  }
  fs::remove_all(folder);
  return chosen;
}

}  // namespace

bool can_import(const std::string& modules) { return !python_with(modules).empty(); }

std::string run_python(const std::vector<std::string>& arguments) {
  static const std::string python = python_with("torchvision");
  return run_python(python, arguments);
}

std::vector<Picture> pictures(size_t count) {
  const fs::path folder = fs::path(RN_SOURCE_DIR) / "../shared/data/coco-sample";
  if (!fs::exists(folder)) return draw(count);
  return choose(Dataset::load({(folder / "val2017").string(),
                               (folder / "annotations/instances_val2017.json").string()},
                              {InvalidBoxes::kDrop, LabelRule::kCategoryId}, "data.val"),
                count);
}

std::string Case::version() const { return profile == Profile::kTorchvisionV1 ? "v1" : "v2"; }

std::string Case::name() const {
  return fmt::format("{} {}, {}", version(), enum_name(backbone),
                     batch == 1 ? "1 image" : fmt::format("{} images", batch));
}

AppConfig Case::config() const {
  AppConfig config;
  apply_profile(profile, config);
  config.model.backbone.name = backbone;
  return config;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto profile : {Profile::kTorchvisionV1, Profile::kTorchvisionV2}) {
    for (const auto backbone :
         {BackboneName::kResNet18, BackboneName::kResNet50, BackboneName::kResNet101}) {
      for (const size_t batch : {1, 2}) cases.push_back({profile, backbone, batch});
    }
  }
  return cases;
}

std::string case_name(const Case& c) {
  return fmt::format("{}_{}_x{}", c.version(), enum_name(c.backbone), c.batch);
}

Peer::Peer(const Case& c, const std::vector<Picture>& inputs,
           const std::vector<std::string>& arguments)
    : folder_(own_folder(case_name(c))) {
  StateDict tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const cv::Mat image =
        inputs[i].image.isContinuous() ? inputs[i].image : inputs[i].image.clone();
    tensors[fmt::format("image.{}", i)] =
        torch::from_blob(image.data, {image.rows, image.cols, 3}, torch::kUInt8).clone();
    tensors[fmt::format("boxes.{}", i)] = inputs[i].objects.boxes;
    tensors[fmt::format("labels.{}", i)] = inputs[i].objects.labels;
  }
  write_torch_file(path("input.pth"), tensors);
  std::vector<std::string> command = {std::string(RN_SOURCE_DIR) + "/tests/parity/peer.py",
                                      path("input.pth").string(),
                                      folder_.string(),
                                      "--version",
                                      c.version(),
                                      "--backbone",
                                      std::string(enum_name(c.backbone)),
                                      "--batch",
                                      std::to_string(c.batch)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  run_python(command);
}

Peer::~Peer() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

StateDict Peer::read(const std::string& name) const { return read_weights(path(name)).tensors; }

void report(const Case& c, const std::string& what, double largest, double limit) {
  fmt::print("[parity] {} | {} | {:.2g} | {:g}\n", c.name(), what, largest, limit);
  std::fflush(stdout);
  EXPECT_LE(largest, limit) << c.name() << ", " << what;
}

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  if (a.numel() == 0) return 0.0;
  const double largest = (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
  return std::isfinite(largest) ? largest : std::numeric_limits<double>::infinity();
}

double relative_difference(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  const auto reference = b.to(torch::kFloat64);
  const double distance = (a.to(torch::kFloat64) - reference).norm().item<double>();
  const double norm = reference.norm().item<double>();
  if (distance == 0.0) return 0.0;
  const double relative = distance / norm;
  return std::isfinite(relative) ? relative : std::numeric_limits<double>::infinity();
}

Detections ranked_as(const Detections& found, const Detections& theirs) {
  constexpr double kNear = 1e-5;
  const int64_t count = std::min(theirs.size(), found.size());
  std::vector<int64_t> rows(static_cast<size_t>(theirs.size()));
  std::iota(rows.begin(), rows.end(), 0);
  for (int64_t d = 0; d < count; ++d) {
    const auto same = (theirs.scores - found.scores[d])
                          .abs()
                          .lt(kNear)
                          .logical_and(theirs.labels == found.labels[d])
                          .logical_and((theirs.boxes - found.boxes[d]).abs().amax(1) < 1.0)
                          .nonzero();
    if (same.numel() > 0) rows[static_cast<size_t>(d)] = same[0].item<int64_t>();
  }
  const auto order = torch::tensor(rows, torch::kInt64);
  return {theirs.boxes.index_select(0, order), theirs.scores, theirs.labels.index_select(0, order)};
}

}  // namespace rn::parity
