#pragma once

#include <filesystem>

#include "convert/convert.h"

namespace rn {

/// Long before anything is written.
/// @throws Error for an input that isn't there or is no file (folder) where the format has one, and
/// for an --out that is there already without --overwrite, or is read, too
void check_paths(const ConvertOptions& options);

/// The folder or file without a slash at its end; of VOC's sets the folder that has the files.
std::filesystem::path annotations_place(AnnotationFormat format, const std::filesystem::path& path);

/// Where the format has its pictures; empty if they aren't there.
std::filesystem::path usual_images(AnnotationFormat format,
                                   const std::filesystem::path& annotations);

/// Where the format, or what was written by an earlier conversion, has its classes; empty if they
/// aren't there. @throws Error for YOLO, which doesn't name them elsewhere
std::filesystem::path usual_classes(AnnotationFormat format,
                                    const std::filesystem::path& annotations);

}  // namespace rn
