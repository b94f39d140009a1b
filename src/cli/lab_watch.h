#pragma once

#include <cstdint>
#include <filesystem>
#include <ios>
#include <string>

namespace rn {

/// What a laboratory sees of the runs that it has started.

/// "epoch 3/12, step 120, loss 0.643, 14.2 img/s, AP 0.214" of a run's metrics.jsonl; empty if
/// there is nothing in it yet.
std::string run_progress_text(const std::filesystem::path& metrics_jsonl, int64_t epochs);

/// Of the file that has all that a run said, from `begin` on: its last error, without the rest of
/// its text; empty if it said none.
std::string last_error(const std::filesystem::path& output, std::streamoff begin);

/// "ended by signal 9", "ended with exit code 70". @param exit_code as run_child gives it
std::string exit_text(int exit_code);

}  // namespace rn
