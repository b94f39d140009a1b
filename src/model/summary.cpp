#include "model/summary.h"

#include <fmt/format.h>

#include <memory>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "model/receptive_field.h"

namespace rn {
namespace {

using torch::nn::Module;

struct Shape {
  int64_t channels;
  ImageSize size;
  int64_t cells() const { return size.height * size.width; }
  int64_t values() const { return channels * cells(); }
};

StageSummary named(std::string name) {
  StageSummary stage;
  stage.name = std::move(name);
  return stage;
}

Window window_of(const torch::nn::Conv2dImpl& conv) {
  const int64_t kernel = conv.options.kernel_size()->at(0);
  return {kernel, conv.options.stride()->at(0), kernel / 2};
}

int64_t cells_after(int64_t cells, const Window& window) {
  return (cells + 2 * window.padding - window.kernel) / window.stride + 1;
}

ImageSize size_after(const ImageSize& size, const Window& window) {
  return {cells_after(size.height, window), cells_after(size.width, window)};
}

void count_parameters_of(StageSummary& stage, const Module& module) {
  for (const torch::Tensor& parameter : module.parameters()) {
    stage.parameters += parameter.numel();
    if (!parameter.requires_grad()) stage.frozen += parameter.numel();
  }
}

/// Adds the products of a convolution. @return its output
Shape add_conv(StageSummary& stage, const torch::nn::Conv2dImpl& conv, const Shape& input) {
  RN_CHECK(conv.options.in_channels() == input.channels, "{}: {} channels", stage.name,
           input.channels);
  const Shape output{conv.options.out_channels(), size_after(input.size, window_of(conv))};
  const int64_t kernel = conv.options.kernel_size()->at(0);
  const int64_t products = kernel * kernel * input.channels / conv.options.groups();
  stage.macs += static_cast<double>(output.values()) * static_cast<double>(products);
  return output;
}

class Walk {
 public:
  Walk(const RetinaNet& model, int64_t bytes_per_value)
      : config_(model->config()), bytes_(bytes_per_value), modules_(model->named_modules()) {}

  ModelSummary run(const ImageSize& input) {
    summary_.input = input;
    walk_body({3, input});
    walk_pyramid();
    walk_head("class", "classification_head", "cls_logits");
    walk_head("box", "regression_head", "bbox_reg");
    add_levels();
    for (const StageSummary& stage : summary_.stages) {
      summary_.total.parameters += stage.parameters;
      summary_.total.frozen += stage.frozen;
      summary_.total.macs += stage.macs;
      summary_.total.kept_bytes += stage.kept_bytes;
    }
    return std::move(summary_);
  }

 private:
  const Module& module(const std::string& name) const { return *modules_[name]; }
  const torch::nn::Conv2dImpl& conv(const std::string& name) const {
    const auto* found = module(name).as<torch::nn::Conv2d>();
    RN_CHECK(found != nullptr, "{} is no convolution", name);
    return *found;
  }

  void keep(StageSummary& stage, int64_t values) const { stage.kept_bytes += bytes_ * values; }

  void finish(StageSummary stage, const Shape& output, int64_t stride) {
    stage.channels = output.channels;
    stage.maps = {output.size};
    stage.stride = stride;
    summary_.stages.push_back(std::move(stage));
  }

  void walk_body(const Shape& input) {
    const std::string body = "backbone.body.";
    StageSummary stem = named("stem");
    count_parameters_of(stem, module(body + "conv1"));
    count_parameters_of(stem, module(body + "bn1"));
    const auto& conv1 = conv(body + "conv1");
    const Window pool{3, 2, 1};
    windows_ = {window_of(conv1), pool};
    const Shape convolved = add_conv(stem, conv1, input);
    Shape map{convolved.channels, size_after(convolved.size, pool)};
    bool is_trained = conv1.weight.requires_grad();
    if (is_trained) {
      const int64_t copies = config_.backbone.norm == Norm::kFrozenBatchNorm ? 1 : 2;
      keep(stem, copies * convolved.values() + map.values());
      stem.kept_bytes += map.values() * static_cast<int64_t>(sizeof(int64_t));  // indices
    }
    stem.receptive_field = receptive_field(windows_);
    finish(stem, map, 4);
    for (int64_t l = 1; l <= 4; ++l) map = walk_layer(body, l, map, is_trained);
  }

  /// @param is_trained whether the stage before is; then whether this is
  Shape walk_layer(const std::string& body, int64_t number, Shape map, bool& is_trained) {
    StageSummary layer = named(fmt::format("layer{}", number));
    const Module& blocks = module(body + layer.name);
    count_parameters_of(layer, blocks);
    const bool was_trained = std::exchange(is_trained, layer.frozen < layer.parameters);
    if (is_trained && !was_trained) keep(summary_.stages.back(), map.values());
    std::vector<Window> own;
    for (const auto& block : blocks.children()) {
      map = walk_block(layer, *block, map, is_trained, own);
    }
    windows_.insert(windows_.end(), own.begin(), own.end());
    if (number == 2) path_.to_c3 = windows_;
    if (number == 3) path_.to_c4 = own;
    if (number == 4) path_.to_c5 = own;
    layer.receptive_field = receptive_field(windows_);
    finish(layer, map, int64_t{2} << number);
    if (number > 1) stage_outputs_.push_back(map);
    return map;
  }

