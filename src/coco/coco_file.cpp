#include "coco/coco_file.h"

#include "coco/general_reader.h"
#include "coco/json_source.h"
#include "coco/usual_reader.h"
#include "core/error.h"
#include "core/input_file.h"

namespace rn {
namespace {

/// What is in the file at this place, for an error.
std::string text_at(const InputFile& file, int64_t position) {
  constexpr size_t kShown = 20;
  std::string text(kShown, '\0');
  text.resize(static_cast<size_t>(file.read_at(position, text.data(), kShown)));
  return text;
}

/// Tries the shortcut. Nothing is returned where the general reader has to decide.
template <class Content>
std::optional<Content> read_usual(const std::filesystem::path& path, int threads,
                                  UsualRead<Content> (*read)(const InputFile&, int, int64_t),
                                  std::string_view expected) {
  const InputFile file(path);
  if (!file.is_open()) return std::nullopt;
  UsualRead<Content> usual = read(file, threads, Window::kStep);
  if (usual.is_blank) fail("{}: is empty, expected {}", path.string(), expected);
  if (!usual.content && file.size() > kLongestJson) {
    fail(
        "{}: at byte {}: {:?} is wrong there, or written unusually, expected {}; files of 4 GiB "
        "and more are read only if they are written as Python's json module writes them",
        path.string(), usual.stopped_at, text_at(file, usual.stopped_at), expected);
  }
  return std::move(usual.content);
}

}  // namespace

CocoFile read_coco_file(const std::filesystem::path& path, int threads) {
  auto file = read_usual(path, threads, read_usual_coco_file, kCocoFileName);
  return file ? std::move(*file) : read_any_coco_file(path);
}

std::vector<CocoResult> read_coco_results(const std::filesystem::path& path, int threads) {
  auto results = read_usual(path, threads, read_usual_coco_results, kCocoResultsName);
  return results ? std::move(*results) : read_any_coco_results(path);
}

}  // namespace rn
