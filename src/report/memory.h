#pragma once

#include <cstdint>

namespace rn {

/// Bytes of this process that are in memory now (resident set); 0 where the system doesn't say.
int64_t resident_bytes();

}  // namespace rn
