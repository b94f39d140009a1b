#pragma once

namespace rn {

/// From now on SIGUSR1 only raises a flag. Early in a command: without a handler it ends a process.
void catch_save_signal();

/// Whether SIGUSR1 has come since it was last asked.
bool take_save_request();

/// From now on SIGINT, SIGTERM and SIGHUP only raise a flag, so that a command can finish its step
/// and save; a second one ends the process at once with 130. SIGHUP stays ignored where it was
/// (nohup). A process has one set of handlers: call it once.
void catch_stop_signals();

/// Whether one of them has come since catch_stop_signals.
bool stop_requested();

}  // namespace rn
