// From pictures to detections, against torchvision; ResNet-50 at the published size.
#include <gtest/gtest.h>

#include "boxes/anchors.h"
#include "boxes/matcher.h"
#include "core/error.h"
#include "data/preprocess.h"
#include "infer/detector.h"
#include "model/start_weights.h"
#include "parity/peer.h"

namespace rn::parity {
namespace {

class Forward : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!can_import("torchvision")) GTEST_SKIP() << kNoTorchvision;
  }
};

/// All levels, in the order of the anchors: [N, R, C].
torch::Tensor all_levels(const Predictions& predictions, torch::Tensor LevelPredictions::*part,
                         int64_t channels) {
  std::vector<torch::Tensor> levels;
  for (const LevelPredictions& level : predictions) {
    const torch::Tensor& map = level.*part;
    levels.push_back(map.permute({0, 2, 3, 1}).reshape({map.size(0), -1, channels}));
  }
  return torch::cat(levels, 1);
}

void compare_detections(const Case& c, const std::vector<Detections>& found,
                        const StateDict& peer) {
  double boxes = 0, scores = 0, labels = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const auto of_image = [&](const char* key) { return peer.at(fmt::format("{}.{}", key, i)); };
    const Detections theirs =
        ranked_as(found[i], {of_image("boxes"), of_image("scores"), of_image("labels")});
    EXPECT_GT(theirs.size(), 50) << "too few detections to compare";
    scores = std::max(scores, largest_difference(found[i].scores, theirs.scores));
    boxes = std::max(boxes, largest_difference(found[i].boxes, theirs.boxes));
    labels = std::max(labels, largest_difference(found[i].labels, theirs.labels));
  }
  report(c, "detections: boxes (px)", boxes, 1e-2);
  report(c, "detections: scores", scores, 1e-4);
  report(c, "detections: classes and order", labels, 0);
}

void compare_anchors(const Case& c, const AppConfig& config, const Predictions& predictions,
                     const torch::Tensor& images, const StateDict& peer) {
  AnchorCache cache(config.model.anchors, torch::kCPU);
  const auto anchors = torch::cat(cache(predictions, images));
  report(c, "anchors", largest_difference(anchors, peer.at("anchors")), 0);
  double worst = 0;
  for (size_t i = 0; i < c.batch; ++i) {
    const GroundTruth truth{peer.at(fmt::format("boxes_input.{}", i)), {}, {}};
    const auto matched = Matcher(config.loss.matcher)(anchors, truth);
    const auto& theirs = peer.at(fmt::format("matched.{}", i));
    EXPECT_GT((theirs >= 0).sum().item<int64_t>(), 0);
    worst = std::max(worst, largest_difference(matched, theirs));
  }
  report(c, "matched indices", worst, 0);
}

TEST_P(Forward, EqualsTorchvisionFromPixelsToBoxes) {
  const Case c = GetParam();
  const auto inputs = pictures(c.batch);
  AppConfig config = c.config();
  if (c.backbone != BackboneName::kResNet50 || c.batch > 1) {
    config.data.short_side = 320;
    config.data.long_side = 533;
  }
  const Peer peer(c, inputs,
                  {"--min-size", std::to_string(config.data.short_side), "--max-size",
                   std::to_string(config.data.long_side)});
  const StateDict theirs = peer.read("forward.pth");

  std::vector<cv::Mat> images;
  for (const Picture& picture : inputs) images.push_back(picture.image);
  const InputImages input = make_input(images, config.data);
  report(c, "preprocessed images", largest_difference(input.images, theirs.at("images")), 1e-5);
  for (size_t i = 0; i < c.batch; ++i) {
    const auto size = theirs.at("sizes")[static_cast<int64_t>(i)];
    EXPECT_EQ(input.sizes_input[i], (ImageSize{size[0].item<int64_t>(), size[1].item<int64_t>()}));
  }

  RetinaNet model(config.model, 91);
  const auto weights = peer.path("weights.pth");
  load_detector(model, to_own_names(read_weights(weights), config.model, weights.string()),
                weights.string());
  model->eval();
  Predictions predictions;
  {
    const torch::NoGradGuard no_grad;
    predictions = model->forward(theirs.at("images"));
  }
  report(c, "logits",
         largest_difference(all_levels(predictions, &LevelPredictions::logits, 91),
                            theirs.at("logits")),
         1e-4);
  report(c, "deltas",
         largest_difference(all_levels(predictions, &LevelPredictions::deltas, 4),
                            theirs.at("deltas")),
         1e-4);
  compare_anchors(c, config, predictions, theirs.at("images"), theirs);

  std::vector<Category> categories(91);
  Detector detector(model, categories, {config.data, config.predict}, torch::kCPU,
                    Precision::kFp32);
  compare_detections(c, detector(images), theirs);
}

INSTANTIATE_TEST_SUITE_P(All, Forward, testing::ValuesIn(all_cases()),
                         [](const auto& test) { return case_name(test.param); });

}  // namespace
}  // namespace rn::parity
