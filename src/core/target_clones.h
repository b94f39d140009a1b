#pragma once

/// Compiles the function for several instruction sets; the program takes the best that the machine
/// has. For plain functions and explicitly instantiated templates whose loops vectorise; what they
/// call is compiled so where it is inlined. Without GCC on x86-64 Linux there is the one plain
/// function; and under the thread sanitizer, which instruments the code that chooses, too: that
/// runs before the sanitizer is loaded.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__gnu_linux__) && \
    !defined(__SANITIZE_THREAD__)
#define RN_TARGET_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RN_TARGET_CLONES
#endif
