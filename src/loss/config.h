#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "boxes/matcher.h"
#include "boxes/scores.h"
#include "core/field.h"

namespace rn {

enum class ClassificationKind { kCe, kBalancedCe, kFocal, kOhem, kSoftmaxFocal };
constexpr auto enum_names(ClassificationKind) {
  using Entry = std::pair<ClassificationKind, std::string_view>;
  return std::array{
      Entry{ClassificationKind::kCe, "ce"}, Entry{ClassificationKind::kBalancedCe, "balanced_ce"},
      Entry{ClassificationKind::kFocal, "focal"}, Entry{ClassificationKind::kOhem, "ohem"},
      Entry{ClassificationKind::kSoftmaxFocal, "softmax_focal"}};
}

enum class AlphaFrom { kNone, kFixed, kInverseFrequency };
constexpr auto enum_names(AlphaFrom) {
  using Entry = std::pair<AlphaFrom, std::string_view>;
  return std::array{Entry{AlphaFrom::kNone, "none"}, Entry{AlphaFrom::kFixed, "fixed"},
                    Entry{AlphaFrom::kInverseFrequency, "inverse_frequency"}};
}

/// Which terms a kind has: ce none; balanced_ce alpha; focal and softmax_focal alpha and gamma;
/// ohem mining. A term that the kind doesn't have is not read.
struct ClassificationLossConfig {
  ClassificationKind kind = ClassificationKind::kFocal;
  AlphaFrom alpha_from = AlphaFrom::kFixed;
  double alpha = 0.25;
  double frequency_power = 1.0;
  double gamma = 2.0;
  double ohem_ratio = 3.0;
  int64_t ohem_min_negatives = 64;
  double weight = 1.0;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("kind", c.kind, "ce, balanced_ce, focal, ohem or softmax_focal");
    v("alpha_from", c.alpha_from,
      "none: all targets weigh 1; fixed: positives alpha, negatives 1 - alpha; inverse_frequency: "
      "positives of a rare class weigh more, alpha on average");
    v("alpha", c.alpha, Range{0, 1}, "weight of the positive targets");
    v("frequency_power", c.frequency_power, Range{0, 1},
      "inverse_frequency: weight ~ frequency ^ -this");
    v("gamma", c.gamma, Range{0, 5}, "focusing exponent; 0 is balanced cross entropy");
    v("ohem_ratio", c.ohem_ratio, Range{0, 1e4}, "ohem: hardest negatives kept for each positive");
    v("ohem_min_negatives", c.ohem_min_negatives, Range{0, 1e6},
      "ohem: negatives kept in every image at least");
    v("weight", c.weight, Range{0, 1e3}, "factor of this loss in the sum");
  }
};

enum class BoxLossKind { kL1, kSmoothL1, kGiou, kDiou, kCiou };
constexpr auto enum_names(BoxLossKind) {
  using Entry = std::pair<BoxLossKind, std::string_view>;
  return std::array{Entry{BoxLossKind::kL1, "l1"}, Entry{BoxLossKind::kSmoothL1, "smooth_l1"},
                    Entry{BoxLossKind::kGiou, "giou"}, Entry{BoxLossKind::kDiou, "diou"},
                    Entry{BoxLossKind::kCiou, "ciou"}};
}

struct BoxLossConfig {
  BoxLossKind kind = BoxLossKind::kGiou;
  double beta = 0.11;
  double weight = 1.0;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("kind", c.kind, "l1, smooth_l1 (of the deltas), giou, diou or ciou (of the decoded boxes)");
    v("beta", c.beta, Range{1e-6, 10}, "smooth_l1: quadratic below this, linear above");
    v("weight", c.weight, Range{0, 1e3}, "factor of this loss in the sum");
  }
};

/// What both sums of losses are divided by: see loss_normalizer.h.
enum class NormalizerKind { kBatch, kImage, kMovingAverage };
constexpr auto enum_names(NormalizerKind) {
  using Entry = std::pair<NormalizerKind, std::string_view>;
  return std::array{Entry{NormalizerKind::kBatch, "batch"}, Entry{NormalizerKind::kImage, "image"},
                    Entry{NormalizerKind::kMovingAverage, "moving_average"}};
}

struct LossConfig {
  ClassificationLossConfig classification;
  BoxLossConfig box;
  NormalizerKind normalizer = NormalizerKind::kBatch;
  MatcherConfig matcher;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("classification", c.classification, "what the classes are trained with");
    v("box", c.box, "what the boxes are trained with");
    v("normalizer", c.normalizer,
      "both losses are divided by the positive anchors: batch: of the whole batch; image: each "
      "image's by its own, then averaged (torchvision); moving_average: of the batches so far "
      "(detectron2)");
    v("matcher", c.matcher, "which anchors are whose targets");
  }
};

/// How the logits of a model trained with this loss become scores.
constexpr ScoreActivation score_activation(const ClassificationLossConfig& config) {
  return config.kind == ClassificationKind::kSoftmaxFocal ? ScoreActivation::kSoftmax
                                                          : ScoreActivation::kSigmoid;
}

}  // namespace rn
