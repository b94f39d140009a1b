#include "loss/targets.h"

#include <ATen/Parallel.h>

#include "core/error.h"

namespace rn {
namespace {

void check_target(const GroundTruth& target, int64_t num_classes) {
  RN_CHECK(target.labels.numel() * 4 == target.boxes.numel(), "{} labels, {} box numbers",
           target.labels.numel(), target.boxes.numel());
  if (target.labels.numel() == 0) return;
  const auto low = target.labels.min().item<int64_t>();
  const auto high = target.labels.max().item<int64_t>();
  RN_CHECK(low >= 0 && high < num_classes, "labels from {} to {}, {} classes", low, high,
           num_classes);
}

/// Objects' rows to their classes; kBackground and kIgnore stay. A plain loop: LibTorch's
/// operations would each start a pool of threads inside the thread that runs this.
torch::Tensor labels_of(const torch::Tensor& matched_idxs, const torch::Tensor& labels) {
  auto result = torch::empty(matched_idxs.sizes(), torch::kInt64);
  const auto classes = labels.contiguous();
  const auto* from = matched_idxs.data_ptr<int64_t>();
  auto* to = result.data_ptr<int64_t>();
  for (int64_t i = 0; i < result.numel(); ++i) {
    to[i] = from[i] >= 0 ? classes.data_ptr<int64_t>()[from[i]] : from[i];
  }
  return result;
}

}  // namespace

Targets assign_targets(const Matcher& matcher, const std::vector<torch::Tensor>& anchors_per_level,
                       const std::vector<GroundTruth>& ground_truths, int64_t num_classes) {
  torch::NoGradGuard no_grad;
  const auto anchors = torch::cat(anchors_per_level).cpu();
  const auto device = anchors_per_level[0].device();
  const auto num_images = static_cast<int64_t>(ground_truths.size());
  std::vector<torch::Tensor> matched(num_images), labels(num_images), boxes(num_images);
  for (const auto& truth : ground_truths) check_target(truth, num_classes);
  at::parallel_for(0, num_images, 1, [&](int64_t begin, int64_t end) {
    torch::NoGradGuard no_grad_here;  // a thread-local switch
    for (int64_t n = begin; n < end; ++n) {
      const GroundTruth& truth = ground_truths[n];
      matched[n] = matcher(anchors, truth);
      labels[n] = labels_of(matched[n], truth.labels.to(torch::kCPU, torch::kInt64));
      boxes[n] = truth.boxes.to(torch::kCPU, anchors.scalar_type()).view({-1, 4});
    }
  });

  Targets targets;
  targets.positives_per_image.resize(num_images);
  int64_t offset = 0;
  for (const auto& level_anchors : anchors_per_level) {
    const int64_t size = level_anchors.size(0);
    std::vector<torch::Tensor> level_labels, positives, images, level_boxes;
    for (int64_t n = 0; n < num_images; ++n) {
      const auto idxs = matched[n].narrow(0, offset, size);
      const auto rows = (idxs >= 0).nonzero().squeeze(1);
      targets.positives_per_image[n] += rows.size(0);
      level_labels.push_back(labels[n].narrow(0, offset, size));
      positives.push_back(rows + n * size);
      images.push_back(torch::full_like(rows, n));
      level_boxes.push_back(boxes[n].index_select(0, idxs.index_select(0, rows)));
    }
    targets.levels.push_back({torch::stack(level_labels).to(device),
                              torch::cat(positives).to(device), torch::cat(images).to(device),
                              torch::cat(level_boxes).to(device)});
    offset += size;
  }
  return targets;
}

}  // namespace rn
