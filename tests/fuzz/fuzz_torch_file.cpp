#include <cstdint>
#include <string>

#include "fuzz/parsers.h"
#include "fuzz/zip_mutator.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rn::testing::try_torch_file({reinterpret_cast<const char*>(data), size});
  return 0;
}

/// Most of the time an archive gets other content in one of its entries, and stays an archive.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto changed = rn::testing::mutate_zip(bytes, max_size, seed, LLVMFuzzerMutate)) {
    return changed->copy(reinterpret_cast<char*>(data), max_size);
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
