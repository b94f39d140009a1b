#pragma once

#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/random.h"

namespace rn::test {

/// A folder of its own for a test, removed at its end.
class TempFolder {
 public:
  explicit TempFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("rn_data_" + name + "_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Every byte random; always the same for a size.
inline cv::Mat noise(int height, int width) {
  cv::Mat image(height, width, CV_8UC3);
  Rng rng(static_cast<uint64_t>(height), static_cast<uint64_t>(width));
  for (int i = 0; i < height * width * 3; ++i) image.data[i] = static_cast<uint8_t>(rng.below(256));
  return image;
}

/// @param bgr as OpenCV writes it
inline std::string encoded(const cv::Mat& bgr, const std::string& extension) {
  std::vector<uint8_t> bytes;
  cv::imencode(extension, bgr, bytes);
  return {bytes.begin(), bytes.end()};
}

inline void write_picture(const std::filesystem::path& path, const cv::Mat& bgr) {
  write_file_atomically(path, encoded(bgr, path.extension().string()));
}

/// Inserts a segment right after a JPEG's first marker. @param marker such as 0xE1
inline std::string with_segment(const std::string& jpeg, uint8_t marker, const std::string& body) {
  const size_t length = body.size() + 2;
  std::string segment = {'\xFF', static_cast<char>(marker), static_cast<char>(length >> 8),
                         static_cast<char>(length & 0xFF)};
  return jpeg.substr(0, 2) + segment + body + jpeg.substr(2);
}

/// The JPEG with an EXIF orientation of 1..8.
inline std::string with_orientation(const std::string& jpeg, int orientation) {
  std::string exif("Exif\0\0II*\0\x08\0\0\0", 14);
  exif += std::string("\x01\0\x12\x01\x03\0\x01\0\0\0", 10);  // one entry: 0x0112, one SHORT
  exif += static_cast<char>(orientation);
  exif += std::string(7, '\0');  // rest of the value, no next directory
  return with_segment(jpeg, 0xE1, exif);
}

/// An 8x8 baseline JPEG of one colour with four components and Adobe's marker, written by hand:
/// nothing at hand encodes CMYK. @param stored the four bytes of a pixel (Adobe stores 255 - ink)
inline std::string cmyk_jpeg(const std::array<int, 4>& stored) {
  const auto segment = [](uint8_t marker, const std::string& body) {
    return with_segment(std::string("\xFF\xD8"), marker, body).substr(2);
  };
  std::string jpeg("\xFF\xD8");
  jpeg += segment(0xEE, std::string("Adobe\0\x64\0\0\0\0\0", 12));
  jpeg += segment(0xDB, std::string(1, '\0') + std::string(64, '\x08'));
  std::string frame("\x08\0\x08\0\x08\x04", 6);
  std::string scan("\x04");
  for (char c = 1; c <= 4; ++c) {
    frame += std::string{c, '\x11', '\0'};
    scan += std::string{c, '\0'};
  }
  jpeg += segment(0xC0, frame);
  // DC: the categories 0..8 have the 4-bit codes 0..8. AC: the end of a block is the 1-bit code 0.
  std::string dc(17, '\0');
  dc[4] = 9;
  for (char category = 0; category <= 8; ++category) dc += category;
  std::string ac(18, '\0');
  ac[0] = '\x10';
  ac[1] = 1;
  jpeg += segment(0xC4, dc) + segment(0xC4, ac);
  jpeg += segment(0xDA, scan + std::string("\0\x3F\0", 3));
  std::string bits;
  const auto put = [&bits](int value, int count) {
    for (int i = count - 1; i >= 0; --i) bits += (value >> i & 1) ? '1' : '0';
  };
  for (const int value : stored) {
    const int level = value - 128;  // with a quantiser of 8 the DC coefficient is the level itself
    int category = 0;
    while (std::abs(level) >> category) ++category;
    put(category, 4);
    put(level > 0 ? level : level + (1 << category) - 1, category);
    put(0, 1);
  }
  while (bits.size() % 8 != 0) bits += '1';
  for (size_t i = 0; i < bits.size(); i += 8) {
    const auto byte = static_cast<char>(std::stoi(bits.substr(i, 8), nullptr, 2));
    jpeg += byte;
    if (byte == '\xFF') jpeg += '\0';
  }
  return jpeg + "\xFF\xD9";
}

/// The text of the Error that a call throws; empty if it throws none.
template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace rn::test
