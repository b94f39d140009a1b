#include <gtest/gtest.h>
#include <torch/utils.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "coco/coco_file.h"
#include "core/temporary_folder.h"
#include "data/loader.h"
#include "eval/coco_evaluator.h"
#include "infer/detector.h"
#include "train/trainer.h"

namespace rn {
namespace {

constexpr size_t kPictures = 16;
constexpr double kMinSide = 32;    // pixels of the original
constexpr size_t kMaxObjects = 8;  // of an image

bool is_clear(const CocoAnnotation& annotation) {
  return annotation.bbox && !annotation.iscrowd.value_or(false) &&
         std::min((*annotation.bbox)[2], (*annotation.bbox)[3]) >= kMinSide;
}

/// The first images that have a few objects, none of them tiny or a crowd: what a small network at
/// 256 pixels can learn by heart.
CocoFile easy_images(const CocoFile& all) {
  CocoFile chosen;
  chosen.categories = all.categories;
  for (const CocoImage& image : all.images) {
    std::vector<CocoAnnotation> objects;
    for (const auto& annotation : all.annotations) {
      if (annotation.image_id == image.id) objects.push_back(annotation);
    }
    if (objects.empty() || objects.size() > kMaxObjects) continue;
    if (!std::all_of(objects.begin(), objects.end(), is_clear)) continue;
    chosen.images.push_back(image);
    chosen.annotations.insert(chosen.annotations.end(), objects.begin(), objects.end());
    if (chosen.images.size() == kPictures) break;
  }
  return chosen;
}

std::vector<CocoResult> results_of(const Detections& found, int64_t image_id,
                                   const std::vector<Category>& categories) {
  std::vector<CocoResult> results;
  for (int64_t d = 0; d < found.size(); ++d) {
    const auto box = found.boxes[d].to(torch::kFloat64).contiguous();
    const double* xyxy = box.data_ptr<double>();
    const auto label = static_cast<size_t>(found.labels[d].item<int64_t>());
    results.push_back({image_id,
                       categories.at(label).id,
                       {xyxy[0], xyxy[1], xyxy[2] - xyxy[0], xyxy[3] - xyxy[1]},
                       found.scores[d].item<double>()});
  }
  return results;
}

DataConfig data_config() {
  DataConfig config;
  config.short_side = 256;
  config.long_side = 384;
  config.augment.horizontal_flip = 0.0;
  config.workers = 1;
  return config;
}

ModelConfig model_config() {
  ModelConfig config;
  config.anchors.sizes = {16, 32, 64, 128, 256};
  config.backbone.name = BackboneName::kResNet18;
  config.backbone.norm = Norm::kBatchNorm;
  config.fpn.channels = 128;
  config.head.num_convs = 2;
  config.head.norm = HeadNorm::kGroupNorm;
  return config;
}

TrainConfig train_config() {
  TrainConfig config;
  config.epochs = 60;
  config.batch_size = 4;
  config.optimizer.learning_rate = 1e-3;
  config.optimizer.beta2 = 0.98;
  config.optimizer.scale_learning_rate = false;
  config.optimizer.weight_decay = 0.0;
  config.schedule.warmup_iterations = 40;
  config.evaluate_every = 0.0;  // at the end
  config.checkpoint.every = 0.0;
  return config;
}

TEST(Overfit, SmallModelLearnsSixteenCocoPicturesByHeart) {
  const std::filesystem::path sample = RN_SOURCE_DIR "/../shared/data/coco-sample";
  if (!std::filesystem::exists(sample)) {
    GTEST_SKIP() << sample << " is absent: the sample of COCO pictures is not in the repository";
  }
  const CocoFile file = easy_images(read_coco_file(sample / "annotations/instances_val2017.json"));
  ASSERT_EQ(file.images.size(), kPictures);
  const auto dataset =
      std::make_shared<Dataset>(file, sample / "val2017", "instances_val2017.json");
  const CocoGroundTruth ground_truth(file);
  const TrainConfig config = train_config();
  DataLoader training(dataset, training_loader(data_config(), config.batch_size, 0));
  DataLoader validation(dataset, validation_loader(data_config(), config.batch_size));

  TrainerHooks hooks;
  hooks.evaluate = [&](RetinaNet& model) {
    Detector detector(model, dataset->categories(), {data_config(), {}, {}}, torch::kCPU,
                      Precision::kFp32);
    std::vector<CocoResult> results;
    validation.start(0);
    while (const auto batch = validation.next()) {
      const auto found = detector(batch->images, batch->sizes_input, batch->sizes_original);
      for (size_t i = 0; i < found.size(); ++i) {
        const auto more = results_of(found[i], batch->image_ids[i], dataset->categories());
        results.insert(results.end(), more.begin(), more.end());
      }
    }
    EvaluationEvent event;
    event.stats = evaluate(ground_truth, results).stats.values;
    return event;
  };
  double first_loss = 0.0;
  double last_loss = 0.0;
  hooks.on_step = [&](const StepEvent& event) {
    last_loss = event.loss_cls + event.loss_box;
    if (event.iteration == 1) first_loss = last_loss;
    if (event.iteration % 40 == 0) {
      std::cout << "step " << event.iteration << " loss " << event.loss_cls << " + "
                << event.loss_box << ", " << event.step_seconds << " s" << std::endl;
    }
  };
  double ap = 0.0;
  double ap50 = 0.0;
  hooks.on_evaluation = [&](const EvaluationEvent& event) {
    ap = event.stats[0];
    ap50 = event.stats[1];
  };

  const TemporaryFolder folder;
  TrainerOptions options;
  options.config = config;
  options.folder = folder.path();
  options.precision = Precision::kBf16;
  options.model_file.config = model_config();
  options.model_file.categories = dataset->categories();
  torch::manual_seed(0);
  Trainer(options, RetinaNet(model_config(), dataset->num_classes()),
          Criterion(LossConfig{}, dataset->num_classes()), training, hooks)
      .run();
  std::cout << "AP " << ap << " AP50 " << ap50 << ", loss " << first_loss << " -> " << last_loss
            << std::endl;
  EXPECT_GE(ap50, 0.9);
  EXPECT_LT(last_loss, 0.2 * first_loss);
}

}  // namespace
}  // namespace rn
