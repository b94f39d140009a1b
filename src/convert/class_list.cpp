#include "convert/class_list.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>

#include "coco/coco_file.h"
#include "convert/csv_rows.h"
#include "convert/plain_text.h"
#include "core/error.h"
#include "core/text.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

/// A name and where it is: "classes.txt: line 3".
struct NamedAt {
  std::string name;
  std::string place;
};

std::vector<NamedAt> names_of_lines(const fs::path& path) {
  const std::string text = read_text(path);
  std::vector<NamedAt> names;
  for (const std::string_view line : trimmed_lines(text)) {
    names.push_back(
        {std::string(line), fmt::format("{}: line {}", path.string(), names.size() + 1)});
  }
  while (!names.empty() && names.back().name.empty()) names.pop_back();
  return names;
}

/// @param indexed names by class index, each with its place @throws Error for a gap
std::vector<NamedAt> without_gaps(const std::map<int64_t, NamedAt>& indexed) {
  std::vector<NamedAt> names;
  for (const auto& [index, name] : indexed) {
    if (index != static_cast<int64_t>(names.size())) {
      fail("{}: class {} is there, but class {} isn't; expected 0, 1, 2, ... without gaps",
           name.place, index, names.size());
    }
    names.push_back(name);
  }
  return names;
}

std::string yaml_place(const fs::path& path, const YAML::Node& node) {
  return fmt::format("{}: line {}", path.string(), node.Mark().line + 1);
}

/// YAML's null would be read as "null".
std::string name_of_yaml(const YAML::Node& name, const std::string& place) {
  if (!name.IsScalar()) fail("{}: expected the name of a class", place);
  return name.as<std::string>();
}

std::vector<NamedAt> names_of_yaml(const fs::path& path) {
  try {
    const YAML::Node root = YAML::Load(read_text(path));
    const YAML::Node list =
        root.IsMap() && root["names"].IsDefined() ? root["names"] : YAML::Node();
    if (root.IsMap() && root["kpt_shape"].IsDefined()) {
      fail(
          "{}: has kpt_shape, so its labels have key points, too; keep the first five words of "
          "each line and take kpt_shape out",
          path.string());
    }
    std::vector<NamedAt> names;
    std::map<int64_t, NamedAt> indexed;
    if (list.IsSequence()) {
      for (const YAML::Node& name : list) {
        names.push_back({name_of_yaml(name, yaml_place(path, name)), yaml_place(path, name)});
      }
      return names;
    }
    if (!list.IsMap()) {
      fail("{}: has no list or map `names`, as YOLO's data.yaml has", path.string());
    }
    for (const auto& entry : list) {
      const std::string place = yaml_place(path, entry.first);
      const auto index = to_whole(entry.first.as<std::string>());
      if (!index) fail("{}: {} is no class index", place, in_quotes(entry.first.as<std::string>()));
      if (!indexed.emplace(*index, NamedAt{name_of_yaml(entry.second, place), place}).second) {
        fail("{}: class {} is there twice", place, *index);
      }
    }
    return without_gaps(indexed);
  } catch (const YAML::Exception& error) {
    fail("{}: line {}: {}; expected YOLO's data.yaml", path.string(), error.mark.line + 1,
         error.msg);
  }
}

std::vector<NamedAt> names_of_csv(const fs::path& path) {
  std::map<int64_t, NamedAt> indexed;
  for (const CsvRow& row : parse_csv_rows(read_text(path), path.string())) {
    const std::string place = fmt::format("{}: line {}", path.string(), row.line);
    const auto index = row.fields.size() == 2 ? to_whole(row.fields[1]) : std::nullopt;
    if (!index) fail("{}: expected a name and its class index: name,0", place);
    if (!indexed.emplace(*index, NamedAt{row.fields[0], place}).second) {
      fail("{}: class {} is there twice", place, *index);
    }
  }
  return without_gaps(indexed);
}

}  // namespace

int64_t ClassList::index_of(std::string_view name) const {
  for (size_t i = 0; i < categories.size(); ++i) {
    if (categories[i].name == name) return static_cast<int64_t>(i);
  }
  return -1;
}

std::string ClassList::hint(std::string_view name) const {
  std::vector<std::string> names;
  for (const Category& category : categories) names.push_back(category.name);
  const std::string nearest = nearest_name(name, names);
  return nearest.empty() ? "" : fmt::format(" (did you mean {}?)", in_quotes(nearest));
}

ClassList read_class_list(const fs::path& path) {
  const std::string ending = path.extension().string();
  ClassList list{path.string(), {}};
  std::vector<NamedAt> names;
  if (ending == ".json") {
    list.categories = read_coco_file(path).categories;
    std::sort(list.categories.begin(), list.categories.end(),
              [](const Category& a, const Category& b) { return a.id < b.id; });
    for (const Category& category : list.categories) {
      names.push_back({category.name, fmt::format("{}: category {}", list.source, category.id)});
    }
  } else {
    names = ending == ".yaml" || ending == ".yml" ? names_of_yaml(path)
            : ending == ".csv"                    ? names_of_csv(path)
                                                  : names_of_lines(path);
    for (size_t i = 0; i < names.size(); ++i) {
      list.categories.push_back({static_cast<int64_t>(i) + 1, names[i].name});
    }
  }
  // As the readers of annotations do with the names of objects.
  for (NamedAt& named : names) named.name = trimmed(named.name);
  for (Category& category : list.categories) category.name = trimmed(category.name);
  if (names.empty()) fail("{}: names no class", list.source);
  std::map<std::string, std::string> places;
  for (const NamedAt& named : names) {
    if (named.name.empty()) {
      fail("{}: the name is empty; write one, for the classes after it count on", named.place);
    }
    const auto [first, is_new] = places.emplace(named.name, named.place);
    if (!is_new) {
      fail("{}: the class {} is there twice, first at {}; names must differ", named.place,
           in_quotes(named.name), first->second);
    }
  }
  return list;
}

}  // namespace rn
