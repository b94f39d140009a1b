#include "report/record_framing.h"

#include <gtest/gtest.h>

namespace rn {
namespace {

TEST(MaskedCrc32c, EqualsTheCheckValuesOfTheStandard) {
  // CRC-32C: 0xE3069283 ("123456789", the catalogue's check value), 0x8A9136AA (32 zero bytes, RFC
  // 3720 B.4), 0 (nothing). Masked by hand: rotated right by 15 bits, plus 0xA282EAD8.
  EXPECT_EQ(masked_crc32c("123456789"), 0xC78AB0E5u);
  EXPECT_EQ(masked_crc32c(std::string(32, '\0')), 0x0FD7FFFAu);
  EXPECT_EQ(masked_crc32c(""), 0xA282EAD8u);
}

TEST(TfRecord, IsLengthSumDataSum) {
  EXPECT_EQ(tfrecord("123456789"), std::string("\x09\0\0\0\0\0\0\0", 8) + "\x37\xF9\x71\x39" +
                                       "123456789" + "\xE5\xB0\x8A\xC7");
}

}  // namespace
}  // namespace rn