  Shape walk_block(StageSummary& layer, const Module& block, const Shape& input, bool is_trained,
                   std::vector<Window>& windows) {
    const int64_t norm_inputs = config_.backbone.norm == Norm::kFrozenBatchNorm ? 0 : 1;
    Shape map = input;
    for (const auto& child : block.named_children()) {
      if (const auto* found = child.value()->as<torch::nn::Conv2d>()) {
        map = add_conv(layer, *found, map);
        windows.push_back(window_of(*found));
        if (is_trained) keep(layer, (1 + norm_inputs) * map.values());
      } else if (child.key() == "downsample") {
        const auto* shortcut = child.value()->named_children()["0"]->as<torch::nn::Conv2d>();
        const Shape output = add_conv(layer, *shortcut, input);
        if (is_trained) keep(layer, norm_inputs * output.values());
      }
    }
    return map;
  }

  void walk_pyramid() {
    const std::string fpn = "backbone.fpn.";
    path_.p6_from_c5 = config_.fpn.p6_from == P6Source::kC5;
    const auto fields = pyramid_receptive_fields(path_, 0);
    for (size_t i = 0; i < stage_outputs_.size(); ++i) {
      StageSummary level = named(fmt::format("P{}", i + 3));
      const std::string inner = fmt::format("{}inner_blocks.{}.0", fpn, i);
      const std::string outer = fmt::format("{}layer_blocks.{}.0", fpn, i);
      count_parameters_of(level, module(inner));
      count_parameters_of(level, module(outer));
      const Shape merged = add_conv(level, conv(inner), stage_outputs_[i]);
      add_level(level, add_conv(level, conv(outer), merged), merged.values(), fields[i]);
    }
    Shape input = path_.p6_from_c5 ? stage_outputs_.back() : levels_.back();
    for (size_t i = 3; i < 5; ++i) {
      StageSummary level = named(fmt::format("P{}", i + 3));
      const std::string name = fmt::format("{}extra_blocks.p{}", fpn, i + 3);
      count_parameters_of(level, module(name));
      const int64_t also_kept = i == 4 ? input.values() : 0;  // relu(P6)
      add_level(level, add_conv(level, conv(name), input), also_kept, fields[i]);
      input = levels_.back();
    }
  }

  void add_level(StageSummary& level, const Shape& output, int64_t also_kept, int64_t field) {
    keep(level, output.values() + also_kept);
    level.receptive_field = field;
    levels_.push_back(output);
    finish(level, output, int64_t{4} << levels_.size());
  }

  void walk_head(const std::string& kind, const std::string& head, const std::string& output) {
    StageSummary tower = named(kind + " tower");
    StageSummary last = named(kind + " output");
    const std::string prefix = "head." + head + ".";
    count_parameters_of(tower, module(prefix + "conv"));
    count_parameters_of(last, module(prefix + output));
    const int64_t copies = config_.head.norm == HeadNorm::kNone ? 1 : 2;
    for (const Shape& level : levels_) {
      Shape map = level;
      for (int64_t i = 0; i < config_.head.num_convs; ++i) {
        map = add_conv(tower, conv(fmt::format("{}conv.{}.0", prefix, i)), map);
        keep(tower, copies * map.values());
      }
      tower.channels = map.channels;
      tower.maps.push_back(map.size);
      map = add_conv(last, conv(prefix + output), map);
      keep(last, map.values());
      last.channels = map.channels;
      last.maps.push_back(map.size);
    }
    if (config_.head.num_convs > 0) summary_.stages.push_back(tower);
    summary_.stages.push_back(last);
  }

  void add_levels() {
    const auto fields = pyramid_receptive_fields(path_, 0);
    const auto of_head = pyramid_receptive_fields(path_, config_.head.num_convs + 1);
    // Those of a single cell: their sides as they are after all rounding.
    const std::vector<ImageSize> one_cell(levels_.size(), ImageSize{1, 1});
    const auto anchors = AnchorGenerator(config_.anchors)(one_cell, summary_.input);
    for (size_t i = 0; i < levels_.size(); ++i) {
      LevelSummary level{levels_[i].size, int64_t{8} << i, fields[i], of_head[i], {}};
      const torch::Tensor boxes = anchors[i].to(torch::kFloat64);
      const torch::Tensor sides = boxes.slice(1, 2, 4) - boxes.slice(1, 0, 2);
      for (int64_t a = 0; a < sides.size(0); ++a) {
        level.anchors.push_back({sides[a][0].item<double>(), sides[a][1].item<double>()});
      }
      summary_.levels.push_back(std::move(level));
    }
  }

  const ModelConfig& config_;
  const int64_t bytes_;
  const torch::OrderedDict<std::string, std::shared_ptr<Module>> modules_;
  ModelSummary summary_;
  std::vector<Window> windows_;  ///< from the picture to where the walk is
  WindowPath path_;
  std::vector<Shape> stage_outputs_;  ///< C3, C4, C5
  std::vector<Shape> levels_;         ///< P3..P7
};

}  // namespace

int64_t ModelSummary::num_anchors() const {
  return std::accumulate(
      levels.begin(), levels.end(), int64_t{0},
      [](int64_t sum, const LevelSummary& level) { return sum + level.num_anchors(); });
}

ModelSummary summarize(const RetinaNet& model, const ImageSize& input, int64_t bytes_per_value) {
  return Walk(model, bytes_per_value).run(input);
}

}  // namespace rn
