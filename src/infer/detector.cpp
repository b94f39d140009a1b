#include "infer/detector.h"

#include "core/config_io.h"
#include "core/error.h"
#include "core/torch_compat.h"
#include "data/preprocess.h"
#include "infer/postprocess.h"
#include "model/model_file.h"

namespace rn {
namespace {

constexpr const char* kPreprocessKey = "preprocess";
constexpr const char* kPredictKey = "predict";
constexpr const char* kActivationKey = "score_activation";

using Metadata = std::map<std::string, std::string>;

/// @return false if there is no such entry
template <class T>
bool read_entry(const Metadata& metadata, const char* key, const std::string& source, T& field) {
  const auto entry = metadata.find(key);
  if (entry == metadata.end()) return false;
  const Json value = parse_json(entry->second);
  if (value.is_discarded()) {
    fail("{}: its entry \"{}\" is not JSON; the file is damaged, or was not written by retinanet",
         source, key);
  }
  from_json(ConfigPlace{source, key}, value, field);
  return true;
}

/// Detecting in the middle of a training run must leave the mode as it was.
class EvalMode {
 public:
  explicit EvalMode(RetinaNet& model) : model_(model), was_training_(model->is_training()) {
    if (was_training_) model_->eval();
  }
  ~EvalMode() {
    if (was_training_) model_->train();
  }
  EvalMode(const EvalMode&) = delete;
  EvalMode& operator=(const EvalMode&) = delete;

 private:
  RetinaNet& model_;
  bool was_training_;
};

}  // namespace

Metadata to_metadata(const DetectorConfig& config) {
  return {{kPreprocessKey, json_text(to_json(config.preprocess))},
          {kPredictKey, json_text(to_json(config.predict))},
          {kActivationKey, json_text(to_json(config.score_activation))}};
}

DetectorConfig detector_config_from_metadata(const Metadata& metadata, const std::string& source) {
  DetectorConfig config;
  if (!read_entry(metadata, kPreprocessKey, source, config.preprocess)) {
    fail(
        "{}: has no \"preprocess\" entry, so it can't be known how its pictures were prepared; "
        "expected a model file that `retinanet train` or `retinanet import` wrote",
        source);
  }
  read_entry(metadata, kPredictKey, source, config.predict);
  read_entry(metadata, kActivationKey, source, config.score_activation);
  return config;
}

Detector::Detector(RetinaNet model, std::vector<Category> categories, DetectorConfig config,
                   torch::Device device, Precision precision)
    : model_(std::move(model)),
      categories_(std::move(categories)),
      config_(std::move(config)),
      device_(device),
      dtype_(torch_dtype(precision, device)),
      anchors_(model_->config().anchors, device_) {
  RN_CHECK(static_cast<int64_t>(categories_.size()) == model_->num_classes(),
           "{} categories, {} classes", categories_.size(), model_->num_classes());
  model_->to(device_);
}

Detector Detector::load(const std::filesystem::path& path, torch::Device device,
                        Precision precision) {
  LoadedModel loaded = load_model(path);
  DetectorConfig config = detector_config_from_metadata(loaded.file.metadata, path.string());
  return {std::move(loaded.model), std::move(loaded.file.categories), std::move(config), device,
          precision};
}

std::vector<Detections> Detector::operator()(const std::vector<cv::Mat>& pictures) {
  if (pictures.empty()) return {};
  const InputImages input = make_input(pictures, config_.preprocess);
  lap(DetectPhase::kPreprocess);
  return (*this)(input.images, input.sizes_input, input.sizes_original);
}

std::vector<Detections> Detector::operator()(const torch::Tensor& images,
                                             const std::vector<ImageSize>& sizes_input,
                                             const std::vector<ImageSize>& sizes_original) {
  const torch::NoGradGuard no_grad;
  const EvalMode eval_mode(model_);
  const PreparedWeights::Scope prepared(prepared_);
  Maps features, logits;
  {
    const AutocastScope autocast(device_.type(), dtype_);
    features = model_->features(images.to(device_));
    logits = model_->head()->logits(features);
  }
  lap(DetectPhase::kNetwork);
  const auto deltas_at = [&](const std::vector<torch::Tensor>& anchors) {
    lap(DetectPhase::kPostprocess);
    const AutocastScope autocast(device_.type(), dtype_);
    const torch::Tensor deltas = model_->head()->deltas_at(features, anchors);
    lap(DetectPhase::kNetwork);
    return deltas;
  };
  auto detections = postprocess(logits, deltas_at, anchors_(features, images), sizes_input,
                                sizes_original, config_.predict, config_.score_activation);
  lap(DetectPhase::kPostprocess);
  return detections;
}

}  // namespace rn
