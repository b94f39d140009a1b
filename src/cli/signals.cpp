#include "cli/signals.h"

#include <unistd.h>

#include <csignal>

namespace rn {
namespace {

volatile std::sig_atomic_t stop_flag = 0;
volatile std::sig_atomic_t save_flag = 0;

void on_stop_signal(int) {
  if (stop_flag != 0) _exit(130);
  stop_flag = 1;
}

void on_save_signal(int) { save_flag = 1; }

void set_handler(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

bool is_ignored(int signal) {
  struct sigaction action {};
  sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

}  // namespace

void catch_save_signal() { set_handler(SIGUSR1, on_save_signal); }

bool take_save_request() {
  const bool asked = save_flag != 0;
  save_flag = 0;
  return asked;
}

void catch_stop_signals() {
  set_handler(SIGINT, on_stop_signal);
  set_handler(SIGTERM, on_stop_signal);
  if (!is_ignored(SIGHUP)) set_handler(SIGHUP, on_stop_signal);
}

bool stop_requested() { return stop_flag != 0; }

}  // namespace rn
