#pragma once

#include <cstdint>
#include <functional>

#include "core/run_events.h"
#include "report/memory.h"
#include "report/screen.h"
#include "report/smoothed.h"
#include "report/styled_text.h"

namespace rn {

struct RunDisplayOptions {
  double redraw_interval = 0.1;  ///< seconds between two drawings of the live line
  double line_interval = 30;     ///< seconds between two lines in the log and without a terminal
  std::function<int64_t()> memory = resident_bytes;
};

/// What a person sees of a training run. On a terminal: a live line for each epoch, which stays
/// when the epoch is done, with the epoch's own means in place of the smoothed values.
///
///     epoch  3/16  ━━━━━━━━━━╸─────────  128/273   0:41 left  14.2 img/s  loss 0.6430  cls 0.4120
///     box 0.2310  lr 2.40e-04  wait  3%  mem 1.24 GB  run 12:08 left
///
/// (as one line; a narrow screen gets fewer fields). Then a line for each evaluation. Elsewhere,
/// and in the log: lines at intervals and when an epoch is done.
///
///     epoch 3/16 step 128/273 loss 0.6430 cls 0.4120 box 0.2310 lr 2.40e-04 14.2 img/s wait 3%
///     mem 1.24 GB left 0:41 run_left 12:08
class RunDisplay {
 public:
  explicit RunDisplay(Screen& screen, RunDisplayOptions options = {});
  RunDisplay(const RunDisplay&) = delete;
  RunDisplay& operator=(const RunDisplay&) = delete;
  ~RunDisplay() { finish(); }

  void on_step(const StepEvent& event);
  void on_evaluation(const EvaluationEvent& event);
  /// The run goes back to an earlier step: what its line showed last stays, means start anew.
  void on_rollback();
  /// The run ends here, perhaps within an epoch: what its line showed last stays.
  void finish();

 private:
  /// Sums over the steps of one epoch (those that this process did).
  struct EpochSums {
    int64_t made = 0;  ///< steps that weren't skipped: the losses are theirs
    double images = 0, seconds = 0, waiting = 0, loss_cls = 0, loss_box = 0;
  };
  /// What a line says, live or done.
  struct Shown {
    double loss_cls = 0, loss_box = 0, images_per_second = 0, waiting_share = 0;
    double epoch_seconds = 0;  ///< left, or taken if done
    double run_seconds = 0;    ///< left
    bool done = false;
  };

  void start_epoch(const StepEvent& event);
  void end_epoch();
  double run_seconds_left() const;
  Shown smoothed() const;
  Shown epoch_means() const;
  StyledText live_line(const Shown& shown) const;
  std::string plain_line(const Shown& shown) const;
  void put_line(const std::string& line);

  Screen& screen_;
  const RunDisplayOptions options_;
  StepEvent last_{};
  SmoothedRate rate_;
  SmoothedValue loss_cls_;
  SmoothedValue loss_box_;
  EpochSums epoch_{};
  bool epoch_open_ = false;  ///< steps were shown whose epoch isn't done
  int64_t first_epoch_ = 0;  ///< of this process
  double evaluation_seconds_ = 0;
  double last_drawn_;
  double last_line_;
};

}  // namespace rn
