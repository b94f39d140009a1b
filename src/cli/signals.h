#pragma once

namespace rn {

/// From now on SIGINT and SIGTERM only raise a flag, so that a command can finish its step and
/// save; a second one ends the process at once with 130. A process has one set of handlers: call it
/// once.
void catch_stop_signals();

/// Whether SIGINT or SIGTERM has come since catch_stop_signals.
bool stop_requested();

}  // namespace rn
