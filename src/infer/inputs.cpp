#include "infer/inputs.h"

#include <glob.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/text.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr std::array kImageEndings = {".jpg",  ".jpeg", ".jpe", ".jp2", ".png", ".bmp", ".tif",
                                      ".tiff", ".webp", ".ppm", ".pgm", ".pbm", ".pnm"};
constexpr std::array kVideoEndings = {".mp4",  ".m4v", ".avi",  ".mov", ".mkv",
                                      ".webm", ".mpg", ".mpeg", ".wmv", ".flv"};

template <class Endings>
bool ends_with_any(const fs::path& path, const Endings& endings) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

Input to_input(const fs::path& path) {
  return {path, has_video_extension(path) ? InputKind::kVideo : InputKind::kImage};
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) files.push_back(it->path());
  }
  if (error) fail("{}: can't be read: {}", folder.string(), error.message());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::vector<fs::path> files = files_in(folder);
  const size_t all = files.size();
  std::erase_if(
      files, [](const fs::path& p) { return !has_image_extension(p) && !has_video_extension(p); });
  if (files.empty()) {
    fail(
        "{}: no pictures or videos directly in this folder ({} other files); name the folder that "
        "holds them, or a pattern such as '{}/*/*.jpg'",
        folder.string(), all, folder.string());
  }
  return files;
}

bool is_pattern(const std::string& text) { return text.find_first_of("*?[") != std::string::npos; }

std::vector<fs::path> matches_of(const std::string& pattern) {
  glob_t found{};
  std::vector<fs::path> files;
  // Sorted by glob itself; folders among the matches are passed over.
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (size_t i = 0; i < found.gl_pathc; ++i) {
      std::error_code ignored;
      if (fs::is_regular_file(found.gl_pathv[i], ignored)) files.emplace_back(found.gl_pathv[i]);
    }
  }
  ::globfree(&found);
  if (files.empty()) {
    fail("{}: no file matches this pattern (* and ? stand for no '/'; ** is not known)", pattern);
  }
  return files;
}

[[noreturn]] void fail_missing(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    fail("{}: not found; nor is its folder {}", path.string(), folder.string());
  }
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, ignored), end; !ignored && it != end;
       it.increment(ignored)) {
    names.push_back(it->path().filename().string());
  }
  const std::string near = nearest_name(path.filename().string(), names);
  fail("{}: not found; expected a picture, a folder, a pattern or a video{}", path.string(),
       near.empty() ? "" : fmt::format(". Did you mean {}?", (folder / near).string()));
}

std::vector<fs::path> files_of(const std::string& argument) {
  std::error_code error;
  const auto status = fs::status(argument, error);
  if (fs::is_directory(status)) return pictures_in(argument);
  if (fs::exists(status)) return {argument};
  if (is_pattern(argument)) return matches_of(argument);
  fail_missing(argument);
}

}  // namespace

bool has_image_extension(const fs::path& path) { return ends_with_any(path, kImageEndings); }
bool has_video_extension(const fs::path& path) { return ends_with_any(path, kVideoEndings); }

std::vector<Input> expand_inputs(const std::vector<std::string>& arguments) {
  if (arguments.empty()) fail("no input; name pictures, a folder, a pattern or a video");
  std::vector<Input> inputs;
  std::set<fs::path> seen;
  for (const std::string& argument : arguments) {
    for (const fs::path& file : files_of(argument)) {
      std::error_code error;
      const fs::path canonical = fs::canonical(file, error);
      if (seen.insert(error ? file : canonical).second) inputs.push_back(to_input(file));
    }
  }
  return inputs;
}

}  // namespace rn
