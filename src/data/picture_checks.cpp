#include "data/picture_checks.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "core/error.h"
#include "core/files.h"
#include "core/parallel.h"
#include "data/image.h"
#include "data/picture_bytes.h"

namespace rn {
namespace {

size_t hash_of(std::string_view bytes) { return std::hash<std::string_view>{}(bytes); }

size_t hash_of(const cv::Mat& image) {
  std::string lines = fmt::format("{} {}", image.rows, image.cols);
  for (int y = 0; y < image.rows; ++y) {
    const auto* row = image.ptr<char>(y);
    lines += fmt::format(" {}", hash_of({row, image.elemSize() * image.cols}));
  }
  return hash_of(lines);
}

ExifUse exif_use(std::string_view bytes, const ImageSize& used) {
  if (!is_jpeg(bytes)) return ExifUse::kNone;
  const JpegHeader header = jpeg_header(bytes);
  if (header.orientation == 1) return ExifUse::kNone;
  const bool is_quarter_turn = header.orientation >= 5;
  if (!is_quarter_turn || header.stored.height == header.stored.width) return ExifUse::kUnclear;
  return used == header.stored ? ExifUse::kLeftOut : ExifUse::kApplied;
}

PictureCheck check_picture(const LabelledImage& image, const std::string& source) {
  PictureCheck check;
  if (image.is_faulty) return check;
  check.is_checked = true;
  try {
    const std::string bytes = read_file(image.path);
    const cv::Mat picture = decode_image(bytes, image.path.string(), image.size);
    check.bytes_hash = hash_of(bytes);
    check.pixels_hash = hash_of(picture);
    check.exif = exif_use(bytes, image.size);
  } catch (const Error& error) {
    check.fault = fmt::format("{}: image {}: {}", source, image.id, error.what());
  }
  return check;
}

/// A picture of one of the sets.
struct Place {
  const CheckedSet* set;
  size_t index;
  const LabelledImage& image() const { return set->dataset->images()[index]; }
  const PictureCheck& check() const { return (*set->pictures)[index]; }
};

std::string_view how_alike(const Place& a, const Place& b) {
  if (a.image().path.lexically_normal() == b.image().path.lexically_normal()) {
    return "both name the same file";
  }
  return a.check().bytes_hash == b.check().bytes_hash ? "the files are the same"
                                                      : "other files, but the same pixels";
}

std::string twin_text(const Place& twin, const Place& first) {
  return fmt::format("{}: image {} ({}) is the picture of {}image {} ({}): {}",
                     twin.set->dataset->source(), twin.image().id, twin.image().path.string(),
                     twin.set == first.set ? "" : first.set->dataset->source() + ": ",
                     first.image().id, first.image().path.string(), how_alike(twin, first));
}

}  // namespace

std::vector<PictureCheck> check_pictures(const Dataset& dataset,
                                         const std::function<void()>& on_picture, int threads) {
  std::vector<PictureCheck> checks(static_cast<size_t>(dataset.size()));
  parallel_for(dataset.size(), threads, [&](int64_t i) {
    checks[static_cast<size_t>(i)] = check_picture(dataset[i], dataset.source());
    if (on_picture) on_picture();
  });
  return checks;
}

std::vector<Fault> duplicate_pictures(const std::vector<CheckedSet>& sets) {
  std::vector<Fault> within, across;
  std::unordered_map<size_t, Place> known;  // of the first set
  for (const CheckedSet& set : sets) {
    std::unordered_map<size_t, Place> here;
    for (size_t i = 0; i < set.pictures->size(); ++i) {
      const Place place{&set, i};
      if (!place.check().is_checked || !place.check().fault.empty()) continue;
      const size_t hash = place.check().pixels_hash;
      const auto [first, is_new] = here.emplace(hash, place);
      if (!is_new) {
        within.push_back({"pictures that occur twice in a set", twin_text(place, first->second)});
      }
      const auto other = known.find(hash);
      if (other != known.end()) {
        across.push_back({"pictures of data.val that are in data.train, too: its AP is flattered",
                          twin_text(place, other->second)});
      }
    }
    if (&set == &sets.front()) known = std::move(here);
  }
  across.insert(across.end(), within.begin(), within.end());
  return across;
}

std::vector<Fault> unclear_orientations(const CheckedSet& set) {
  std::vector<Fault> faults;
  for (size_t i = 0; i < set.pictures->size(); ++i) {
    const Place place{&set, i};
    if (place.check().exif != ExifUse::kUnclear) continue;
    faults.push_back(
        {"EXIF orientations that no size can check",
         fmt::format("{}: image {}: {} is turned or flipped as its EXIF says, which leaves its "
                     "size as it is: see that its boxes were drawn on the picture so turned",
                     set.dataset->source(), place.image().id, place.image().path.string())});
  }
  return faults;
}

}  // namespace rn
