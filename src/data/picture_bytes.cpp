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

/// The orientation that the first directory of an APP1 segment asks for, the first but 1; 1 if it
/// has none or isn't EXIF; nothing in doubt. @param body what comes after marker and length
std::optional<int> exif_orientation(std::string_view body) {
  constexpr size_t kName = 6;  // "Exif\0\0", which OpenCV passes over unread
  constexpr uint32_t kOrientation = 0x0112;
  constexpr size_t kEntry = 12;  // tag, type, count, value
  const std::string_view tiff = body.substr(std::min(kName, body.size()));
  const std::string_view order = tiff.substr(0, 4);
  const bool is_little = order == std::string_view("II*\0", 4);
  if (!is_little && order != std::string_view("MM\0*", 4)) {
    // Adobe's XMP, say; without the number 42 nobody reads on.
    const std::string_view mark = tiff.substr(std::min<size_t>(2, tiff.size()), 2);
    const bool is_other = !body.starts_with("Exif") && mark != std::string_view("*\0", 2) &&
                          mark != std::string_view("\0*", 2);
    return is_other ? std::optional(1) : std::nullopt;
  }
  if (tiff.size() < 8) return std::nullopt;
  const auto number_16 = [&](size_t position) {
    const uint32_t number = big_endian_16(tiff, position);
    return is_little ? (number >> 8 | (number & 0xFF) << 8) : number;
  };
  const auto number_32 = [&](size_t position) {
    const uint32_t first = number_16(position), second = number_16(position + 2);
    return is_little ? second << 16 | first : first << 16 | second;
  };
  const size_t directory = number_32(4);
  if (directory > tiff.size() || tiff.size() - directory < 2) return std::nullopt;
  const size_t entries = number_16(directory);
  if ((tiff.size() - directory - 2) / kEntry < entries) return std::nullopt;
  for (size_t entry = directory + 2; entry < directory + 2 + entries * kEntry; entry += kEntry) {
    if (number_16(entry) == kOrientation && number_16(entry + 8) != 1) {
      return static_cast<int>(number_16(entry + 8));
    }
  }
  return 1;
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

bool exif_is_upright(std::string_view body) { return exif_orientation(body) == 1; }

JpegHeader jpeg_header(std::string_view bytes) {
  constexpr uint32_t kApp1 = 0xE1, kStartOfScan = 0xDA;
  JpegHeader header;
  size_t position = 2;
  while (position + 3 < bytes.size() && byte_at(bytes, position) == 0xFF) {
    const uint32_t marker = byte_at(bytes, position + 1);
    if (marker == 0xFF) {
      ++position;
      continue;
    }
    const size_t length = big_endian_16(bytes, position + 2);
    if (marker == kStartOfScan || length < 2) break;
    const std::string_view body = bytes.substr(position + 4, length - 2);
    const bool is_frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
                          marker != 0xCC;  // tables and a reserved one
    if (is_frame && body.size() >= 5) {
      header.stored = {big_endian_16(body, 1), big_endian_16(body, 3)};
    } else if (marker == kApp1 && header.orientation == 1) {
      header.orientation = exif_orientation(body).value_or(1);
    }
    position += 2 + length;
  }
  if (header.orientation < 1 || header.orientation > 8) header.orientation = 1;
  return header;
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
