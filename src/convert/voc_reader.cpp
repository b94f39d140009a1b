#include <pugixml.hpp>

#include "convert/plain_text.h"
#include "convert/set_builder.h"
#include "convert/voc.h"
#include "core/error.h"
#include "core/files.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr std::array kCorners = {"xmin", "ymin", "xmax", "ymax"};

std::string text_of(const pugi::xml_node& node, const char* child) {
  return std::string(trimmed(node.child(child).text().get()));
}

double corner_of(const pugi::xml_node& box, const char* name, const std::string& place) {
  const pugi::xml_node node = box.child(name);
  if (!node) fail("{}: its <bndbox> has no <{}>; write it in pixels, from 1", place, name);
  const std::string text = text_of(box, name);
  const auto number = to_number(text);
  if (!number) fail("{}: <{}> is {}, expected a number of pixels", place, name, in_quotes(text));
  return *number;
}

std::string object_place(const std::string& source, size_t index, const std::string& name) {
  return fmt::format("{}: object {}{}", source, index + 1,
                     name.empty() ? "" : fmt::format(" ({})", in_quotes(name)));
}

bool is_true(const std::string& difficult, const std::string& place) {
  for (const char* text : {"", "0", "false", "False"}) {
    if (difficult == text) return false;
  }
  for (const char* text : {"1", "true", "True"}) {
    if (difficult == text) return true;
  }
  fail("{}: <difficult> is {}, expected 0 or 1", place, in_quotes(difficult));
}

VocObject parse_object(const pugi::xml_node& node, const std::string& source, size_t index) {
  VocObject object;
  object.name = text_of(node, "name");
  const std::string place = object_place(source, index, object.name);
  if (object.name.empty()) fail("{}: has no <name>, expected its class", place);
  const pugi::xml_node box = node.child("bndbox");
  if (!box) fail("{}: has no <bndbox>; draw its box, or take the object out", place);
  for (size_t i = 0; i < kCorners.size(); ++i)
    object.corners[i] = corner_of(box, kCorners[i], place);
  object.is_difficult = is_true(text_of(node, "difficult"), place);
  return object;
}

/// A size of 0x0 is what some programs write when they don't know it.
ImageSize parse_size(const pugi::xml_node& annotation, const std::string& source) {
  const pugi::xml_node node = annotation.child("size");
  if (!node) return {};
  const auto side = [&](const char* name) {
    const std::string text = text_of(node, name);
    const auto number = to_whole(text);
    if (!number || *number < 0) {
      fail(
          "{}: <size>: its <{}> is {}, expected pixels; mend it, or take <size> out to have the "
          "picture asked",
          source, name, in_quotes(text));
    }
    return *number;
  };
  const ImageSize size{side("height"), side("width")};
  return size.height > 0 && size.width > 0 ? size : ImageSize{};
}

/// @return the names relative to `folder`
std::vector<std::string> annotation_files(const ReadOptions& options, fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(options.annotations, error)) {
    folder = options.annotations.parent_path();
    return {options.annotations.filename().string()};
  }
  folder = options.annotations;
  return files_below(folder, {".xml"});
}

/// The picture that a file is about.
std::string picture_of(const VocPicture& picture, const std::string& name,
                       const std::string& source, const std::optional<PictureFinder>& pictures,
                       ConvertNotes& notes) {
  if (pictures) {
    if (const auto found = pictures->find(picture.file_name, name)) return *found;
  }
  if (picture.file_name.empty()) {
    fail("{}: has no <filename>{}", source,
         pictures
             ? fmt::format(", and --images has no picture that is named {}", without_ending(name))
             : "; name the folder with the pictures, for the one of the same name: --images DIR");
  }
  if (pictures) {
    notes.warn("pictures that --images doesn't have",
               fmt::format("{}: its <filename> is {}", source, in_quotes(picture.file_name)));
  }
  return picture.file_name;
}

/// VOC's frame to COCO's. Programs that count from 0 are told by their zeros.
CocoBox to_coco_box(std::array<double, 4> corners, int64_t& zeros) {
  zeros += corners[0] == 0 || corners[1] == 0;
  const double left = corners[0] == 0 ? 0 : without_noise(corners[0] - 1);
  const double top = corners[1] == 0 ? 0 : without_noise(corners[1] - 1);
  return {left, top, without_noise(corners[2] - left), without_noise(corners[3] - top)};
}

}  // namespace

VocPicture parse_voc(std::string_view xml, const std::string& source) {
  pugi::xml_document document;
  const auto result = document.load_buffer(xml.data(), xml.size());
  if (!result) {
    fail("{}: at byte {}: not XML: {}; expected VOC's <annotation>", source, result.offset,
         result.description());
  }
  const pugi::xml_node annotation = document.child("annotation");
  if (!annotation) {
    fail("{}: its first element is {}, expected VOC's <annotation>", source,
         in_quotes(fmt::format("<{}>", document.document_element().name())));
  }
  VocPicture picture;
  picture.file_name = text_of(annotation, "filename");
  picture.size = parse_size(annotation, source);
  for (const pugi::xml_node& node : annotation.children("object")) {
    picture.objects.push_back(parse_object(node, source, picture.objects.size()));
  }
  return picture;
}

CocoFile read_voc(const ReadOptions& options, ConvertNotes& notes) {
  fs::path folder;
  std::vector<std::string> names = annotation_files(options, folder);
  if (options.split) {
    Split split = *options.split;
    std::erase_if(names, [&](const std::string& name) { return !split.takes(name); });
    split.check_all_met(options.annotations.string());
  }
  if (names.empty()) {
    fail("{}: has no .xml file; name the folder of VOC's annotation files",
         options.annotations.string());
  }
  std::vector<VocPicture> pictures(names.size());
  run_stage(options.progress, "read", static_cast<int64_t>(names.size()), [&](int64_t i) {
    const fs::path path = folder / names[static_cast<size_t>(i)];
    pictures[static_cast<size_t>(i)] = parse_voc(read_file(path), path.string());
  });

  std::optional<PictureFinder> finder;
  if (!options.images.empty()) finder.emplace(options.images);
  SetBuilder set(options.classes ? &*options.classes : nullptr, notes);
  int64_t zeros = 0, difficult = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string source = (folder / names[i]).string();
    set.add_picture(picture_of(pictures[i], names[i], source, finder, notes), pictures[i].size,
                    source);
    for (size_t k = 0; k < pictures[i].objects.size(); ++k) {
      const VocObject& object = pictures[i].objects[k];
      difficult += object.is_difficult;
      set.add_object(object.name, to_coco_box(object.corners, zeros), object.is_difficult,
                     [&] { return object_place(source, k, object.name); });
    }
  }
  notes.note(
      "objects marked difficult: crowd regions (iscrowd) now, which are neither learned nor "
      "counted as mistakes",
      difficult);
  notes.note(
      "boxes that begin at 0, where VOC begins at 1; if their program counts from 0, all "
      "boxes are a pixel off",
      zeros);
  return std::move(set).finish(options.annotations.string());
}

}  // namespace rn
