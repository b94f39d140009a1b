#include "cli/data_convert.h"

#include <fmt/format.h>

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

/// A bar for each stage that lasts.
class StageBars {
 public:
  explicit StageBars(Screen& screen) : screen_(screen) {}

  ConvertProgress progress() {
    return {[this](std::string_view stage, int64_t total) {
              ProgressBarOptions options;
              options.shown_after = 2;
              options.unit = "file";
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
  std::map<int64_t, int64_t> objects, crowds;  // by category
  std::map<int64_t, bool> has_objects;         // by image
  int64_t crowd_count = 0;
  for (const CocoAnnotation& annotation : file.annotations) {
    const bool is_crowd = annotation.iscrowd.value_or(false);
    ++(is_crowd ? crowds : objects)[annotation.category_id];
    crowd_count += is_crowd;
    has_objects[annotation.image_id] |= !is_crowd;
  }
  int64_t empty = 0;
  for (const CocoImage& image : file.images) empty += !has_objects[image.id];
  screen.print(
      fmt::format("{}: {} ({} without objects), {}{}", out,
                  number_of(static_cast<int64_t>(file.images.size()), "picture"), empty,
                  number_of(static_cast<int64_t>(file.annotations.size()) - crowd_count, "object"),
                  crowd_count > 0 ? ", " + number_of(crowd_count, "crowd region") : ""));
  TextTable table({"class", "id", "objects"});
  for (const Category& category : file.categories) {
    table.add_row(
        {category.name, std::to_string(category.id), std::to_string(objects[category.id])});
  }
  screen.print(table.text());
}

void run_convert(ConvertOptions options) {
  Screen screen(stderr_screen());
  StageBars bars(screen);
  options.progress = bars.progress();
  options.picture_size = read_image_size;
  const Converted converted = convert_annotations(options);
  show_notes(converted.notes, screen);
  show_counts(converted.file, options.out.string(), screen);
  if (options.to != AnnotationFormat::kCoco) return;
  screen.print(fmt::format(
      "next: retinanet data check CONFIG.json --set data.train.images={} --set "
      "data.train.annotations={}",
      converted.images.empty() ? "DIR" : converted.images.string(), options.out.string()));
}

}  // namespace

void add_convert_command(CLI::App& data, int& exit_code) {
  CLI::App* command = data.add_subcommand(
      "convert",
      "Pascal VOC, YOLO and CSV annotations to COCO's and back; pictures stay where they are");
  auto options = std::make_shared<ConvertOptions>();
  std::map<std::string, AnnotationFormat> formats;
  for (const auto& [format, name] : enum_names(AnnotationFormat{})) formats.emplace(name, format);
  command->add_option("--from", options->from, "format to read: coco, voc, yolo, csv")
      ->required()
      ->transform(CLI::CheckedTransformer(formats));
  command->add_option("--to", options->to, "format to write: coco, voc, yolo, csv")
      ->required()
      ->transform(CLI::CheckedTransformer(formats));
  command->add_option("--annotations", options->annotations, "what to read")->required();
  command->add_option("--images", options->images, "folder with the pictures");
  command->add_option("--out", options->out, "what to write")->required();
  command->add_option("--classes", options->classes, "file with the classes");
  command->add_option("--split", options->split, "file with the names of the pictures to take");
  command->add_flag("--overwrite", options->overwrite, "replace what is there");
  command->final_callback([options, &exit_code] {
    run_convert(*options);
    exit_code = kExitDone;
  });
}

}  // namespace rn
