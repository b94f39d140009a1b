#include <algorithm>

#include "core/error.h"
#include "core/parallel.h"
#include "data/dataset.h"
#include "data/image.h"

namespace rn {

namespace {

std::vector<Category> used(std::vector<Category> categories) {
  std::erase_if(categories, [](const Category& category) { return !category.is_used(); });
  return categories;
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
  std::string text;
  for (const Category& category : categories_) {
    text += fmt::format("{} {}\n", category.id, category.name);
  }
  for (const LabelledImage& image : images_) text += fmt::format("{}\n", image.id);
  uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return static_cast<int64_t>(hash >> 11);  // exact as a JSON number
}

std::vector<std::string> check_pictures(const Dataset& dataset, int threads) {
  std::vector<std::string> faults(static_cast<size_t>(dataset.size()));
  parallel_for(dataset.size(), threads, [&](int64_t i) {
    const LabelledImage& image = dataset[i];
    if (image.is_faulty) return;
    try {
      read_image(image.path, image.size);
    } catch (const Error& error) {
      faults[static_cast<size_t>(i)] =
          fmt::format("{}: image {}: {}", dataset.source(), image.id, error.what());
    }
  });
  std::erase_if(faults, [](const std::string& fault) { return fault.empty(); });
  return faults;
}

}  // namespace rn
