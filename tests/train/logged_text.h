#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>

namespace rn {

/// What is logged while it lives.
class LoggedText {
 public:
  LoggedText() : old_(spdlog::default_logger()) {
    auto logger = std::make_shared<spdlog::logger>(
        "text", std::make_shared<spdlog::sinks::ostream_sink_mt>(stream_));
    logger->set_pattern("%l: %v");
    spdlog::set_default_logger(logger);
  }
  ~LoggedText() { spdlog::set_default_logger(old_); }
  std::string str() const { return stream_.str(); }

 private:
  std::ostringstream stream_;
  std::shared_ptr<spdlog::logger> old_;
};

}  // namespace rn
