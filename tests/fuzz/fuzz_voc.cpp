#include <cstdint>

#include "fuzz/parsers.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rn::testing::try_voc({reinterpret_cast<const char*>(data), size});
  return 0;
}
