#include "cli/log_sink.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>

namespace rn {
namespace {

class ScreenSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ScreenSink(Screen& screen) : screen_(screen) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string text(message.payload.begin(), message.payload.end());
    screen_.print(message.level >= spdlog::level::warn ? "warning: " + text : text);
  }
  void flush_() override {}

 private:
  Screen& screen_;
};

}  // namespace

LogToScreen::LogToScreen(Screen& screen) {
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("run", std::make_shared<ScreenSink>(screen)));
}

LogToScreen::~LogToScreen() {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("none"));
}

}  // namespace rn
