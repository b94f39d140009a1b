#include "cli/data_convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "convert/convert.h"
#include "convert/plain_text.h"
#include "core/text.h"
#include "data/image.h"
#include "report/progress_bar.h"
#include "report/screen.h"
#include "report/text_table.h"

namespace rn {
namespace {

constexpr const char* kConvertHelp =
    "What the formats are, and what becomes of what they differ in:\n"
    "  coco  a JSON file; boxes x, y, width, height from the picture's corner\n"
    "  voc   Pascal VOC: DIR of XML files; corners from 1, both pixels in the box; <difficult> is\n"
    "        iscrowd there and back; written in whole pixels, with OUT/classes.txt\n"
    "  yolo  DIR of label files, class cx cy width height in shares of the picture; outlines "
    "become\n"
    "        their box; crowds are left out; written as OUT/labels with OUT/data.yaml\n"
    "        and a list of the pictures\n"
    "  csv   rows path,x1,y1,x2,y2,class, without header; x2 - x1 is the width; path,,,,, is a\n"
    "        picture without objects; crowds are left out; written with OUT_classes.csv\n"
    "Boxes without width or height are left out and named; what is no such file is an error, and\n"
    "then nothing is written. Image ids are the numbers that the pictures are named by, as in "
    "COCO,\n"
    "or count from 1; category ids are those of --classes, or count from 1.\n"
    "\n"
    "  retinanet data convert --from voc --to coco --annotations VOC2007/Annotations \\\n"
    "    --split VOC2007/ImageSets/Main/trainval.txt --out train.json\n"
    "  retinanet data convert --from yolo --to coco --annotations set/labels/train \\\n"
    "    --images set/images/train --classes set/data.yaml --out train.json\n";

/// A bar for each stage that lasts.
class StageBars {
 public:
  explicit StageBars(Screen& screen) : screen_(screen) {}

  ConvertProgress progress() {
    return {[this](std::string_view stage, int64_t total) {
              ProgressBarOptions options;
              options.shown_after = 2;
              options.unit = "files";
              bar_.emplace(screen_, std::string(stage), total, options);
            },
            [this] { bar_->advance(); },
            [this] {
              bar_->finish();
              bar_.reset();
            }};
  }

 private:
  Screen& screen_;
  std::optional<ProgressBar> bar_;
};

void show_notes(const ConvertNotes& notes, Screen& screen) {
  for (const ConvertNotes::Kind& kind : notes.kinds()) {
    screen.print(fmt::format("  {}: {}: {}", kind.is_warning ? "warning" : "note", kind.heading,
                             kind.count));
    for (const std::string& text : kind.named) screen.print("    " + text);
    const int64_t unnamed = kind.count - static_cast<int64_t>(kind.named.size());
    if (kind.is_warning && unnamed > 0) screen.print(fmt::format("    ... and {} more", unnamed));
  }
}

/// What was converted, in all and by class.
void show_counts(const CocoFile& file, const std::string& out, Screen& screen) {
  std::map<int64_t, int64_t> objects;   // by category
  std::map<int64_t, bool> has_objects;  // by image
  int64_t all = 0, crowds = 0, empty = 0;
  for (const CocoAnnotation& annotation : file.annotations) {
    if (annotation.iscrowd.value_or(false)) {
      ++crowds;
      continue;
    }
    ++all;
    ++objects[annotation.category_id];
    has_objects[annotation.image_id] = true;
  }
  for (const CocoImage& image : file.images) empty += !has_objects[image.id];
  screen.print(fmt::format("{}: {} ({} without objects), {}{}", out,
                           counted(static_cast<int64_t>(file.images.size()), "picture"), empty,
                           counted(all, "object"),
                           crowds > 0 ? fmt::format(", {}", counted(crowds, "crowd region")) : ""));
  TextTable table({"class", "id", "objects"});
  for (const Category& category : file.categories) {
    table.add_row(
        {category.name, std::to_string(category.id), std::to_string(objects[category.id])});
  }
  screen.print(table.text(screen.width()));
}

/// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("/._-+:,@%", c) != nullptr;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string full_path(const std::filesystem::path& path) {
  return shell_word(std::filesystem::weakly_canonical(std::filesystem::absolute(path)).string());
}

/// Nothing where something is there already.
std::string link_command(const char* why, const std::string& images,
                         const std::filesystem::path& place) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(place, ignored))) return {};
  return fmt::format("next: the pictures, {}: ln -s {} {}", why, images, full_path(place));
}

