#include "coco/window.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "coco/json_text.h"

namespace rn {
namespace {

constexpr int64_t kLongestCharacter = 4;  // bytes of UTF-8

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }
bool begins_long_character(char c) { return static_cast<unsigned char>(c) >= 0xC0; }

/// Bytes at the end of the text that are the beginning of a character.
int64_t begun_character(const char* text, int64_t size) {
  for (int64_t back = 1; back < kLongestCharacter && back <= size; ++back) {
    if (begins_long_character(text[size - back])) return back;
    if (!continues_character(text[size - back])) return 0;
  }
  return 0;
}

/// Bytes at the beginning of the text that belong to a character before it.
int64_t ended_character(const char* text, int64_t size) {
  int64_t count = 0;
  while (count < std::min(size, kLongestCharacter - 1) && continues_character(text[count])) ++count;
  return count;
}

}  // namespace

void Window::reserve(int64_t capacity) {
  if (capacity <= capacity_) return;
  auto grown = std::make_unique_for_overwrite<char[]>(static_cast<size_t>(capacity) + kPadding);
  if (size_ > 0) std::memcpy(grown.get(), text_.get(), static_cast<size_t>(size_));
  text_ = std::move(grown);
  capacity_ = capacity;
}

void Window::fill(int64_t size) {
  reserve(size);
  const int64_t found =
      file_->read_at(position_ + size_, text_.get() + size_, static_cast<size_t>(size - size_));
  ends_file_ = found < size - size_ || position_ + size >= file_->size();
  size_ += found;
  std::memset(text_.get() + size_, 0, kPadding);
}

void Window::check_characters() {
  // A character that the window's edge cuts is checked by the window that has the whole of it.
  const int64_t whole = ends_file_ ? size_ : size_ - begun_character(text_.get(), size_);
  if (whole <= checked_) return;
  is_utf8_ = is_utf8_ &&
             simdjson::validate_utf8(text_.get() + checked_, static_cast<size_t>(whole - checked_));
  checked_ = whole;
}

void Window::load(int64_t position, int64_t size) {
  position_ = position;
  size_ = 0;
  fill(size);
  checked_ = position > 0 ? ended_character(text_.get(), size_) : 0;
  check_characters();
}

bool Window::extend() {
  if (ends_file_ || size_ >= kLongest) return false;
  fill(std::max(2 * size_, step_));
  check_characters();
  return true;
}

int64_t Window::skip_space(int64_t position) {
  while (true) {
    if (!holds(position)) load(position);
    const char* text = at(position);
    while (is_json_space(*text)) ++text;
    position = position_of(text);
    if (text < end() || ends_file_) return position;
  }
}

}  // namespace rn
