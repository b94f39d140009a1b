#include "coco/general_reader.h"

#include <optional>
#include <string_view>
#include <utility>

#include "coco/json_stream.h"

namespace rn {
namespace {

using Value = JsonStream::Value;

// Null is as good as absent, also where it follows a value under the same key.

std::optional<int64_t> whole_number(JsonStream& json, std::string_view key, Value value) {
  if (JsonStream::is_null(value)) return std::nullopt;
  return json.whole_number(key, value);
}

std::optional<double> number(JsonStream& json, std::string_view key, Value value) {
  if (JsonStream::is_null(value)) return std::nullopt;
  return json.number(key, value);
}

std::optional<bool> flag(JsonStream& json, std::string_view key, Value value) {
  if (JsonStream::is_null(value)) return std::nullopt;
  return json.flag(key, value);
}

std::string text(JsonStream& json, std::string_view key, Value value) {
  return JsonStream::is_null(value) ? std::string() : json.text(key, value);
}

std::optional<std::array<double, 4>> read_bbox(JsonStream& json, Value value) {
  if (JsonStream::is_null(value)) return std::nullopt;
  std::array<double, 4> bbox{};
  const int64_t count = json.list("bbox", value, [&](int64_t index, Value item) {
    const double number = json.number("bbox", item);
    if (index < 4) bbox[index] = number;
  });
  if (count == 0) return std::nullopt;  // as pycocotools has it
  if (count != 4) {
    json.fail_here("\"bbox\" has {} numbers, expected 4: x, y, width, height", count);
  }
  return bbox;
}

void require(JsonStream& json, bool found, std::string_view key) {
  if (!found) json.fail_here("has no \"{}\"", key);
}

void read_images(JsonStream& json, Value value, std::vector<CocoImage>& images) {
  CocoImage image;
  std::optional<int64_t> id;
  images.clear();
  json.read_records(
      "images", value, [&] { image = {}, id.reset(); },
      [&](std::string_view key, Value field) {
        if (key == "id") {
          json.set_record_id(id = whole_number(json, key, field));
        } else if (key == "file_name") {
          image.file_name = text(json, key, field);
        } else if (key == "width") {
          image.width = whole_number(json, key, field).value_or(0);
        } else if (key == "height") {
          image.height = whole_number(json, key, field).value_or(0);
        } else {
          json.skip(field);
        }
      },
      [&] {
        require(json, id.has_value(), "id");
        image.id = *id;
        images.push_back(std::move(image));
      });
}

void read_annotations(JsonStream& json, Value value, std::vector<CocoAnnotation>& annotations) {
  CocoAnnotation annotation;
  std::optional<int64_t> id, image_id, category_id;
  annotations.clear();
  json.read_records(
      "annotations", value,
      [&] { annotation = {}, id.reset(), image_id.reset(), category_id.reset(); },
      [&](std::string_view key, Value field) {
        if (key == "id") {
          json.set_record_id(id = whole_number(json, key, field));
        } else if (key == "image_id") {
          image_id = whole_number(json, key, field);
        } else if (key == "category_id") {
          category_id = whole_number(json, key, field);
        } else if (key == "bbox") {
          annotation.bbox = read_bbox(json, field);
        } else if (key == "area") {
          annotation.area = number(json, key, field);
        } else if (key == "iscrowd") {
          annotation.iscrowd = flag(json, key, field);
        } else {
          json.skip(field);
        }
      },
      [&] {
        require(json, id.has_value(), "id");
        require(json, image_id.has_value(), "image_id");
        require(json, category_id.has_value(), "category_id");
        annotation.id = *id;
        annotation.image_id = *image_id;
        annotation.category_id = *category_id;
        annotations.push_back(annotation);
      });
}

void read_categories(JsonStream& json, Value value, std::vector<Category>& categories) {
  Category category;
  std::optional<int64_t> id;
  categories.clear();
  json.read_records(
      "categories", value, [&] { category = {}, id.reset(); },
      [&](std::string_view key, Value field) {
        if (key == "id") {
          json.set_record_id(id = whole_number(json, key, field));
        } else if (key == "name") {
          category.name = text(json, key, field);
        } else {
          json.skip(field);
        }
      },
      [&] {
        require(json, id.has_value(), "id");
        category.id = *id;
        categories.push_back(std::move(category));
      });
}

}  // namespace

CocoFile read_any_coco_file(const std::filesystem::path& path) {
  JsonStream json(path, kCocoFileName);
  json.expect_root('{', "an object with \"images\", \"annotations\" and \"categories\"");
  CocoFile file;
  bool has_images = false, has_categories = false;
  json.read_root_object([&](std::string_view key, Value value) {
    if (key == "images") {
      has_images = true;
      read_images(json, value, file.images);
    } else if (key == "annotations") {
      read_annotations(json, value, file.annotations);
    } else if (key == "categories") {
      has_categories = true;
      read_categories(json, value, file.categories);
    } else {
      json.skip(value);
    }
  });
  if (!has_images) {
    fail("{}: has no list \"images\", expected {}", json.path(), kCocoFileName);
  }
  if (!has_categories) {
    fail("{}: has no list \"categories\", expected {}; add one with the classes as {{id, name}}",
         json.path(), kCocoFileName);
  }
  return file;
}

std::vector<CocoResult> read_any_coco_results(const std::filesystem::path& path) {
  JsonStream json(path, kCocoResultsName);
  json.expect_root('[', "a list of {image_id, category_id, bbox, score}");
  std::vector<CocoResult> results;
  std::optional<int64_t> image_id, category_id;
  std::optional<std::array<double, 4>> bbox;
  std::optional<double> score;
  json.read_root_records(
      [&] { image_id.reset(), category_id.reset(), bbox.reset(), score.reset(); },
      [&](std::string_view key, Value field) {
        if (key == "image_id") {
          image_id = whole_number(json, key, field);
        } else if (key == "category_id") {
          category_id = whole_number(json, key, field);
        } else if (key == "bbox") {
          bbox = read_bbox(json, field);
        } else if (key == "score") {
          score = number(json, key, field);
        } else if (key == "detections") {
          json.fail_here(
              "is a picture with its detections, as predict writes them; expected COCO's results, "
              "{{image_id, category_id, bbox, score}}, as train and eval --model write them");
        } else {
          json.skip(field);
        }
      },
      [&] {
        require(json, image_id.has_value(), "image_id");
        require(json, category_id.has_value(), "category_id");
        require(json, bbox.has_value(), "bbox");
        require(json, score.has_value(), "score");
        results.push_back({*image_id, *category_id, *bbox, *score});
      });
  if (results.empty()) {
    fail(
        "{}: holds no detections, expected at least one; lower the score threshold that it was "
        "written with",
        json.path());
  }
  return results;
}

}  // namespace rn
