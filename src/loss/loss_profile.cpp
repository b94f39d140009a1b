#include "loss/loss_profile.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "boxes/anchor_labels.h"
#include "core/error.h"
#include "loss/focal_math.h"

namespace rn {
namespace {

constexpr int64_t kMostLogits = 1 << 20;

/// One target's loss, and log(p_t / (1 - p_t)).
struct Sample {
  float loss = 0.0F;
  double logit = 0.0;
};

/// @param y the target's own logit, negated for a positive: it grows with the loss
Sample sigmoid_sample(float y, double weight, double gamma) {
  const auto kind = focal_math::gamma_kind(gamma);
  const float loss = focal_math::focal(kind, y, static_cast<float>(gamma)).loss;
  return {static_cast<float>(weight) * loss, -static_cast<double>(y)};
}

/// @param label a class or kBackground, whose logit is log(K)
Sample softmax_sample(const float* logits, int64_t num_classes, int64_t label,
                      const ClassificationTerms& terms) {
  const double background = std::log(static_cast<double>(num_classes));
  const double own = label >= 0 ? logits[label] : background;
  const double largest =
      std::max<double>(background, *std::max_element(logits, logits + num_classes));
  double others = label >= 0 ? std::exp(background - largest) : 0.0;
  for (int64_t k = 0; k < num_classes; ++k) {
    if (k != label) others += std::exp(logits[k] - largest);
  }
  const double logit = own - largest - std::log(others);
  const double weight =
      label >= 0 ? terms.positive_weights[static_cast<size_t>(label)] : terms.negative_weight;
  // With two sides, the target and all else, softmax is the sigmoid of this logit.
  return sigmoid_sample(static_cast<float>(-logit), weight, terms.gamma);
}

/// The rows of a level that are looked at, and how many each of them stands for.
struct Rows {
  std::vector<int64_t> indices;
  std::vector<double> counts;
};

Rows choose_rows(const int64_t* labels, int64_t count, double step) {
  Rows rows;
  double next = 0.0;  // the next row that isn't positive
  for (int64_t row = 0; row < count; ++row) {
    const bool sampled = static_cast<double>(row) >= next;
    if (sampled) next += step;
    if (labels[row] == kIgnore || (labels[row] == kBackground && !sampled)) continue;
    rows.indices.push_back(row);
    rows.counts.push_back(labels[row] >= 0 ? 1.0 : step);
  }
  return rows;
}

/// Adds the samples of a level.
class LevelProfile {
 public:
  LevelProfile(LossProfile& profile, LossProfile::Level& level, const ClassificationTerms& terms)
      : profile_(profile), level_(level), terms_(terms) {}

  /// @param logits [K] of an anchor @param is_trained false: its loss counts as 0
  void add(const float* logits, int64_t label, bool is_trained, double count) {
    const auto num_classes = static_cast<int64_t>(terms_.positive_weights.size());
    if (terms_.activation == ScoreActivation::kSoftmax) {
      add(softmax_sample(logits, num_classes, label, terms_), label >= 0, is_trained, count);
      return;
    }
    for (int64_t k = 0; k < num_classes; ++k) {
      const bool positive = k == label;
      const double weight =
          positive ? terms_.positive_weights[static_cast<size_t>(k)] : terms_.negative_weight;
      add(sigmoid_sample(positive ? -logits[k] : logits[k], weight, terms_.gamma), positive,
          is_trained, count);
    }
  }

 private:
  void add(const Sample& sample, bool positive, bool is_trained, double count) {
    const float loss = is_trained ? sample.loss : 0.0F;
    if (!std::isfinite(loss)) return;
    LossProfile::Kind& kind = positive ? profile_.positives : profile_.negatives;
    kind.losses.add(loss, count);
    kind.p_t[probability_bin(sample.logit)] += count;
    (positive ? level_.positives : level_.negatives) += loss * count;
  }

