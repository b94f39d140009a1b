#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <type_traits>
#include <vector>

namespace rn {

/// Asks the system for pages of 2 MiB where it has them: of a block that is written to from end to
/// end, the first touch of its small pages costs more than the writing.
/// @param block any; only the whole pages in it are asked for, and nothing is touched
void use_huge_pages(void* block, size_t bytes);

/// A vector of this size on such pages.
template <class T>
std::vector<T> vector_on_huge_pages(size_t size) {
  std::vector<T> items;
  items.reserve(size);
  use_huge_pages(items.data(), size * sizeof(T));
  items.resize(size);
  return items;
}

struct FreeBlock {
  void operator()(void* block) const { std::free(block); }
};

/// Items that nobody has initialised, on such pages: for what several threads fill in.
template <class T>
using Block = std::unique_ptr<T[], FreeBlock>;

/// @return `bytes` bytes, aligned to the large pages if there are enough of them
/// @throws std::bad_alloc
void* allocate_on_huge_pages(size_t bytes);

template <class T>
Block<T> block_on_huge_pages(size_t size) {
  static_assert(std::is_trivially_copyable_v<T> && std::is_aggregate_v<T>);
  return Block<T>(static_cast<T*>(allocate_on_huge_pages(size * sizeof(T))));
}

}  // namespace rn
