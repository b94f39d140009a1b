#include "model/stored_zip.h"

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <optional>

namespace rn::testing {
namespace {

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7 to 4.3.16.
constexpr std::string_view kLocal = "PK\x03\x04", kCentral = "PK\x01\x02", kEnd = "PK\x05\x06";
constexpr size_t kLocalBytes = 30, kCentralBytes = 46;

// Places in an entry of the central directory.
constexpr size_t kMethod = 10, kChecksum = 16, kSize = 24, kNameSize = 28, kPlace = 42;

/// Little-endian.
template <class Number>
Number number_at(std::string_view bytes, size_t position) {
  Number number = 0;
  std::memcpy(&number, bytes.data() + position, sizeof(number));
  return number;
}

template <class Number>
void append(std::string& bytes, size_t value) {
  const auto number = static_cast<Number>(value);
  bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

/// The entry that stands in the central directory at `central`, which has all of its fixed part.
std::optional<ZipEntry> entry_at(std::string_view bytes, size_t central) {
  const size_t size = number_at<uint32_t>(bytes, central + kSize);
  const size_t name_size = number_at<uint16_t>(bytes, central + kNameSize);
  const size_t local = number_at<uint32_t>(bytes, central + kPlace);
  if (number_at<uint16_t>(bytes, central + kMethod) != 0 || local + kLocalBytes > bytes.size()) {
    return std::nullopt;
  }
  const size_t content = local + kLocalBytes + number_at<uint16_t>(bytes, local + 26) +
                         number_at<uint16_t>(bytes, local + 28);
  if (central + kCentralBytes + name_size > bytes.size() || content + size > bytes.size()) {
    return std::nullopt;
  }
  return ZipEntry{std::string(bytes.substr(central + kCentralBytes, name_size)),
                  std::string(bytes.substr(content, size))};
}

/// Where the entries of the central directory begin.
std::vector<size_t> central_places(std::string_view bytes) {
  std::vector<size_t> places;
  size_t place = bytes.find(kCentral);
  while (place != std::string_view::npos && place + kCentralBytes <= bytes.size()) {
    places.push_back(place);
    place = bytes.find(kCentral, place + kCentral.size());
  }
  return places;
}

/// What the local header and the central directory have in common: version, flags, method, time
/// and date (all zero), checksum, both sizes, the name's length, and no extra field.
void append_common(std::string& bytes, const ZipEntry& entry) {
  bytes.append(10, '\0');
  append<uint32_t>(bytes, crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                                static_cast<uInt>(entry.content.size())));
  append<uint32_t>(bytes, entry.content.size());
  append<uint32_t>(bytes, entry.content.size());
  append<uint16_t>(bytes, entry.name.size());
  append<uint16_t>(bytes, 0);
}

}  // namespace

std::vector<ZipEntry> zip_entries(std::string_view bytes) {
  std::vector<ZipEntry> entries;
  if (!bytes.starts_with(kLocal)) return entries;
  for (const size_t place : central_places(bytes)) {
    if (auto entry = entry_at(bytes, place)) entries.push_back(std::move(*entry));
  }
  return entries;
}

std::string zip_of(const std::vector<ZipEntry>& entries) {
  std::string bytes, directory;
  for (const ZipEntry& entry : entries) {
    directory.append(kCentral).append(2, '\0');
    append_common(directory, entry);
    directory.append(10, '\0');  // comment, disk, attributes
    append<uint32_t>(directory, bytes.size());
    directory += entry.name;
    bytes += kLocal;
    append_common(bytes, entry);
    bytes += entry.name + entry.content;
  }
  const size_t start = bytes.size();
  bytes.append(directory).append(kEnd).append(4, '\0');
  append<uint16_t>(bytes, entries.size());
  append<uint16_t>(bytes, entries.size());
  append<uint32_t>(bytes, directory.size());
  append<uint32_t>(bytes, start);
  return bytes.append(2, '\0');
}

std::string with_shared_content(std::string zip, size_t shared) {
  const std::vector<size_t> places = central_places(zip);
  const std::string fields = zip.substr(places.at(shared), kCentralBytes);
  for (const size_t place : places) {
    zip.replace(place + kChecksum, kNameSize - kChecksum, fields, kChecksum, kNameSize - kChecksum);
    zip.replace(place + kPlace, sizeof(uint32_t), fields, kPlace, sizeof(uint32_t));
  }
  return zip;
}

}  // namespace rn::testing
