#include "core/allocation.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace rn {

void keep_freed_memory() {
#ifdef M_TRIM_THRESHOLD           // another C library than glibc has its own ways
  mallopt(M_MMAP_MAX, 0);         // no mapping for a single block: it would go back when freed
  mallopt(M_TRIM_THRESHOLD, -1);  // nor does the end of the heap go back
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace rn
