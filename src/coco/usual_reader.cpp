#include "coco/usual_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "coco/json_text.h"
#include "coco/list_reader.h"
#include "coco/text_scanner.h"
#include "coco/window.h"

namespace rn {
namespace {

/// A place in the file outside of the lists. Functions return false where they don't find what
/// they expect.
class Place {
 public:
  Place(const InputFile& file, int threads, int64_t step)
      : file_(&file), threads_(threads), step_(step), window_(file, step) {
    window_.load(0, std::max<int64_t>(step, kByteOrderMark.size()));
    const std::string_view text(window_.begin(), window_.end());
    if (text.starts_with(kByteOrderMark)) position_ = kByteOrderMark.size();
  }

  int64_t position() const { return position_; }

  /// Takes the next character that isn't space if it is `c`.
  bool take(char c) {
    if (next() != c) return false;
    ++position_;
    return true;
  }

  bool take_key(std::string& key) {
    next();
    return scan([&](TextScanner& scanner) {
      std::string_view found;
      if (!scanner.key(found)) return false;
      key = found;
      return true;
    });
  }

  bool skip_value() {
    next();
    return scan([](TextScanner& scanner) { return scanner.skip_value(); });
  }

  template <class Record>
  bool read_list(std::vector<Record>& records) {
    records.clear();
    if (!take('[')) return false;
    if (take(']')) return true;
    if (next() != '{') return false;
    const StretchEnd end = ListReader<Record>(*file_, threads_, step_).read(position_, records);
    position_ = end.next;
    return end.kind == StretchEnd::kClosed;
  }

  /// True if nothing but space is left, and all was UTF-8.
  bool is_end() { return next() == '\0' && position_ >= file_->size() && window_.is_utf8(); }

 private:
  char next() {
    position_ = window_.skip_space(position_);
    return *window_.at(position_);
  }

  /// Gives `take` more text for as long as it stops at the end of what is there.
  template <class Take>
  bool scan(const Take& take) {
    while (true) {
      TextScanner scanner(window_.at(position_), window_.end());
      if (take(scanner)) {
        // A value without brackets could go on behind the window.
        if (scanner.at() < window_.end() || window_.ends_file()) {
          position_ = window_.position_of(scanner.at());
          return true;
        }
      } else if (scanner.at() != window_.end()) {
        return false;
      }
      if (!window_.extend()) return false;
    }
  }

  const InputFile* file_;
  int threads_;
  int64_t step_;
  Window window_;
  int64_t position_ = 0;
};

bool read_file_at(Place& place, CocoFile& file) {
  bool has_images = false, has_categories = false;
  if (!place.take('{')) return false;
  do {
    std::string key;
    if (!place.take_key(key)) return false;
    bool read = false;
    if (key == "images") {
      has_images = true;
      read = place.read_list(file.images);
    } else if (key == "annotations") {
      read = place.read_list(file.annotations);
    } else if (key == "categories") {
      has_categories = true;
      read = place.read_list(file.categories);
    } else {
      read = place.skip_value();
    }
    if (!read) return false;
  } while (place.take(','));
  return has_images && has_categories && place.take('}') && place.is_end();
}

}  // namespace

UsualRead<CocoFile> read_usual_coco_file(const InputFile& file, int threads, int64_t step) {
  Place place(file, threads, step);
  UsualRead<CocoFile> read;
  read.is_blank = place.is_end();
  if (!read_file_at(place, read.content.emplace())) read.content.reset();
  read.stopped_at = place.position();
  return read;
}

UsualRead<std::vector<CocoResult>> read_usual_coco_results(const InputFile& file, int threads,
                                                           int64_t step) {
  Place place(file, threads, step);
  UsualRead<std::vector<CocoResult>> read;
  read.is_blank = place.is_end();
  auto& results = read.content.emplace();
  if (!place.read_list(results) || results.empty() || !place.is_end()) read.content.reset();
  read.stopped_at = place.position();
  return read;
}

}  // namespace rn