/// The command that is likely to come next; its paths hold wherever it is run.
std::string next_step(const ConvertOptions& options, const Converted& converted) {
  const std::string images = converted.images.empty() ? "DIR" : full_path(converted.images);
  switch (options.to) {
    case AnnotationFormat::kCoco: {
      const bool is_val = options.out.filename().string().find("val") != std::string::npos;
      const char* key = is_val ? "data.val" : "data.train";
      return fmt::format(
          "next: retinanet data check CONFIG.json --set {}.images={} --set {}.annotations={}", key,
          images, key, full_path(options.out));
    }
    case AnnotationFormat::kVoc:
      return link_command("where VOC has them", images, options.out / "JPEGImages");
    case AnnotationFormat::kYolo:
      return link_command("where YOLO looks for them", images, options.out / "images");
    case AnnotationFormat::kCsv:
      break;
  }
  return {};
}

void run_convert(ConvertOptions options) {
  Screen screen(stderr_screen());
  StageBars bars(screen);
  options.progress = bars.progress();
  options.picture_size = read_image_size;
  const Converted converted = convert_annotations(options);
  show_notes(converted.notes, screen);
  if (!converted.classes.empty()) {
    screen.print(fmt::format("classes: from {}", converted.classes.string()));
  } else if (options.from != AnnotationFormat::kCoco) {
    screen.print(
        "classes: those of the objects, by name; where sets belong together (train, val), give "
        "each the same --classes FILE");
  }
  show_counts(converted.file, options.out.string(), screen);
  const std::string next = next_step(options, converted);
  if (!next.empty()) screen.print(next);
}

std::optional<AnnotationFormat> format_of(const std::string& text) {
  for (const auto& [format, name] : enum_names(AnnotationFormat{})) {
    if (name == text) return format;
  }
  return std::nullopt;
}

/// @param options must outlive the command
void add_convert_options(CLI::App& command, ConvertOptions& options) {
  const auto add_format = [&](const char* name, AnnotationFormat& format, const char* help) {
    command
        .add_option_function<std::string>(
            name, [&format](const std::string& text) { format = *format_of(text); }, help)
        ->required()
        ->check([](const std::string& text) {
          return format_of(text) ? std::string()
                                 : fmt::format("{} isn't a format; there are coco, voc, yolo, csv",
                                               in_quotes(text));
        })
        ->type_name("coco|voc|yolo|csv");
  };
  add_format("--from", options.from, "format to read");
  add_format("--to", options.to, "format to write");
  command
      .add_option("--annotations", options.annotations,
                  "what to read: a file (coco, csv, one XML of voc), or a folder (voc, yolo)")
      ->required()
      ->type_name("PATH");
  command
      .add_option("--images", options.images,
                  "folder with the pictures, which stay there; names are relative to it. Default: "
                  "JPEGImages or images beside voc's folder, or that folder, images in the place "
                  "of yolo's labels, the folder of a csv. Pictures are opened for sizes that the "
                  "annotations don't tell")
      ->type_name("DIR");
  command
      .add_option("--out", options.out, "what to write: a file (coco, csv), a folder (voc, yolo)")
      ->required()
      ->type_name("PATH");
  command
      .add_option(
          "--classes", options.classes,
          "the classes and their order: names, one a line; YOLO's data.yaml; rows name,index "
          "(.csv); or a COCO file (.json), whose ids are taken, too. Default: data.yaml, "
          "classes.txt or obj.names near yolo's labels; what an earlier conversion wrote; those of "
          "the objects, by name")
      ->type_name("FILE");
  command
      .add_option("--split", options.split,
                  "take only these pictures: VOC's ImageSets/Main/train.txt, or any file with a "
                  "name or path of a picture in each line")
      ->type_name("FILE");
  command.add_flag("--overwrite", options.overwrite,
                   "replace the file, or write into a folder that holds other files; none of them "
                   "is removed");
}

}  // namespace

void add_convert_command(CLI::App& data, int& exit_code) {
  CLI::App* command = data.add_subcommand(
      "convert",
      "Pascal VOC, YOLO and CSV annotations to COCO's, back, and to one another; pictures stay "
      "where they are");
  command->footer(kConvertHelp);
  auto options = std::make_shared<ConvertOptions>();
  add_convert_options(*command, *options);
  command->final_callback([options, &exit_code] {
    run_convert(*options);
    exit_code = kExitDone;
  });
}

}  // namespace rn
