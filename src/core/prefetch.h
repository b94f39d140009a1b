#pragma once

namespace rn {

/// Asks for the cache line at a place that will be read, or written, soon. No effect on results;
/// the place needn't be one that can be read.
inline void prefetch_to_read(const void* place) {
#if defined(__GNUC__)
  __builtin_prefetch(place, 0);
#else
  (void)place;
#endif
}
inline void prefetch_to_write(const void* place) {
#if defined(__GNUC__)
  __builtin_prefetch(place, 1);
#else
  (void)place;
#endif
}

}  // namespace rn
