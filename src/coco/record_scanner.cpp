#include "coco/record_scanner.h"

#include <optional>
#include <string_view>

namespace rn {
namespace {

/// What a record must have.
enum Found : uint32_t { kId = 1, kImageId = 2, kCategoryId = 4, kBbox = 8, kScore = 16 };

enum class Key {
  kOther,
  kId,
  kImageId,
  kCategoryId,
  kBbox,
  kArea,
  kIsCrowd,
  kScore,
  kFileName,
  kWidth,
  kHeight,
  kName
};

Key key_named(std::string_view name) {
  if (name == "id") return Key::kId;
  if (name == "image_id") return Key::kImageId;
  if (name == "category_id") return Key::kCategoryId;
  if (name == "bbox") return Key::kBbox;
  if (name == "area") return Key::kArea;
  if (name == "iscrowd") return Key::kIsCrowd;
  if (name == "score") return Key::kScore;
  if (name == "file_name") return Key::kFileName;
  if (name == "width") return Key::kWidth;
  if (name == "height") return Key::kHeight;
  if (name == "name") return Key::kName;
  return Key::kOther;
}

/// As Python's json.dump writes them: one comparison of a few words for each.
Key take_usual_key(TextScanner& scanner) {
  if (scanner.take_text("\"image_id\": ")) return Key::kImageId;
  if (scanner.take_text("\"category_id\": ")) return Key::kCategoryId;
  if (scanner.take_text("\"bbox\": ")) return Key::kBbox;
  if (scanner.take_text("\"score\": ")) return Key::kScore;
  return Key::kOther;
}

/// Takes a key, and all up to its value.
bool take_key(TextScanner& scanner, Key& key) {
  key = take_usual_key(scanner);
  if (key != Key::kOther) {
    scanner.skip_space();
    return true;
  }
  std::string_view name;
  if (!scanner.key(name)) return false;
  key = key_named(name);
  return true;
}

/// Calls `on_field(key)` at the value of each key; it takes the value or passes over it. Null is as
/// good as absent: `on_null(key)` takes back what the key had before.
template <class OnField, class OnNull>
bool scan_fields(TextScanner& scanner, const OnField& on_field, const OnNull& on_null) {
  if (!scanner.take('{')) return false;
  scanner.skip_space();
  if (scanner.take('}')) return true;
  while (true) {
    Key key = Key::kOther;
    if (!take_key(scanner, key)) return false;
    if (scanner.is_null()) {
      if (!scanner.null()) return false;
      on_null(key);
    } else if (!on_field(key)) {
      return false;
    }
    scanner.skip_space();
    if (scanner.take('}')) return true;
    if (!scanner.take(',')) return false;
    scanner.skip_space();
  }
}

bool scan_whole(TextScanner& scanner, int64_t& value, uint32_t& found, Found field) {
  found |= field;
  return scanner.whole_number(value);
}

/// What a record must have that comes from this key.
uint32_t found_of(Key key) {
  switch (key) {
    case Key::kId:
      return kId;
    case Key::kImageId:
      return kImageId;
    case Key::kCategoryId:
      return kCategoryId;
    case Key::kBbox:
      return kBbox;
    case Key::kScore:
      return kScore;
    default:
      return 0;
  }
}

bool scan_list(TextScanner& scanner, std::array<double, 4>& bbox) {
  for (size_t i = 0; i < bbox.size(); ++i) {
    if (i > 0 && !scanner.take(',')) return false;
    scanner.skip_space();
    if (!scanner.number(bbox[i])) return false;
    scanner.skip_space();
  }
  return scanner.take(']');
}

/// @param is_empty true for a list of nothing, which is as good as none
bool scan_bbox(TextScanner& scanner, std::array<double, 4>& bbox, bool& is_empty) {
  if (!scanner.take('[')) return false;
  scanner.skip_space();
  is_empty = scanner.take(']');
  return is_empty || scanner.take_short_box(bbox) || scan_list(scanner, bbox);
}

}  // namespace

bool scan_record(TextScanner& scanner, CocoImage& image) {
  uint32_t found = 0;
  const auto on_null = [&](Key key) {
    found &= ~found_of(key);
    if (key == Key::kFileName) image.file_name.clear();
    if (key == Key::kWidth) image.width = 0;
    if (key == Key::kHeight) image.height = 0;
  };
  const auto on_field = [&](Key key) {
    if (key == Key::kId) return scan_whole(scanner, image.id, found, kId);
    if (key == Key::kFileName) return scanner.text(image.file_name);
    if (key == Key::kWidth) return scanner.whole_number(image.width);
    if (key == Key::kHeight) return scanner.whole_number(image.height);
    return scanner.skip_value();
  };
  return scan_fields(scanner, on_field, on_null) && found == kId;
}

bool scan_record(TextScanner& scanner, CocoAnnotation& annotation) {
  uint32_t found = 0;
  const auto on_null = [&](Key key) {
    found &= ~found_of(key);
    if (key == Key::kBbox) annotation.bbox.reset();
    if (key == Key::kArea) annotation.area.reset();
    if (key == Key::kIsCrowd) annotation.iscrowd.reset();
  };
  const auto on_field = [&](Key key) {
    if (key == Key::kId) return scan_whole(scanner, annotation.id, found, kId);
    if (key == Key::kImageId) return scan_whole(scanner, annotation.image_id, found, kImageId);
    if (key == Key::kCategoryId) {
      return scan_whole(scanner, annotation.category_id, found, kCategoryId);
    }
    if (key == Key::kBbox) {
      bool is_empty = false;
      if (!scan_bbox(scanner, annotation.bbox.emplace(), is_empty)) return false;
      if (is_empty) annotation.bbox.reset();
      return true;
    }
    if (key == Key::kArea) return scanner.number(annotation.area.emplace());
    if (key == Key::kIsCrowd) return scanner.flag(annotation.iscrowd.emplace());
    return scanner.skip_value();
  };
  return scan_fields(scanner, on_field, on_null) && found == (kId | kImageId | kCategoryId);
}

bool scan_record(TextScanner& scanner, Category& category) {
  uint32_t found = 0;
  const auto on_null = [&](Key key) {
    found &= ~found_of(key);
    if (key == Key::kName) category.name.clear();
  };
  const auto on_field = [&](Key key) {
    if (key == Key::kId) return scan_whole(scanner, category.id, found, kId);
    if (key == Key::kName) return scanner.text(category.name);
    return scanner.skip_value();
  };
  return scan_fields(scanner, on_field, on_null) && found == kId;
}

bool scan_record(TextScanner& scanner, CocoResult& result) {
  uint32_t found = 0;
  const auto on_null = [&](Key key) { found &= ~found_of(key); };
  const auto on_field = [&](Key key) {
    if (key == Key::kImageId) return scan_whole(scanner, result.image_id, found, kImageId);
    if (key == Key::kCategoryId) return scan_whole(scanner, result.category_id, found, kCategoryId);
    if (key == Key::kBbox) {
      bool is_empty = false;
      if (!scan_bbox(scanner, result.bbox, is_empty)) return false;
      found = is_empty ? found & ~kBbox : found | kBbox;
      return true;
    }
    if (key == Key::kScore) {
      found |= kScore;
      return scanner.number(result.score);
    }
    return scanner.skip_value();
  };
  return scan_fields(scanner, on_field, on_null) &&
         found == (kImageId | kCategoryId | kBbox | kScore);
}

}  // namespace rn
