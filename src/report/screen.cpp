#include "report/screen.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "report/terminal.h"

namespace rn {
namespace {

constexpr std::string_view kEraseToEnd = "\x1b[K";

/// To stderr in one piece, so that the terminal never shows half a line. There is nobody to tell
/// when stderr itself fails.
void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

ScreenOptions stderr_screen() {
  const bool terminal = is_terminal(STDERR_FILENO);
  const char* name = std::getenv("TERM");
  return {.write = write_to_stderr,
          .width = [] { return terminal_width(STDERR_FILENO); },
          .clock = monotonic_seconds,
          .live = terminal && (name == nullptr || std::string_view(name) != "dumb"),
          .colour = colour_wanted(STDERR_FILENO),
          .unicode = unicode_wanted()};
}

Screen::Screen(ScreenOptions options) : options_(std::move(options)) {}

Screen::~Screen() { clear_live(); }

void Screen::log_to(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  log_.reset();
  log_.emplace(path);
  log_failed_ = false;
  for (const std::string& line : std::exchange(early_lines_, {})) log_locked(line);
}

void Screen::print(std::string_view text) {
  const std::lock_guard lock(mutex_);
  while (true) {
    const size_t end = text.find('\n');
    const StyledText line(text.substr(0, end));
    show_locked(line);
    log_locked(line.plain());
    if (end == std::string_view::npos || end + 1 == text.size()) return;
    text.remove_prefix(end + 1);
  }
}

void Screen::print(const StyledText& line) {
  const std::lock_guard lock(mutex_);
  show_locked(line);
  log_locked(line.plain());
}

void Screen::show(const StyledText& line) {
  const std::lock_guard lock(mutex_);
  show_locked(line);
}

void Screen::log(std::string_view line) {
  const std::lock_guard lock(mutex_);
  log_locked(line);
}

void Screen::draw_live(const StyledText& line) {
  if (!options_.live) return;
  // The last column stays free: a cursor that waits behind it would be erased or wrapped.
  const std::string text = encoded(line.cut(std::max<size_t>(width(), 2) - 1));
  const std::lock_guard lock(mutex_);
  if (text == live_) return;
  live_ = text;
  // Written over the old line and then cleared behind, not before: no flicker.
  options_.write("\r" + text + std::string(kEraseToEnd));
}

void Screen::clear_live() {
  const std::lock_guard lock(mutex_);
  if (live_.empty()) return;
  live_.clear();
  options_.write("\r" + std::string(kEraseToEnd));
}

void Screen::show_locked(const StyledText& line) {
  std::string text = encoded(line) + (live_.empty() ? "\n" : std::string(kEraseToEnd) + "\n");
  if (!live_.empty()) text = "\r" + text + live_;
  options_.write(text);
}

void Screen::log_locked(std::string_view line) {
  if (!log_) {
    if (early_lines_.size() < kMostEarlyLines) early_lines_.emplace_back(line);
    return;
  }
  const std::string problem = log_->append(line);
  if (!problem.empty() && !log_failed_) show_locked(StyledText(problem, Style::kWarning));
  log_failed_ = !problem.empty();
}

std::string Screen::encoded(const StyledText& line) const {
  return options_.colour ? line.coloured() : line.plain();
}

}  // namespace rn
