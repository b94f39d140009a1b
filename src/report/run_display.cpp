#include "report/run_display.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "report/live_line.h"
#include "report/units.h"

namespace rn {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr double kMuchWaiting = 0.2;

/// The order in which fields leave a narrow screen: the last of these first.
enum Rank {
  kAlways,
  kLoss,
  kSteps,
  kRunLeft,
  kRate,
  kBar,
  kEpochLeft,
  kParts,
  kLr,
  kWait,
  kMemory
};

/// The numbers of COCO's twelve that a line has room for, and where they are.
constexpr std::array<std::pair<const char*, size_t>, 7> kScores = {
    {{"AP", 0}, {"AP50", 1}, {"AP75", 2}, {"APs", 3}, {"APm", 4}, {"APl", 5}, {"AR100", 8}}};

std::string of_total(int64_t done, int64_t total) {
  const std::string all = std::to_string(total);
  return fmt::format("{:>{}}/{}", done, all.size(), all);
}

std::string six(double loss) { return fmt::format("{:>6}", loss_text(loss)); }

}  // namespace

RunDisplay::RunDisplay(Screen& screen, RunDisplayOptions options)
    : screen_(screen), options_(std::move(options)), last_drawn_(kNever), last_line_(kNever) {}

void RunDisplay::start_epoch(const StepEvent& event) {
  if (first_epoch_ == 0) first_epoch_ = event.epoch;
  epoch_ = {};
  epoch_open_ = true;
}

void RunDisplay::on_step(const StepEvent& event) {
  if (!epoch_open_ || event.epoch != last_.epoch) start_epoch(event);
  last_ = event;
  rate_.add(event.step_seconds, static_cast<double>(event.images), event.data_seconds);
  loss_cls_.add(event.loss_cls);
  loss_box_.add(event.loss_box);
  epoch_.images += static_cast<double>(event.images);
  epoch_.seconds += event.step_seconds;
  epoch_.waiting += event.data_seconds;
  if (!event.skipped) {
    ++epoch_.made;
    epoch_.loss_cls += event.loss_cls;
    epoch_.loss_box += event.loss_box;
  }

  if (event.step_in_epoch >= event.steps_per_epoch) return end_epoch();
  const double now = screen_.now();
  if (screen_.live() && now - last_drawn_ >= options_.redraw_interval) {
    last_drawn_ = now;
    screen_.draw_live(live_line(smoothed()));
  }
  if (now - last_line_ >= options_.line_interval) put_line(plain_line(smoothed()));
}

void RunDisplay::end_epoch() {
  epoch_open_ = false;
  const Shown means = epoch_means();
  screen_.clear_live();
  if (screen_.live()) screen_.show(live_line(means));
  put_line(plain_line(means));
}

void RunDisplay::on_rollback() {
  finish();
  loss_cls_ = {};
  loss_box_ = {};
  first_epoch_ = 0;  // what evaluations cost for each epoch can't be told from those so far
  evaluation_seconds_ = 0;
}

void RunDisplay::finish() {
  if (!std::exchange(epoch_open_, false)) return;
  const Shown now = smoothed();
  screen_.clear_live();
  if (screen_.live()) screen_.show(live_line(now));
  put_line(plain_line(now));
}

void RunDisplay::put_line(const std::string& line) {
  last_line_ = screen_.now();
  screen_.log(line);
  if (!screen_.live()) screen_.show(StyledText(line));
}

double RunDisplay::run_seconds_left() const {
  const auto steps_left = static_cast<double>(last_.iterations - last_.iteration);
  double seconds = steps_left * rate_.seconds_per_step();
  // Evaluations to come cost what those so far did, for each epoch.
  const int64_t epochs_done = last_.epoch - first_epoch_;
  if (epochs_done > 0) {
    const auto epochs_left = static_cast<double>(last_.epochs - last_.epoch + 1);
    seconds += evaluation_seconds_ / static_cast<double>(epochs_done) * epochs_left;
  }
  return seconds;
}

RunDisplay::Shown RunDisplay::smoothed() const {
  const auto steps_left = static_cast<double>(last_.steps_per_epoch - last_.step_in_epoch);
  return {.loss_cls = loss_cls_.value(),
          .loss_box = loss_box_.value(),
          .images_per_second = rate_.items_per_second(),
          .waiting_share = rate_.waiting_share(),
          .epoch_seconds = steps_left * rate_.seconds_per_step(),
          .run_seconds = run_seconds_left(),
          .done = false};
}

RunDisplay::Shown RunDisplay::epoch_means() const {
  const auto steps = static_cast<double>(epoch_.made);
  const double seconds = std::max(epoch_.seconds, 1e-9);
  return {.loss_cls = epoch_.loss_cls / steps,
          .loss_box = epoch_.loss_box / steps,
          .images_per_second = epoch_.images / seconds,
          .waiting_share = epoch_.waiting / seconds,
          .epoch_seconds = epoch_.seconds,
          .run_seconds = run_seconds_left(),
          .done = true};
}