  LossProfile& profile_;
  LossProfile::Level& level_;
  const ClassificationTerms& terms_;
};

LossShares summary_of(const LossProfile::Kind& kind) {
  LossShares shares;
  shares.samples = kind.losses.samples();
  shares.loss = kind.losses.loss();
  for (const double share : kSampleShares) {
    shares.loss_of_easiest.push_back(kind.losses.loss_of_easiest(share));
  }
  shares.p_t.assign(kind.p_t.begin(), kind.p_t.end());
  return shares;
}

}  // namespace

void LossHistogram::add(float loss, double count) {
  if (!std::isfinite(loss)) return;
  const uint32_t bits = std::bit_cast<uint32_t>(std::max(loss, 0.0F));
  Bin& bin = bins_[bits >> 20U];  // the exponent and three bits of the mantissa
  bin.count += count;
  bin.loss += loss * count;
  samples_ += count;
  loss_ += loss * count;
}

double LossHistogram::loss_of_easiest(double share) const {
  if (loss_ <= 0.0) return 0.0;
  double left = share * samples_;
  double loss = 0.0;
  for (const Bin& bin : bins_) {
    if (bin.count >= left) {
      if (bin.count > 0.0) loss += bin.loss * (left / bin.count);
      break;
    }
    left -= bin.count;
    loss += bin.loss;
  }
  return std::min(1.0, loss / loss_);
}

void add_losses(LossProfile& profile, const std::vector<torch::Tensor>& logits,
                const std::vector<torch::Tensor>& labels, const std::vector<torch::Tensor>& trained,
                const ClassificationTerms& terms) {
  RN_CHECK(logits.size() == labels.size() && labels.size() == trained.size() && !logits.empty(),
           "{} levels of logits, {} of labels, {} of trained ones", logits.size(), labels.size(),
           trained.size());
  const torch::NoGradGuard no_grad;
  const auto num_classes = static_cast<int64_t>(terms.positive_weights.size());
  int64_t all = 0;
  for (const torch::Tensor& level : logits) all += level.numel();
  const double step = std::max(1.0, static_cast<double>(all) / static_cast<double>(kMostLogits));
  profile.levels.resize(std::max(profile.levels.size(), logits.size()));
  profile.images += logits[0].size(0);
  for (size_t i = 0; i < logits.size(); ++i) {
    const torch::Tensor label = labels[i].flatten().to(torch::kCPU).contiguous();
    const torch::Tensor in_loss = trained[i].flatten().to(torch::kCPU).contiguous();
    const auto* label_of = label.data_ptr<int64_t>();
    const Rows rows = choose_rows(label_of, label.numel(), step);
    const torch::Tensor chosen = torch::tensor(rows.indices, torch::kInt64).to(logits[i].device());
    const torch::Tensor x = logits[i]
                                .detach()
                                .permute({0, 2, 3, 1})
                                .reshape({-1, num_classes})
                                .index_select(0, chosen)
                                .to(torch::kCPU, torch::kFloat32)
                                .contiguous();
    LevelProfile level(profile, profile.levels[i], terms);
    for (size_t row = 0; row < rows.indices.size(); ++row) {
      const int64_t anchor = rows.indices[row];
      level.add(x.data_ptr<float>() + static_cast<int64_t>(row) * num_classes, label_of[anchor],
                in_loss.data_ptr<int64_t>()[anchor] != kIgnore, rows.counts[row]);
    }
  }
}

LossProfileEvent summarize(const LossProfile& profile) {
  LossProfileEvent event;
  event.images = profile.images;
  event.positives = summary_of(profile.positives);
  event.negatives = summary_of(profile.negatives);
  const double total = event.positives.loss + event.negatives.loss;
  if (total > 0.0) {
    event.easy_negatives_share =
        profile.negatives.losses.loss_of_easiest(kEasyShare) * event.negatives.loss / total;
  }
  for (const LossProfile::Level& level : profile.levels) {
    event.level_positives.push_back(level.positives);
    event.level_negatives.push_back(level.negatives);
  }
  return event;
}

}  // namespace rn
