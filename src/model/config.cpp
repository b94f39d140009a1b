#include "model/config.h"

#include "core/error.h"

namespace rn {

namespace {

void check_fields(const ModelConfig& config) {
  const AnchorGenerator anchors(config.anchors);  // refuses empty lists
  if (anchors.num_levels() != kNumLevels) {
    fail("model.anchors.sizes: found {} sizes, expected {}, one for each level P3..P7",
         anchors.num_levels(), kNumLevels);
  }
  if (!config.weights.file.empty() && !config.backbone.weights.empty()) {
    fail(
        "model.weights.file and model.backbone.weights are both set ({} and {}); the first fills "
        "the backbone, too: remove one (--set model.backbone.weights=)",
        config.weights.file, config.backbone.weights);
  }
  if (config.weights.partial && config.weights.file.empty()) {
    fail("model.weights.partial is true, but model.weights.file is empty; name the file");
  }
  if (config.head.norm == HeadNorm::kGroupNorm && config.fpn.channels % kNormGroups != 0) {
    fail(
        "model.fpn.channels: found {}, expected a multiple of {} because model.head.norm is gn; "
        "choose another width or set model.head.norm=none",
        config.fpn.channels, kNormGroups);
  }
}

}  // namespace

void check(const ModelConfig& config, const std::string& source) {
  try {
    check_fields(config);
  } catch (const Error& e) {
    if (source.empty()) throw;
    fail("{}: {}", source, e.what());
  }
}

}  // namespace rn
