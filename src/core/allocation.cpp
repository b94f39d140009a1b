#include "core/allocation.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace rn {
namespace {

constexpr uintptr_t kHugePage = uintptr_t{2} << 20;

}  // namespace

void use_huge_pages(void* block, size_t bytes) {
#ifdef MADV_HUGEPAGE
  const auto begin = (reinterpret_cast<uintptr_t>(block) + kHugePage - 1) & ~(kHugePage - 1);
  const auto end = (reinterpret_cast<uintptr_t>(block) + bytes) & ~(kHugePage - 1);
  // A system that refuses has small pages to give, which do as well.
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#else
  (void)block, (void)bytes;
#endif
}

void* allocate_on_huge_pages(size_t bytes) {
  const size_t whole_pages = (bytes + kHugePage - 1) & ~(kHugePage - 1);
  void* block = bytes < kHugePage ? std::malloc(bytes) : std::aligned_alloc(kHugePage, whole_pages);
  if (block == nullptr && bytes > 0) throw std::bad_alloc();
  if (bytes >= kHugePage) use_huge_pages(block, whole_pages);
  return block;
}

}  // namespace rn
