#include <algorithm>

#include "convert/csv.h"
#include "convert/csv_rows.h"
#include "convert/plain_text.h"
#include "convert/set_builder.h"
#include "core/error.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kFields = 6;
constexpr std::array kCornerNames = {"x1", "y1", "x2", "y2"};

/// What keras-retinanet's readers know nothing of, but people write.
bool is_header(const CsvRow& row) {
  return row.fields.size() == kFields &&
         std::all_of(row.fields.begin() + 1, row.fields.end() - 1, [](const std::string& field) {
           return !trimmed(field).empty() && !to_number(field);
         });
}

bool is_empty_picture(const CsvRow& row) {
  return std::all_of(row.fields.begin() + 1, row.fields.end(),
                     [](const std::string& field) { return trimmed(field).empty(); });
}

CocoBox csv_box(const CsvRow& row, const std::string& place) {
  std::array<double, 4> corners{};
  for (size_t i = 0; i < corners.size(); ++i) {
    const auto number = to_number(row.fields[i + 1]);
    if (!number) {
      fail("{}: {} is {}, expected a number of pixels, or a picture without objects: path,,,,,",
           place, kCornerNames[i], in_quotes(row.fields[i + 1]));
    }
    corners[i] = *number;
  }
  return {corners[0], corners[1], without_noise(corners[2] - corners[0]),
          without_noise(corners[3] - corners[1])};
}

/// Relative to the folder of the pictures where it is in there.
class PathResolver {
 public:
  explicit PathResolver(const ReadOptions& options)
      : images_(options.images), csv_folder_(options.annotations.parent_path()) {}

  std::string name_of(const std::string& path) const {
    std::error_code error;
    if (fs::path(path).is_relative() &&
        (images_ == csv_folder_ || fs::exists(images_ / path, error))) {
      return path;
    }
    const fs::path full = fs::weakly_canonical(fs::absolute(csv_folder_ / path), error);
    const fs::path relative =
        full.lexically_relative(fs::weakly_canonical(fs::absolute(images_), error));
    const bool is_inside = !relative.empty() && *relative.begin() != "..";
    return is_inside ? relative.string() : path;
  }

 private:
  fs::path images_, csv_folder_;
};

/// A picture's rows, in the order of the file.
struct CsvPicture {
  std::string name;
  std::vector<const CsvRow*> rows;
};

std::vector<CsvPicture> group_by_picture(const std::vector<CsvRow>& rows, const std::string& source,
                                         const PathResolver& resolver) {
  std::vector<CsvPicture> pictures;
  std::unordered_map<std::string, size_t> known;  // by path as written
  for (const CsvRow& row : rows) {
    const std::string place = fmt::format("{}: line {}", source, row.line);
    if (row.fields.size() != kFields) {
      fail("{}: {} fields, expected 6: path,x1,y1,x2,y2,class", place, row.fields.size());
    }
    if (row.fields[0].empty()) fail("{}: has no path of a picture", place);
    const auto [picture, is_new] = known.emplace(row.fields[0], pictures.size());
    if (is_new) pictures.push_back({resolver.name_of(row.fields[0]), {}});
    pictures[picture->second].rows.push_back(&row);
  }
  return pictures;
}

}  // namespace

CocoFile read_csv(const ReadOptions& options, ConvertNotes& notes) {
  const std::string source = options.annotations.string();
  std::vector<CsvRow> rows = parse_csv_rows(read_text(options.annotations), source);
  if (!rows.empty() && is_header(rows.front())) {
    notes.note("header rows, passed over");
    rows.erase(rows.begin());
  }
  std::vector<CsvPicture> pictures = group_by_picture(rows, source, PathResolver(options));
  if (options.split) {
    Split split = *options.split;
    std::erase_if(pictures, [&](const CsvPicture& picture) { return !split.takes(picture.name); });
    split.check_all_met(source);
  }
  SetBuilder set(options.classes ? &*options.classes : nullptr, notes);
  for (const CsvPicture& picture : pictures) {
    const auto place = [&](const CsvRow& row) {
      return fmt::format("{}: line {}", source, row.line);
    };
    set.add_picture(picture.name, {}, place(*picture.rows.front()));
    for (const CsvRow* row : picture.rows) {
      if (is_empty_picture(*row)) continue;
      const std::string name(trimmed(row->fields.back()));
      const CocoBox box = csv_box(*row, place(*row));
      if (name.empty()) fail("{}: has a box, but no class", place(*row));
      set.add_object(name, box, false, [&] { return place(*row); });
    }
  }
  return std::move(set).finish(source);
}

}  // namespace rn
