#pragma once

// Included before everything else where clang compiles with GCC 12's standard library (Debian 12).
// LibTorch 1.13 has members of type std::vector<IValue> before IValue is complete. GCC lets that
// pass; clang compiles constexpr functions as soon as they are named, and in C++20 all of vector's
// are. Here they become plain functions, as they are in C++17.

#include <memory>
#include <string>

#if defined(__clang__) && defined(_GLIBCXX_RELEASE) && _GLIBCXX_RELEASE == 12
#pragma push_macro("_GLIBCXX20_CONSTEXPR")
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
// std::fill for vector<bool>, which <string> has declared constexpr; nothing here uses it.
#define __fill_a1 __fill_a1_of_bits
#include <vector>
#undef __fill_a1
#pragma pop_macro("_GLIBCXX20_CONSTEXPR")
#endif
