#include "report/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "report/live_line.h"
#include "report/units.h"

namespace rn {

ProgressBar::ProgressBar(Screen& screen, std::string label, int64_t total,
                         ProgressBarOptions options)
    : screen_(screen),
      label_(std::move(label)),
      total_(std::max<int64_t>(total, 0)),
      options_(std::move(options)),
      start_(screen.now()),
      last_drawn_(start_),
      last_line_(start_),
      last_counted_(start_) {}

ProgressBar::~ProgressBar() {
  if (!finished_ && drawn_) screen_.clear_live();
}

void ProgressBar::advance(int64_t more) {
  const std::lock_guard lock(mutex_);
  done_ += more;
  show_locked();
}

void ProgressBar::update(int64_t done) {
  const std::lock_guard lock(mutex_);
  done_ = done;
  show_locked();
}

void ProgressBar::show_locked() {
  const double now = screen_.now();
  if (finished_ || now - last_drawn_ < options_.redraw_interval) return;
  last_drawn_ = now;
  rate_.add(now - last_counted_, static_cast<double>(done_ - counted_));
  last_counted_ = now;
  counted_ = done_;
  if (now - start_ < options_.shown_after) return;
  draw_locked(rate_.items_per_second());
  if (now - last_line_ >= options_.line_interval) {
    last_line_ = now;
    line_locked(rate_.items_per_second());
  }
}

double ProgressBar::seconds_left(double rate) const {
  return static_cast<double>(std::max<int64_t>(total_ - done_, 0)) / rate;
}

void ProgressBar::draw_locked(double rate) {
  std::vector<LineField> fields = {{StyledText(label_, Style::kStrong), 0}};
  const std::string total = std::to_string(total_);
  if (total_ > 0) {
    const double share = static_cast<double>(done_) / static_cast<double>(total_);
    fields.push_back({{}, 3, BarLook{share}});
    fields.push_back({StyledText(fmt::format("{:>{}}/{}", done_, total.size(), total)), 1});
    if (options_.time_left) {
      fields.push_back(
          {StyledText(fmt::format("{:>5} left", duration_text(seconds_left(rate)))), 2});
    }
  } else {
    fields.push_back({StyledText(std::to_string(done_)), 1});
  }
  if (options_.rate) {
    fields.push_back({StyledText(fmt::format("{:>4} {}/s", rate_text(rate), options_.unit)), 4});
  }
  screen_.draw_live(fit_line(fields, screen_.width() - 1, screen_.unicode()));
  drawn_ = true;
}

void ProgressBar::line_locked(double rate) {
  std::string line = fmt::format("{} {}", label_, done_);
  if (total_ > 0) line += fmt::format("/{}", total_);
  line +=
      options_.rate ? fmt::format(" {} {}/s", rate_text(rate), options_.unit) : " " + options_.unit;
  if (total_ > 0 && options_.time_left) {
    line += (options_.rate ? " left " : ", left ") + duration_text(seconds_left(rate));
  }
  screen_.log(line);
  if (!screen_.live()) screen_.show(StyledText(line));
}

void ProgressBar::finish() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(finished_, true)) return;
  if (drawn_) screen_.clear_live();
  const double seconds = screen_.now() - start_;
  if (!options_.keep || seconds < options_.shown_after) return;
  StyledText line(label_, Style::kStrong);
  line.add(fmt::format(" {} {} in {}", done_, options_.unit, elapsed_text(seconds)));
  if (options_.rate) {
    line.add(
        fmt::format(", {} {}/s", rate_text(static_cast<double>(done_) / seconds), options_.unit));
  }
  screen_.print(line);
}

}  // namespace rn
