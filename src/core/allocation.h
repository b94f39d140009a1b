#pragma once

namespace rn {

/// Makes the C library keep freed memory for the next step instead of handing it back to the
/// system: a training step frees and asks for the same hundreds of megabytes again, and each page
/// that the system gives costs a fault and a pass of zeros. To be called before the first large
/// allocation.
void keep_freed_memory();

}  // namespace rn
