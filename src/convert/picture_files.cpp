#include "convert/picture_files.h"

#include <algorithm>
#include <system_error>

#include "convert/plain_text.h"
#include "core/error.h"
#include "core/text.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

std::string lower_ending(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return ending;
}

bool is_among(const std::string& ending, const std::vector<std::string>& endings) {
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

}  // namespace

std::vector<std::string> files_below(const fs::path& folder,
                                     const std::vector<std::string>& endings) {
  std::vector<std::string> found;
  try {
    const auto options = fs::directory_options::follow_directory_symlink;
    for (const auto& entry : fs::recursive_directory_iterator(folder, options)) {
      if (!is_among(lower_ending(entry.path()), endings) || !entry.is_regular_file()) continue;
      found.push_back(entry.path().lexically_relative(folder).string());
    }
  } catch (const fs::filesystem_error& error) {
    fail("{}: can't be read: {}; name a folder", folder.string(), error.code().message());
  }
  std::sort(found.begin(), found.end());
  return found;
}

const std::vector<std::string>& picture_endings() {
  static const std::vector<std::string> endings = {".jpg", ".jpeg", ".png", ".bmp",
                                                   ".tif", ".tiff", ".webp"};
  return endings;
}

std::string without_ending(std::string_view name) {
  const std::string ending = lower_ending(name);
  const bool is_known = ending == ".xml" || ending == ".txt" || is_among(ending, picture_endings());
  return std::string(name.substr(0, name.size() - (is_known ? ending.size() : 0)));
}

PictureFinder::PictureFinder(const fs::path& folder) {
  for (const std::string& name : files_below(folder, picture_endings())) {
    names_.insert(name);
    by_stem_.emplace(without_ending(name), name);
  }
}

std::optional<std::string> PictureFinder::find(const std::string& name,
                                               const std::string& annotation_file) const {
  if (names_.contains(name)) return name;
  for (const std::string& other : {name, annotation_file}) {
    const auto found = by_stem_.find(without_ending(other));
    if (!other.empty() && found != by_stem_.end()) return found->second;
  }
  return std::nullopt;
}

void fill_sizes(CocoFile& file, const fs::path& folder, const std::string& source,
                const PictureSize& picture_size, const ConvertProgress& progress) {
  constexpr size_t kNamed = 10;
  std::vector<CocoImage*> absent;
  for (CocoImage& image : file.images) {
    if (image.width <= 0 || image.height <= 0) absent.push_back(&image);
  }
  if (absent.empty()) return;
  if (folder.empty()) {
    fail("{}: has no size for {}, {} first; name the folder with the pictures: --images DIR",
         source, counted(static_cast<int64_t>(absent.size()), "picture"),
         absent.front()->file_name);
  }
  std::vector<std::string> reasons(absent.size());
  run_stage(progress, "sizes", static_cast<int64_t>(absent.size()), [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    try {
      const ImageSize size = picture_size(folder / absent[index]->file_name);
      absent[index]->width = size.width;
      absent[index]->height = size.height;
    } catch (const Error& error) {
      reasons[index] = error.what();
    }
  });
  std::erase(reasons, "");
  if (reasons.empty()) return;
  const size_t count = reasons.size();
  reasons.resize(std::min(count, kNamed));
  fail(
      "{}: doesn't tell the size of {}, and of these {} can't be read; name their folder with "
      "--images DIR, or take them out:\n  {}{}",
      source, counted(static_cast<int64_t>(absent.size()), "picture"), count, join(reasons, "\n  "),
      count > kNamed ? fmt::format("\n  ... and {} more", count - kNamed) : "");
}

}  // namespace rn
