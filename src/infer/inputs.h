#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rn {

enum class InputKind { kImage, kVideo };

struct Input {
  std::filesystem::path path;
  InputKind kind = InputKind::kImage;
};

/// What a name's ending says, whatever its case.
bool has_image_extension(const std::filesystem::path& path);
bool has_video_extension(const std::filesystem::path& path);

/// Turns the arguments of a command line into files, in the order of the arguments; a file that
/// comes twice is taken once.
///  - a file: a video if its ending says so, else a picture (whatever its ending)
///  - a folder: the pictures and videos directly in it, by name
///  - a pattern with * ? or [...]: every file that it matches, by name. A file of just that name
///    comes first, so names with brackets work.
/// @throws Error for an argument that leads to no file, with the nearest name if there is one
std::vector<Input> expand_inputs(const std::vector<std::string>& arguments);

}  // namespace rn
