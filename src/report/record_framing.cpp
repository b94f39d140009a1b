#include "report/record_framing.h"

#include <isa-l/crc.h>

#include <limits>

#include "core/error.h"

namespace rn {
namespace {

template <class Unsigned>
void append_little_endian(std::string& bytes, Unsigned value) {
  for (size_t i = 0; i < sizeof(value); ++i) {
    bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  }
}

}  // namespace

uint32_t masked_crc32c(std::string_view bytes) {
  RN_CHECK(bytes.size() <= std::numeric_limits<int>::max(), "{} bytes", bytes.size());
  // The function only reads. It leaves the inversions at both ends to its callers.
  auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  const uint32_t crc = ~crc32_iscsi(data, static_cast<int>(bytes.size()), ~uint32_t{0});
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
}

std::string tfrecord(std::string_view data) {
  std::string record;
  append_little_endian(record, uint64_t{data.size()});
  append_little_endian(record, masked_crc32c(record));
  record += data;
  append_little_endian(record, masked_crc32c(data));
  return record;
}

}  // namespace rn
