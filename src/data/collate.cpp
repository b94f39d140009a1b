#include "data/collate.h"

#include <algorithm>

namespace rn {
namespace {

/// @return [M, 4]
torch::Tensor scaled_boxes(const std::vector<XyxyBox>& boxes, const ImageSize& from,
                           const ImageSize& to) {
  // For each axis: rounding the sides made the two factors differ a little.
  const float x = static_cast<float>(to.width) / static_cast<float>(from.width);
  const float y = static_cast<float>(to.height) / static_cast<float>(from.height);
  torch::Tensor scaled = torch::empty({static_cast<int64_t>(boxes.size()), 4}, torch::kFloat32);
  float* out = scaled.data_ptr<float>();
  for (const XyxyBox& box : boxes) {
    *out++ = box[0] * x;
    *out++ = box[1] * y;
    *out++ = box[2] * x;
    *out++ = box[3] * y;
  }
  return scaled;
}

/// @return [M]
torch::Tensor label_tensor(const std::vector<int64_t>& labels) {
  torch::Tensor tensor = torch::empty({static_cast<int64_t>(labels.size())}, torch::kInt64);
  std::copy(labels.begin(), labels.end(), tensor.data_ptr<int64_t>());
  return tensor;
}

}  // namespace

Batch collate(const std::vector<Sample>& samples, const std::vector<ImageSize>& sizes_input,
              const PreprocessConfig& config) {
  std::vector<cv::Mat> pictures;
  for (const Sample& sample : samples) pictures.push_back(sample.image);
  InputImages input = make_input(pictures, sizes_input, config);

  Batch batch;
  for (size_t i = 0; i < samples.size(); ++i) {
    const ObjectLabels& objects = samples[i].objects;
    const ImageSize& from = input.sizes_original[i];
    const ImageSize& to = input.sizes_input[i];
    batch.targets.push_back({scaled_boxes(objects.boxes, from, to), label_tensor(objects.labels),
                             scaled_boxes(objects.crowds, from, to)});
    batch.image_ids.push_back(samples[i].image_id);
  }
  batch.images = std::move(input.images);
  batch.sizes_input = std::move(input.sizes_input);
  batch.sizes_original = std::move(input.sizes_original);
  return batch;
}

}  // namespace rn