StyledText RunDisplay::live_line(const Shown& shown) const {
  const double share =
      static_cast<double>(last_.step_in_epoch) / static_cast<double>(last_.steps_per_epoch);
  const Style wait = shown.waiting_share > kMuchWaiting ? Style::kWarning : Style::kPlain;
  const auto seconds = [](double value) { return fmt::format("{:>5}", duration_text(value)); };
  std::vector<LineField> fields = {
      {StyledText("epoch " + of_total(last_.epoch, last_.epochs), Style::kStrong), kAlways},
      {{}, kBar, BarLook{share, shown.done ? Style::kGood : Style::kBar}},
      {StyledText(of_total(last_.step_in_epoch, last_.steps_per_epoch)), kSteps},
      {StyledText(seconds(shown.epoch_seconds)).add(shown.done ? "     " : " left", Style::kFaint),
       kEpochLeft},
      {StyledText(fmt::format("{:>4}", rate_text(shown.images_per_second)))
           .add(" img/s", Style::kFaint),
       kRate},
      {labelled("loss", six(shown.loss_cls + shown.loss_box)), kLoss},
      {labelled("cls", six(shown.loss_cls)), kParts},
      {labelled("box", six(shown.loss_box)), kParts},
      {labelled("lr", fmt::format("{:.2e}", last_.learning_rate)), kLr},
      {labelled("wait", fmt::format("{:>3}", percent_text(shown.waiting_share)), wait), kWait},
      {labelled("mem", fmt::format("{:>7}", bytes_text(options_.memory()))), kMemory},
      {labelled("run", seconds(shown.run_seconds)).add(" left", Style::kFaint), kRunLeft}};
  if (last_.saving_fails) {
    fields.insert(fields.begin() + 1, {StyledText("not saved", Style::kWarning), kAlways});
  }
  return fit_line(fields, screen_.width() - 1, screen_.unicode());
}

std::string RunDisplay::plain_line(const Shown& shown) const {
  std::string line = fmt::format("epoch {}/{} ", last_.epoch, last_.epochs);
  line += shown.done ? fmt::format("done in {}", elapsed_text(shown.epoch_seconds))
                     : fmt::format("step {}/{}", last_.step_in_epoch, last_.steps_per_epoch);
  line += fmt::format(" loss {} cls {} box {} lr {:.2e} {} img/s wait {} mem {}",
                      loss_text(shown.loss_cls + shown.loss_box), loss_text(shown.loss_cls),
                      loss_text(shown.loss_box), last_.learning_rate,
                      rate_text(shown.images_per_second), percent_text(shown.waiting_share),
                      bytes_text(options_.memory()));
  if (last_.saving_fails) line += " not_saved";
  if (!shown.done) line += " left " + duration_text(shown.epoch_seconds);
  return line + " run_left " + duration_text(shown.run_seconds);
}

void RunDisplay::on_evaluation(const EvaluationEvent& event) {
  evaluation_seconds_ += event.seconds;
  const int64_t epochs = std::max({last_.epochs, event.epochs, event.epoch});
  std::string plain = fmt::format("eval epoch {}/{}", event.epoch, epochs);
  std::vector<LineField> fields = {
      {StyledText("eval  " + of_total(event.epoch, epochs), Style::kStrong), kAlways}};
  for (size_t i = 0; i < kScores.size(); ++i) {
    const auto& [name, index] = kScores[i];
    const std::string score = score_text(event.stats[index]);
    plain += fmt::format(" {} {}", name, score);
    const Style style = index == 0 ? Style::kStrong : Style::kPlain;
    fields.push_back(
        {labelled(name, fmt::format("{:>5}", score), style), static_cast<int>(i == 0 ? 0 : i + 1)});
  }
  plain += " in " + elapsed_text(event.seconds);
  fields.push_back({StyledText(fmt::format("{:>7}", elapsed_text(event.seconds))), 9});
  if (event.is_best) {
    plain += " best";
    fields.push_back({StyledText(screen_.unicode() ? "★ best" : "* best", Style::kGood), 1});
  } else if (event.best_epoch > 0) {
    const std::string best = score_text(event.best_ap);
    plain += fmt::format(" best {} at epoch {}", best, event.best_epoch);
    fields.push_back(
        {StyledText(fmt::format("best {} (epoch {})", best, event.best_epoch), Style::kFaint), 8});
  }
  if (screen_.live()) screen_.show(fit_line(fields, screen_.width() - 1, screen_.unicode()));
  screen_.log(plain);
  if (!screen_.live()) screen_.show(StyledText(plain));
}

}  // namespace rn
