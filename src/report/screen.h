#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/append_file.h"
#include "report/styled_text.h"

namespace rn {

/// Where text goes and what can be shown there. Tests put in their own.
struct ScreenOptions {
  std::function<void(std::string_view)> write;
  std::function<size_t()> width;  ///< columns
  std::function<double()> clock;  ///< seconds from any start, never backwards
  bool live = false;              ///< a line can be drawn again in its place
  bool colour = false;
  bool unicode = false;
};

/// The screen that stderr is: live and coloured only if it is a terminal.
ScreenOptions stderr_screen();

/// Lines that stay, and below them at most one live line that is drawn again in its place. All that
/// is shown during a run goes through one Screen, warnings too, so that nothing tears the live
/// line. What stays also goes to the log file, without control codes. May be used from any thread.
class Screen {
 public:
  explicit Screen(ScreenOptions options);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  /// Takes a live line away.
  ~Screen();

  /// What stays, from the start of the program on, is appended to this file too. A write that fails
  /// later (disk full) is said once on the screen and stops nothing.
  /// @throws Error if the file can't be opened
  void log_to(const std::filesystem::path& path);

  /// Text that stays, of one line or more, on the screen and in the log.
  void print(std::string_view text);
  void print(const StyledText& line);

  /// The two halves of print, for what looks different on a terminal and in a file.
  void show(const StyledText& line);
  void log(std::string_view line);

  /// Draws the live line, cut to the screen's width; does nothing where there can't be one.
  void draw_live(const StyledText& line);
  void clear_live();

  bool live() const { return options_.live; }
  bool unicode() const { return options_.unicode; }
  size_t width() const { return options_.width(); }
  double now() const { return options_.clock(); }

 private:
  void show_locked(const StyledText& line);
  void log_locked(std::string_view line);
  std::string encoded(const StyledText& line) const;

  ScreenOptions options_;
  std::mutex mutex_;
  std::optional<AppendFile> log_;
  bool log_failed_ = false;
  static constexpr size_t kMostEarlyLines = 1000;
  std::vector<std::string> early_lines_;  ///< from before there was a log; its first lines then
  std::string live_;  ///< what is on the screen as the live line; empty if nothing is
};

}  // namespace rn
