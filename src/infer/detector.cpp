#include "infer/detector.h"

#include "core/config_io.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/out_of_memory.h"
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
  try {
    return detect(images, sizes_input, sizes_original);
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
    if (images.size(0) == 1) {
      fail(
          "out of memory with a picture that is {}x{} for the network{}: end other programs, or "
          "take --precision bf16 or a model that was trained with a smaller data.short_side and "
          "data.long_side (this one: {} and {})",
          images.size(3), images.size(2), asked_memory_text(error.what()),
          config_.preprocess.short_side, config_.preprocess.long_side);
    }
  }
  // A picture's detections don't depend on the others of its batch.
  const int64_t half = images.size(0) / 2;
  const auto part = [half](const std::vector<ImageSize>& sizes, bool first) {
    return first ? std::vector<ImageSize>(sizes.begin(), sizes.begin() + half)
                 : std::vector<ImageSize>(sizes.begin() + half, sizes.end());
  };
  auto detections =
      (*this)(images.narrow(0, 0, half), part(sizes_input, true), part(sizes_original, true));
  for (Detections& rest : (*this)(images.narrow(0, half, images.size(0) - half),
                                  part(sizes_input, false), part(sizes_original, false))) {
    detections.push_back(std::move(rest));
  }
  return detections;
}

std::vector<Detections> Detector::detect(const torch::Tensor& images,
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
  if (watcher_) watcher_(logits, anchors_(features, images));
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
