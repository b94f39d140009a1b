#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rn {

/// CRC-32C (Castagnoli, RFC 3720) as TFRecord files store it: rotated right by 15 bits plus
/// 0xA282EAD8, so that the sum of data that holds such sums itself is no special value.
uint32_t masked_crc32c(std::string_view bytes);

/// `data` as a record of a TFRecord file: its length (8 bytes, little endian), the masked CRC-32C
/// of these, the data, the masked CRC-32C of the data.
std::string tfrecord(std::string_view data);

}  // namespace rn
