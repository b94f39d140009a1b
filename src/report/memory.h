#pragma once

#include <cstdint>

namespace rn {

/// Bytes of this process that are in memory now (resident set); 0 where the system doesn't say.
int64_t resident_bytes();

/// The most that it ever was; 0 where the system doesn't say.
int64_t peak_resident_bytes();

}  // namespace rn
