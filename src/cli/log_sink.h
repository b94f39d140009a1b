#pragma once

#include "report/screen.h"

namespace rn {

/// Sends what the layers log (a resume, a fallback to an older checkpoint) through the screen, so
/// that it lands in log.txt and never tears the live line. While it lives; after it nothing is
/// logged.
class LogToScreen {
 public:
  explicit LogToScreen(Screen& screen);
  ~LogToScreen();
  LogToScreen(const LogToScreen&) = delete;
  LogToScreen& operator=(const LogToScreen&) = delete;
};

}  // namespace rn
