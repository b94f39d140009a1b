#include "infer/inference.h"

#include "core/torch_compat.h"
#include "infer/postprocess.h"

namespace rn {
namespace {

/// Eval mode while it lives.
class EvalModeScope {
 public:
  explicit EvalModeScope(RetinaNet& model) : model_(model), was_training_(model->is_training()) {
    model_->eval();
  }
  ~EvalModeScope() { model_->train(was_training_); }
  EvalModeScope(const EvalModeScope&) = delete;
  EvalModeScope& operator=(const EvalModeScope&) = delete;

 private:
  RetinaNet& model_;
  bool was_training_;
};

}  // namespace

Inference::Inference(RetinaNet model, Options options)
    : model_(std::move(model)), options_(options), anchors_(model_->config().anchors) {
  model_->to(options_.device);
}

std::vector<Detections> Inference::run(const torch::Tensor& images,
                                       const std::vector<ImageSize>& sizes_input,
                                       const std::vector<ImageSize>& sizes_original) {
  const torch::NoGradGuard no_grad;
  const EvalModeScope eval_mode(model_);
  Predictions predictions;
  {
    const AutocastScope autocast(options_.device.type(), torch_dtype(options_.precision));
    predictions = model_->forward(images.to(options_.device));
  }
  std::vector<ImageSize> feature_sizes;
  for (const LevelPredictions& level : predictions) {
    feature_sizes.push_back({level.logits.size(2), level.logits.size(3)});
  }
  return postprocess(predictions, anchors_(feature_sizes, options_.device), sizes_input,
                     sizes_original, options_.predict, options_.activation);
}

}  // namespace rn
