#include "infer/output_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>

#include "core/error.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string picture_ending(const fs::path& input) {
  const std::string ending = lower(input.extension().string());
  return ending == ".jpg" || ending == ".jpeg" ? input.extension().string() : ".png";
}

/// What a writer may make of a planned path.
std::vector<fs::path> files_of(const Input& input, const fs::path& planned) {
  if (input.kind == InputKind::kImage) return {planned};
  return {planned.string() + ".mp4", planned.string() + ".avi"};
}

void check_free(const fs::path& file, const std::vector<Input>& inputs, bool earlier_run) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return;
  for (const Input& input : inputs) {
    if (fs::equivalent(file, input.path, ignored)) {
      fail("{}: the drawing of it would overwrite the input; name another folder with --out",
           input.path.string());
    }
  }
  if (!earlier_run) {
    fail(
        "{}: exists, and its folder has no detections.json, so an earlier run did not write it; "
        "name another folder with --out",
        file.string());
  }
}

}  // namespace

fs::path detections_json(const fs::path& folder) { return folder / "detections.json"; }

std::vector<fs::path> plan_outputs(const std::vector<Input>& inputs, const fs::path& folder) {
  std::error_code ignored;
  const bool earlier_run = fs::exists(detections_json(folder), ignored);
  for (const Input& input : inputs) {
    if (fs::equivalent(detections_json(folder), input.path, ignored)) {
      fail("{}: is an input and would be overwritten; name another folder with --out",
           input.path.string());
    }
  }
  std::set<std::string> taken;
  std::vector<fs::path> planned;
  for (const Input& input : inputs) {
    const std::string stem = input.path.stem().string();
    std::string name = stem;
    for (int i = 2; !taken.insert(lower(name)).second; ++i) name = fmt::format("{}_{}", stem, i);
    const std::string ending = input.kind == InputKind::kImage ? picture_ending(input.path) : "";
    planned.push_back(folder / (name + ending));
    for (const fs::path& file : files_of(input, planned.back())) {
      check_free(file, inputs, earlier_run);
    }
  }
  return planned;
}

int64_t count_existing(const std::vector<fs::path>& planned) {
  return std::count_if(planned.begin(), planned.end(), [](const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored) || fs::exists(path.string() + ".mp4", ignored) ||
           fs::exists(path.string() + ".avi", ignored);
  });
}

}  // namespace rn
