#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "report/screen.h"
#include "report/smoothed.h"

namespace rn {

struct ProgressBarOptions {
  std::string unit = "img";
  bool rate = true;              ///< tells it; false for few things that differ
  bool time_left = true;         ///< tells it
  bool keep = true;              ///< finish leaves a line with the time that it took
  double shown_after = 1;        ///< seconds; what is done sooner shows nothing
  double redraw_interval = 0.1;  ///< seconds between two drawings of the live line
  double line_interval = 30;     ///< seconds between two lines where there is no live line
};

/// For a few parts of which each may last: shown from the start, whatever it takes.
inline const ProgressBarOptions kWholeParts = {.unit = "parts",
                                               .rate = false,
                                               .time_left = false,
                                               .keep = false,
                                               .shown_after = 0,
                                               .redraw_interval = 0};

/// Shows how far something is that lasts: drawing scenes, evaluating, predicting.
///
///     ProgressBar progress(screen, "predict", files.size());
///     for (...) { ...; progress.advance(); }
///     progress.finish();
///
/// One that goes without finish (an exception) takes its live line away and leaves nothing. May be
/// advanced from any thread.
class ProgressBar {
 public:
  /// @param total 0 if it isn't known (a stream): then there is no bar and no time left
  ProgressBar(Screen& screen, std::string label, int64_t total, ProgressBarOptions options = {});
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  void advance(int64_t more = 1);
  void update(int64_t done);
  void finish();

 private:
  void show_locked();
  double seconds_left(double rate) const;
  void draw_locked(double rate);
  void line_locked(double rate);

  Screen& screen_;
  const std::string label_;
  const int64_t total_;
  const ProgressBarOptions options_;
  std::mutex mutex_;
  SmoothedRate rate_;
  const double start_;
  double last_drawn_;
  double last_line_;
  double last_counted_;  ///< when the rate was last fed,
  int64_t counted_ = 0;  ///< and with how many done
  int64_t done_ = 0;
  bool drawn_ = false;
  bool finished_ = false;
};

}  // namespace rn
