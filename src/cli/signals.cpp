#include "cli/signals.h"

#include <unistd.h>

#include <csignal>

namespace rn {
namespace {

volatile std::sig_atomic_t stop_flag = 0;

void on_stop_signal(int) {
  if (stop_flag != 0) _exit(130);
  stop_flag = 1;
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested() { return stop_flag != 0; }

}  // namespace rn
