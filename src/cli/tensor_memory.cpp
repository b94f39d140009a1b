#include "cli/tensor_memory.h"

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>
#include <malloc.h>

#include <atomic>
#include <utility>

#include "core/torch_compat.h"

namespace rn {
namespace {

std::atomic<int64_t> limit = 0;
std::atomic<int64_t> used = 0;
std::function<int64_t()> still_free;

bool fits(int64_t bytes) {
  if (used + bytes <= limit) return true;
  if (!still_free) return false;
  const int64_t now = used + still_free();
  if (now > limit) limit = now;
  return used + bytes <= limit;
}

/// LibTorch's own allocator, counted.
class CountingAllocator : public CpuAllocator {
 public:
  c10::DeleterFnPtr raw_deleter() const override { return &release; }

 protected:
  c10::DataPtr get(size_t bytes) const override {
    const auto wanted = static_cast<int64_t>(bytes);
    TORCH_CHECK_WITH(OutOfMemoryError, fits(wanted), "out of memory: tried to allocate ", bytes,
                     " bytes where ", used.load(), " of ", limit.load(), " are in use");
    c10::DataPtr memory = c10::GetDefaultCPUAllocator()->allocate(bytes);
    void* const block = memory.release_context();  // which is the memory itself
    used += size_of(block);
    return {block, block, &release, c10::DeviceType::CPU};
  }

 private:
  static int64_t size_of(void* block) { return static_cast<int64_t>(::malloc_usable_size(block)); }

  static void release(void* block) {
    used -= size_of(block);
    c10::GetDefaultCPUAllocator()->raw_deleter()(block);
  }
};

}  // namespace

void limit_tensor_memory(int64_t bytes, std::function<int64_t()> free_bytes) {
  static CountingAllocator allocator;
  still_free = std::move(free_bytes);
  limit = bytes;
  c10::SetCPUAllocator(&allocator);
}

int64_t tensor_memory_in_use() { return used; }

}  // namespace rn
