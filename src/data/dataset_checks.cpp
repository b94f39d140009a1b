#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <tuple>

#include "core/error.h"
#include "data/dataset.h"

namespace rn {

namespace {

std::vector<Category> used(std::vector<Category> categories) {
  std::erase_if(categories, [](const Category& category) { return !category.is_used(); });
  return categories;
}

/// A name without case, spaces and underscores.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    if (c != ' ' && c != '_' && c != '-') {
      plain += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
  }
  return plain;
}

/// FNV-1a, cut to what is exact as a JSON number.
class Checksum {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  int64_t value() const { return static_cast<int64_t>(hash_ >> 11); }

 private:
  uint64_t hash_ = 14695981039346656037U;
};

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

void check_same_categories(const std::vector<Category>& all_expected,
                           const std::string& expected_source,
                           const std::vector<Category>& all_found,
                           const std::string& found_source) {
  const std::vector<Category> expected = used(all_expected), found = used(all_found);
  const size_t shared = std::min(expected.size(), found.size());
  for (size_t i = 0; i < shared; ++i) {
    if (expected[i] == found[i]) continue;
    fail(
        "{}: class {} is category {} \"{}\", but in {} it is {} \"{}\"; both need the same "
        "categories (ids and names), also those without objects",
        found_source, i, found[i].id, found[i].name, expected_source, expected[i].id,
        expected[i].name);
  }
  if (expected.size() == found.size()) return;
  const bool is_short = found.size() < expected.size();
  const Category& first = is_short ? expected[shared] : found[shared];
  fail(
      "{} has {} categories, but {} has {}: category {} \"{}\" is only in the {}; both need the "
      "same categories (ids and names), also those without objects",
      found_source, found.size(), expected_source, expected.size(), first.id, first.name,
      is_short ? "latter" : "former");
}

int64_t Dataset::checksum() const {
  Checksum sum;
  for (const Category& category : categories_) {
    sum.add(fmt::format("{} {}\n", category.id, category.name));
  }
  for (const LabelledImage& image : images_) sum.add(fmt::format("{}\n", image.id));
  return sum.value();
}

int64_t Dataset::objects_checksum() const {
  Checksum sum;
  for (const auto& [id, path, size, objects, is_faulty] : images_) {
    sum.add(fmt::format("{} {} {}\n", id, objects.boxes.size(), objects.crowds.size()));
    sum.add(bytes_of(objects.boxes));
    sum.add(bytes_of(objects.labels));
    sum.add(bytes_of(objects.crowds));
  }
  return sum.value();
}

std::vector<Fault> repeated_boxes(const CocoFile& file, const std::string& source) {
  std::vector<const CocoAnnotation*> objects;
  for (const CocoAnnotation& annotation : file.annotations) {
    const bool is_object = annotation.bbox && !annotation.iscrowd.value_or(false);
    // NaN would have no place in an order.
    if (is_object && std::all_of(annotation.bbox->begin(), annotation.bbox->end(),
                                 [](double value) { return std::isfinite(value); })) {
      objects.push_back(&annotation);
    }
  }
  const auto what = [](const CocoAnnotation* a) {
    return std::tie(a->image_id, a->category_id, *a->bbox);
  };
  std::stable_sort(objects.begin(), objects.end(),
                   [&](const auto* a, const auto* b) { return what(a) < what(b); });
  std::vector<Fault> faults;
  for (size_t i = 1, first = 0; i < objects.size(); ++i) {
    if (what(objects[i]) != what(objects[first])) {
      first = i;
      continue;
    }
    const auto [x, y, w, h] = *objects[i]->bbox;
    faults.push_back(
        {"boxes that occur twice",
         fmt::format("{}: image {} annotation {}: has the class and the bbox [{}, {}, {}, {}] of "
                     "annotation {}; kept, but remove one: a detector can find only one of them",
                     source, objects[i]->image_id, objects[i]->id, x, y, w, h,
                     objects[first]->id)});
  }
  return faults;
}

std::vector<Fault> doubtful_categories(const Dataset& dataset) {
  std::vector<Fault> faults;
  std::map<std::string, const Category*> names;
  for (size_t k = 0; k < dataset.categories().size(); ++k) {
    const Category& category = dataset.categories()[k];
    if (!category.is_used()) continue;
    const std::string where =
        fmt::format("{}: category {} \"{}\"", dataset.source(), category.id, category.name);
    const std::string name = plain_name(category.name);
    const auto [other, is_new] = names.emplace(name, &category);
    if (!is_new) {
      faults.push_back({"categories of the same name",
                        fmt::format("{} has the name of category {} \"{}\"; if they are one, give "
                                    "their annotations one id",
                                    where, other->second->id, other->second->name)});
    }
    if (name == "background" || name == "bg") {
      faults.push_back({"background as a category",
                        where + " would be a class to detect; what no box covers is background by "
                                "itself: remove it and its annotations"});
    } else if (dataset.summary().objects_per_class[k] == 0) {
      faults.push_back({"categories without objects",
                        where + " has no objects: it can't be learned or measured here"});
    }
  }
  return faults;
}

}  // namespace rn
