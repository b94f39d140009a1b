#include "infer/detector.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "core/error.h"
#include "infer/postprocess.h"
#include "infer/temp_folder.h"
#include "model/model_file.h"

namespace rn {
namespace {

DetectorConfig small_config() {
  DetectorConfig config;
  config.preprocess.short_side = 64;
  config.preprocess.long_side = 96;
  config.predict.score_threshold = 0.001;
  config.predict.max_detections = 20;
  return config;
}

ModelConfig small_model() {
  ModelConfig config;
  config.backbone.name = BackboneName::kResNet18;
  config.fpn.channels = 32;
  config.head.num_convs = 1;
  return config;
}

RetinaNet random_model() {
  torch::manual_seed(3);
  return RetinaNet(small_model(), 2);
}

const std::vector<Category> kClasses = {{1, "a"}, {5, "b"}};

cv::Mat noise(int width, int height) {
  cv::Mat picture(height, width, CV_8UC3);
  cv::RNG rng(7);
  rng.fill(picture, cv::RNG::UNIFORM, 0, 256);
  return picture;
}

TEST(DetectorConfig, SurvivesTheModelFile) {
  DetectorConfig config = small_config();
  config.preprocess.mean = {0.1, 0.2, 0.3};
  config.score_activation = ScoreActivation::kSoftmax;
  const DetectorConfig back = detector_config_from_metadata(to_metadata(config), "m.safetensors");
  EXPECT_EQ(back.preprocess.short_side, 64);
  EXPECT_EQ(back.preprocess.mean, config.preprocess.mean);
  EXPECT_EQ(back.predict.max_detections, 20);
  EXPECT_EQ(back.score_activation, ScoreActivation::kSoftmax);
}

TEST(DetectorConfig, ResizeRuleTravelsAndOlderFilesMeanTorchvisions) {
  DetectorConfig config = small_config();
  config.preprocess.resize = ResizeRule::kDetectron2;
  const auto read = [](const auto& metadata) {
    return detector_config_from_metadata(metadata, "m.safetensors").preprocess.resize;
  };
  auto metadata = to_metadata(config);
  EXPECT_EQ(read(metadata), ResizeRule::kDetectron2);
  metadata["preprocess"] = R"({"short_side": 64, "long_side": 96})";
  EXPECT_EQ(read(metadata), ResizeRule::kTorchvision);
}

TEST(DetectorConfig, PreprocessingMustBeKnown) {
  const std::string text = error_text([] { detector_config_from_metadata({}, "m.safetensors"); });
  EXPECT_NE(text.find("m.safetensors: has no \"preprocess\""), std::string::npos) << text;
}

TEST(DetectorConfig, DamagedEntryIsNamed) {
  auto metadata = to_metadata(small_config());
  metadata["predict"] = "{\"top_k\": ";
  const auto read = [&] { detector_config_from_metadata(metadata, "m.safetensors"); };
  EXPECT_NE(error_text(read).find("\"predict\" is not JSON"), std::string::npos);
  metadata["predict"] = "{\"top_k\": 0}";
  EXPECT_NE(error_text(read).find("predict.top_k"), std::string::npos) << error_text(read);
}

TEST(Detector, BoxesLieInEachPicturesOwnFrame) {
  Detector detector(random_model(), kClasses, small_config(), torch::kCPU, Precision::kFp32);
  const auto found = detector({noise(200, 100), noise(50, 90)});
  ASSERT_EQ(found.size(), 2U);
  const std::vector<cv::Size> sizes = {{200, 100}, {50, 90}};
  for (size_t i = 0; i < 2; ++i) {
    ASSERT_GT(found[i].size(), 0);
    EXPECT_LE(found[i].size(), 20);
    EXPECT_GE(found[i].boxes.min().item<double>(), 0);
    EXPECT_LE(found[i].boxes.select(1, 2).max().item<double>(), sizes[i].width);
    EXPECT_LE(found[i].boxes.select(1, 3).max().item<double>(), sizes[i].height);
    EXPECT_TRUE(found[i].labels.ge(0).logical_and(found[i].labels.lt(2)).all().item<bool>());
    EXPECT_FALSE(found[i].scores.requires_grad());
  }
}

/// Few candidates: the regression tower runs around them alone. Many: it runs everywhere.
TEST(Detector, EqualsTheNetworkThatPredictsAllBoxes) {
  RetinaNet model = random_model();
  model->eval();
  for (const int64_t top_k : {2, 1000}) {
    DetectorConfig config = small_config();
    config.predict.top_k = top_k;
    torch::manual_seed(9);
    const auto images = torch::randn({2, 3, 192, 256});
    const std::vector<ImageSize> sizes = {{192, 256}, {150, 256}};
    Detector detector(model, kClasses, config, torch::kCPU, Precision::kFp32);
    const auto found = detector(images, sizes, sizes);

    const torch::NoGradGuard no_grad;
    const Predictions all = model->forward(images);
    AnchorCache anchors(model->config().anchors, torch::kCPU);
    const auto expected = postprocess(all, anchors(all, images), sizes, sizes, config.predict,
                                      config.score_activation);
    for (size_t n = 0; n < 2; ++n) {
      ASSERT_GT(found[n].size(), 0);
      ASSERT_EQ(found[n].size(), expected[n].size()) << "top_k " << top_k;
      EXPECT_TRUE(found[n].labels.equal(expected[n].labels));
      EXPECT_TRUE(found[n].scores.equal(expected[n].scores));
      EXPECT_TRUE(found[n].boxes.allclose(expected[n].boxes, 1e-5, 1e-3));
    }
  }
}

TEST(Detector, LeavesATrainingModelInTraining) {
  RetinaNet model = random_model();
  model->train();
  Detector detector(model, kClasses, small_config(), torch::kCPU, Precision::kFp32);
  detector({noise(64, 64)});
  EXPECT_TRUE(model->is_training());
}

TEST(Detector, Bfloat16FindsNearlyTheSame) {
  DetectorConfig config = small_config();
  config.predict.max_detections = 1;
  Detector full(random_model(), kClasses, config, torch::kCPU, Precision::kFp32);
  Detector half(random_model(), kClasses, config, torch::kCPU, Precision::kBf16);
  const auto a = full({noise(64, 64)})[0];
  const auto b = half({noise(64, 64)})[0];
  ASSERT_EQ(b.size(), 1);
  EXPECT_EQ(b.boxes.scalar_type(), torch::kFloat32);
  EXPECT_NEAR(a.scores[0].item<double>(), b.scores[0].item<double>(), 0.01);
}

TEST(Detector, HalfPrecisionNeedsCuda) {
  const std::string text = error_text(
      [] { Detector(random_model(), kClasses, small_config(), torch::kCPU, Precision::kFp16); });
  EXPECT_NE(text.find("use bf16 or fp32"), std::string::npos) << text;
}

TEST(Detector, NoPicturesNoResults) {
  Detector detector(random_model(), kClasses, small_config(), torch::kCPU, Precision::kFp32);
  EXPECT_TRUE(detector(std::vector<cv::Mat>{}).empty());
}

using DetectorFile = TempFolder;

TEST_F(DetectorFile, LoadedDetectorFindsTheSame) {
  const auto path = folder_ / "m.safetensors";
  RetinaNet model = random_model();
  model->eval();
  save_model(path, model, {small_model(), kClasses, to_metadata(small_config())});
  Detector before(model, kClasses, small_config(), torch::kCPU, Precision::kFp32);
  Detector after = Detector::load(path, torch::kCPU, Precision::kFp32);
  EXPECT_EQ(after.categories(), kClasses);
  const auto a = before({noise(100, 80)})[0];
  const auto b = after({noise(100, 80)})[0];
  EXPECT_TRUE(torch::equal(a.boxes, b.boxes));
  EXPECT_TRUE(torch::equal(a.scores, b.scores));
}

}  // namespace
}  // namespace rn
