#include "data/picture_bytes.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rn {
namespace {

constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);
constexpr size_t kPngChunkFrame = 12;  // length, type, checksum

uint32_t byte_at(std::string_view bytes, size_t position) {
  return static_cast<unsigned char>(bytes[position]);
}

uint32_t big_endian_16(std::string_view bytes, size_t position) {
  return byte_at(bytes, position) << 8 | byte_at(bytes, position + 1);
}

uint32_t big_endian_32(std::string_view bytes, size_t position) {
  return big_endian_16(bytes, position) << 16 | big_endian_16(bytes, position + 2);
}

/// Markers without a segment: TEM and RST0..RST7; also a stuffed 0xFF00 in coded data.
bool stands_alone(uint32_t marker) {
  return marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
}

}  // namespace

bool is_jpeg(std::string_view bytes) { return bytes.substr(0, 3) == "\xFF\xD8\xFF"; }

bool jpeg_is_whole(std::string_view bytes) {
  constexpr uint32_t kEndOfImage = 0xD9;
  size_t position = 2;
  while (true) {
    // After a scan's header this passes over its coded data, in which 0xFF is stuffed.
    position = bytes.find('\xFF', position);
    if (position == std::string_view::npos || position + 1 >= bytes.size()) return false;
    const uint32_t marker = byte_at(bytes, position + 1);
    if (marker == kEndOfImage) return true;
    if (marker == 0xFF) {  // a fill byte
      ++position;
    } else if (stands_alone(marker)) {
      position += 2;
    } else {
      if (position + 3 >= bytes.size()) return false;
      position += 2 + big_endian_16(bytes, position + 2);
      if (position > bytes.size()) return false;
    }
  }
}

bool is_png(std::string_view bytes) {
  return bytes.substr(0, kPngSignature.size()) == kPngSignature;
}

std::optional<std::string> png_pixels_only(std::string_view bytes) {
  constexpr std::array<std::string_view, 5> kKept = {"IHDR", "PLTE", "IDAT", "IEND", "eXIf"};
  std::string kept(kPngSignature);
  kept.reserve(bytes.size());
  size_t position = kPngSignature.size();
  while (bytes.size() - position >= kPngChunkFrame) {
    const size_t length = kPngChunkFrame + big_endian_32(bytes, position);
    if (length > bytes.size() - position) return std::nullopt;
    const std::string_view chunk = bytes.substr(position, length);
    const std::string_view type = chunk.substr(4, 4);
    if (std::find(kKept.begin(), kKept.end(), type) != kKept.end()) kept += chunk;
    if (type == "IEND") return kept;
    position += length;
  }
  return std::nullopt;
}

}  // namespace rn
