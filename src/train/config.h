#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/field.h"

namespace rn {

enum class OptimizerKind { kSgd, kAdamW };
constexpr auto enum_names(OptimizerKind) {
  using Entry = std::pair<OptimizerKind, std::string_view>;
  return std::array{Entry{OptimizerKind::kSgd, "sgd"}, Entry{OptimizerKind::kAdamW, "adamw"}};
}

/// From a gradient to a step: SGD with momentum, or AdamW (Loshchilov and Hutter 2019).
struct OptimizerConfig {
  OptimizerKind kind = OptimizerKind::kAdamW;
  double learning_rate = 1e-4;
  bool scale_learning_rate = true;
  double weight_decay = 0.05;
  bool decay_norms = false;
  bool decay_biases = false;
  double momentum = 0.9;
  bool nesterov = false;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("kind", c.kind, "sgd or adamw");
    v("learning_rate", c.learning_rate, Range{0, 100},
      "after the warm-up, for steps of 16 images; sgd wants about 0.01, adamw about 1e-4");
    v("scale_learning_rate", c.scale_learning_rate,
      "multiply the rate by images per step / 16; false: take it as it is");
    v("weight_decay", c.weight_decay, Range{0, 10},
      "sgd: L2 term, about 1e-4; adamw: decoupled, about 0.05");
    v("decay_norms", c.decay_norms, "decay the weights and biases of norms too");
    v("decay_biases", c.decay_biases, "decay the biases of convolutions too");
    v("momentum", c.momentum, Range{0, 1}, "sgd only");
    v("nesterov", c.nesterov, "sgd only: look ahead along the momentum");
    v("beta1", c.beta1, Range{0, 0.999999}, "adamw only: decay of the gradient's mean");
    v("beta2", c.beta2, Range{0, 0.999999}, "adamw only: decay of the squared gradient's mean");
    v("eps", c.eps, Range{1e-16, 1},
      "adamw only: added to the root of the squared gradient's mean");
  }
};

enum class ScheduleKind { kConstant, kMultiStep, kCosine, kPoly };
constexpr auto enum_names(ScheduleKind) {
  using Entry = std::pair<ScheduleKind, std::string_view>;
  return std::array{Entry{ScheduleKind::kConstant, "constant"},
                    Entry{ScheduleKind::kMultiStep, "multi_step"},
                    Entry{ScheduleKind::kCosine, "cosine"}, Entry{ScheduleKind::kPoly, "poly"}};
}

/// The learning rate as a function of the iteration; see schedule.h.
struct ScheduleConfig {
  ScheduleKind kind = ScheduleKind::kCosine;
  int64_t warmup_iterations = 1000;
  double warmup_factor = 0.001;
  std::vector<double> milestones = {8, 11};
  double gamma = 0.1;
  double power = 0.9;
  double final_factor = 0.0;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("kind", c.kind, "constant, multi_step, cosine or poly");
    v("warmup_iterations", c.warmup_iterations, Range{0, 1e9},
      "steps of linear warm-up; a short run warms up for a tenth of its steps at most");
    v("warmup_factor", c.warmup_factor, Range{0, 1}, "share of the rate at the first step");
    v("milestones", c.milestones, Range{0, 1e6},
      "multi_step: epochs (1.5 is the middle of the second) after which the rate drops");
    v("gamma", c.gamma, Range{0, 1}, "multi_step: factor of each drop");
    v("power", c.power, Range{0, 100}, "poly: exponent of the share of the run that is left");
    v("final_factor", c.final_factor, Range{0, 1}, "cosine and poly: share of the rate at the end");
  }
};

/// A moving average of the weights; see ema.h.
struct EmaConfig {
  double decay = 0.0;
  bool warm_up = true;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("decay", c.decay, Range{0, 0.999999},
      "evaluate and save a moving average of the weights, 0.999 or so; 0: off");
    v("warm_up", c.warm_up, "after t steps, decay by at most (1 + t) / (10 + t)");
  }
};

/// When the state is saved; it is saved before and after every evaluation in any case.
struct CheckpointConfig {
  double every = 1.0;
  double every_minutes = 0.0;
  int64_t keep_last = 0;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("every", c.every, Range{0, 1e6},
      "epochs (0.5: twice in each) between checkpoints; 0: after evaluations and at the end only");
    v("every_minutes", c.every_minutes, Range{0, 1e6},
      "save also when the last checkpoint is so old; 0: never for that reason");
    v("keep_last", c.keep_last, Range{0, 1e6},
      "the newest so many checkpoints stay as step-NNNNNN.ckpt too; 0: only last.ckpt and the one "
      "before it");
  }
};

/// The training loop; see trainer.h.
struct TrainConfig {
  int64_t epochs = 12;
  int64_t batch_size = 16;
  int64_t accumulate = 1;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  double clip_norm = 10.0;
  EmaConfig ema;
  double evaluate_every = 1.0;
  int64_t evaluate_every_iterations = 0;
  CheckpointConfig checkpoint;
  int64_t early_stop = 0;
  int64_t max_bad_steps = 10;
  int64_t max_rollbacks = 3;
  int64_t log_every = 20;
  bool deterministic = true;
  template <class Self, class Visitor>
  static void visit(Self& c, Visitor&& v) {
    v("epochs", c.epochs, Range{1, 1e6}, "passes over the training set");
    v("batch_size", c.batch_size, Range{1, 65536}, "images in a forward pass");
    v("accumulate", c.accumulate, Range{1, 65536},
      "forward passes whose gradients are averaged into one step");
    v("optimizer", c.optimizer, "how a gradient becomes a step");
    v("schedule", c.schedule, "the learning rate over the run");
    v("clip_norm", c.clip_norm, Range{0, 1e9}, "largest norm of the whole gradient; 0: no limit");
    v("ema", c.ema, "moving average of the weights");
    v("evaluate_every", c.evaluate_every, Range{0, 1e6},
      "epochs (0.5: twice in each) between evaluations; 0: at the end only");
    v("evaluate_every_iterations", c.evaluate_every_iterations, Range{0, 1e12},
      "the same in steps; 0: evaluate_every decides");
    v("checkpoint", c.checkpoint, "when to save what --resume needs");
    v("early_stop", c.early_stop, Range{0, 1e6},
      "stop after so many evaluations without a better AP; 0: never");
    v("max_bad_steps", c.max_bad_steps, Range{1, 1e6},
      "steps in a row without a finite loss and gradient, each skipped, after which the run goes "
      "back to a good checkpoint with half the learning rate");
    v("max_rollbacks", c.max_rollbacks, Range{0, 1000},
      "so many times at most, also for a loss that runs away; then the run stops");
    v("log_every", c.log_every, Range{1, 1e9}, "steps between two lines of the metric log");
    v("deterministic", c.deterministic,
      "the same bits each time on the same machine; false may be faster on CUDA");
  }
};

}  // namespace rn
