#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rn {

/// The vector instruction sets of this processor that matter here, best first, as the system names
/// them ("amx_bf16", "avx512_bf16", "avx512f", "avx2"); empty where the system doesn't say.
std::vector<std::string> instruction_sets();

/// The processor's time since this process began, all threads together. In seconds.
double processor_seconds();

/// Threads of the whole machine that ran or waited for a core, as `uptime` says, on average over
/// the last minute; nothing where the system doesn't say.
std::optional<double> load_average();

}  // namespace rn
