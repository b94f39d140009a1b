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
/// @throws Error if it names other columns
bool is_header(const CsvRow& row, const std::string& source) {
  const bool has_names =
      row.fields.size() == kFields &&
      std::all_of(row.fields.begin() + 1, row.fields.end() - 1, [](const std::string& field) {
        return !trimmed(field).empty() && !to_number(field);
      });
  if (!has_names) return false;
  constexpr std::array<std::array<std::string_view, 4>, 4> kNames = {
      {{"x1", "xmin", "x_min", "left"},
       {"y1", "ymin", "y_min", "top"},
       {"x2", "xmax", "x_max", "right"},
       {"y2", "ymax", "y_max", "bottom"}}};
  for (size_t i = 0; i < kNames.size(); ++i) {
    std::string name(trimmed(row.fields[i + 1]));
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (std::find(kNames[i].begin(), kNames[i].end(), name) != kNames[i].end()) continue;
    fail("{}: line {}: column {} is {}, expected the order path,x1,y1,x2,y2,class", source,
         row.line, i + 2, in_quotes(row.fields[i + 1]));
  }
  return true;
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
      return fs::path(path).lexically_normal().string();
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
  std::unordered_map<std::string, size_t> known;  // by path as written, and by name
  for (const CsvRow& row : rows) {
    const std::string place = fmt::format("{}: line {}", source, row.line);
    if (row.fields.size() != kFields) {
      fail("{}: {} fields, expected 6: path,x1,y1,x2,y2,class", place, row.fields.size());
    }
    if (row.fields[0].empty()) fail("{}: has no path of a picture", place);
    auto picture = known.find(row.fields[0]);
    if (picture == known.end()) {
      const std::string name = resolver.name_of(row.fields[0]);
      const auto [same, is_new] = known.emplace(name, pictures.size());
      if (is_new) pictures.push_back({name, {}});
      picture = known.emplace(row.fields[0], same->second).first;
    }
    pictures[picture->second].rows.push_back(&row);
  }
  return pictures;
}

}  // namespace

CocoFile read_csv(const ReadOptions& options, ConvertNotes& notes) {
  const std::string source = options.annotations.string();
  std::vector<CsvRow> rows = parse_csv_rows(read_text(options.annotations), source);
  if (!rows.empty() && is_header(rows.front(), source)) {
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
