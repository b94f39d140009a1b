#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/files.h"
#include "report/event.pb.h"

namespace rn {

/// CRC-32C bit by bit, as the polynomial says; masked as TFRecord files have it.
inline uint32_t slow_masked_crc32c(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
}

inline uint64_t little_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

/// The events of a file whose every record is whole and has the right sums.
inline std::vector<tensorboard::Event> events_of(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  std::string_view rest = content;
  std::vector<tensorboard::Event> events;
  while (!rest.empty()) {
    if (rest.size() < 16 || little_endian(rest.substr(0, 8)) > rest.size() - 16) {
      ADD_FAILURE() << path << " ends with a part of a record";
      break;
    }
    const size_t size = little_endian(rest.substr(0, 8));
    const std::string_view data = rest.substr(12, size);
    EXPECT_EQ(little_endian(rest.substr(8, 4)), slow_masked_crc32c(rest.substr(0, 8)));
    EXPECT_EQ(little_endian(rest.substr(12 + size, 4)), slow_masked_crc32c(data));
    EXPECT_TRUE(events.emplace_back().ParseFromArray(data.data(), static_cast<int>(size)));
    rest.remove_prefix(16 + size);
  }
  return events;
}

/// The event files of a folder in the order in which TensorBoard reads them.
inline std::vector<std::filesystem::path> event_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("events.")) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

inline std::map<std::string, float> scalars_of(const tensorboard::Event& event) {
  std::map<std::string, float> scalars;
  for (const auto& value : event.summary().value()) {
    EXPECT_EQ(value.value_case(), tensorboard::Summary::Value::kSimpleValue) << value.tag();
    EXPECT_TRUE(scalars.emplace(value.tag(), value.simple_value()).second) << value.tag();
  }
  return scalars;
}

}  // namespace rn
