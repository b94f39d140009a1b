#pragma once

#include <cstdint>
#include <memory>

#include "core/input_file.h"

namespace rn {

/// The part of a file that is in memory: one stretch at a time, so that the memory doesn't grow
/// with the file. Positions are bytes of the file. Zero bytes follow the text.
class Window {
 public:
  /// Bytes that are read at once: few enough for a core's cache, from which they are then parsed.
  /// Tests take fewer, so that small files have borders between stretches, too.
  static constexpr int64_t kStep = int64_t{1} << 18;
  /// No record is longer, and what claims to be isn't worth the memory. (Be it space inside of a
  /// record: the general reader then has the last word, with the whole file in memory.)
  static constexpr int64_t kLongest = int64_t{1} << 28;

  /// Zero bytes behind the text.
  static constexpr int64_t kPadding = 96;

  explicit Window(const InputFile& file, int64_t step = kStep) : file_(&file), step_(step) {}

  /// Reads the `size` bytes from `position` on, fewer at the end of the file.
  void load(int64_t position, int64_t size);
  void load(int64_t position) { load(position, step_); }

  /// Reads on, so that there is twice as much. @return false if there is no more, or too much
  bool extend();

  /// True if this byte, or the end of the file in its place, is in the window.
  bool holds(int64_t position) const {
    return position >= position_ && (position < end_position() || ends_file_);
  }

  const char* at(int64_t position) const { return text_.get() + (position - position_); }
  int64_t position_of(const char* at) const { return position_ + (at - text_.get()); }
  const char* begin() const { return text_.get(); }
  const char* end() const { return text_.get() + size_; }
  int64_t end_position() const { return position_ + size_; }
  bool ends_file() const { return ends_file_; }

  /// False if something isn't UTF-8 in any of the text that was read so far.
  bool is_utf8() const { return is_utf8_; }

  /// The first byte at or after `position` that isn't space, or the file's size.
  int64_t skip_space(int64_t position);

 private:
  void reserve(int64_t capacity);
  void fill(int64_t size);
  void check_characters();

  const InputFile* file_;
  int64_t step_;
  std::unique_ptr<char[]> text_;
  int64_t capacity_ = 0;
  int64_t position_ = 0;
  int64_t size_ = 0;
  int64_t checked_ = 0;  ///< bytes of the text that were checked to be UTF-8
  bool is_utf8_ = true;
  bool ends_file_ = false;
};

}  // namespace rn
