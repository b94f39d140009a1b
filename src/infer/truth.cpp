#include "infer/truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/text.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr double kEnough = 0.5;  // IoU

using Box = std::array<float, 4>;

double area_of(const Box& box) {
  return std::max(0.0, double{box[2]} - box[0]) * std::max(0.0, double{box[3]} - box[1]);
}

double common_area(const Box& a, const Box& b) {
  return area_of(
      {std::max(a[0], b[0]), std::max(a[1], b[1]), std::min(a[2], b[2]), std::min(a[3], b[3])});
}

double iou_of(const Box& a, const Box& b) {
  const double common = common_area(a, b);
  const double all = area_of(a) + area_of(b) - common;
  return all > 0 ? common / all : 0;
}

/// How many folders and names, counted from the end, two paths have in common.
int64_t common_ending(const fs::path& a, const fs::path& b) {
  const std::vector<fs::path> parts_a(a.begin(), a.end()), parts_b(b.begin(), b.end());
  const auto [end, ignored] =
      std::mismatch(parts_a.rbegin(), parts_a.rend(), parts_b.rbegin(), parts_b.rend());
  return end - parts_a.rbegin();
}

/// "disc, ring and 3 more"
std::string some_of(const std::vector<std::string>& names) {
  constexpr size_t kFew = 5;
  if (names.size() <= kFew) return join(names);
  return fmt::format("{} and {} more", join({names.begin(), names.begin() + kFew}),
                     names.size() - kFew);
}

std::optional<Box> usable_box(const CocoAnnotation& annotation) {
  if (!annotation.bbox) return {};
  const auto [x, y, width, height] = *annotation.bbox;
  const bool is_finite =
      std::isfinite(x) && std::isfinite(y) && std::isfinite(width) && std::isfinite(height);
  if (!is_finite || width <= 0 || height <= 0) return {};
  return Box{static_cast<float>(x), static_cast<float>(y), static_cast<float>(x + width),
             static_cast<float>(y + height)};
}

}  // namespace

Truth::Truth(const fs::path& path, const std::vector<Category>& categories)
    : source_(path.filename().string()), file_(read_coco_file(path)) {
  for (size_t i = 0; i < file_.images.size(); ++i) {
    records_.emplace(fs::path(file_.images[i].file_name).filename().string(), i);
  }
  for (size_t i = 0; i < file_.annotations.size(); ++i) {
    annotations_.emplace(file_.annotations[i].image_id, i);
  }
  match_classes(categories);
}

void Truth::match_classes(const std::vector<Category>& known) {
  std::map<std::string, int64_t> label_of_name;
  for (const Category& category : known) {
    if (category.is_used()) {
      label_of_name.emplace(category.name, static_cast<int64_t>(names_.size()));
    }
    names_.push_back(category.name);
  }
  is_in_file_.assign(names_.size(), false);
  std::set<std::string> seen;
  std::vector<std::string> unknown, absent;
  for (const Category& category : file_.categories) {
    if (!seen.insert(category.name).second) {
      fail("{}: two categories are called \"{}\"; truth is matched by the names of the classes",
           source_, category.name);
    }
    const auto found = label_of_name.find(category.name);
    const bool is_known = found != label_of_name.end();
    label_of_[category.id] = is_known ? found->second : static_cast<int64_t>(names_.size());
    if (is_known) {
      is_in_file_[static_cast<size_t>(found->second)] = true;
    } else {
      unknown.push_back(category.name);
      names_.push_back(category.name);
      is_in_file_.push_back(true);
    }
  }
  std::vector<std::string> of_model;
  for (const auto& [name, label] : label_of_name) {
    of_model.push_back(name);
    if (!is_in_file_[static_cast<size_t>(label)]) absent.push_back(name);
  }
  if (absent.size() == label_of_name.size()) {
    fail(
        "{}: none of its classes ({}) is one of the model's ({}); they are matched by name, which "
        "must be the same to the letter",
        source_, some_of(unknown), some_of(of_model));
  }
  if (!unknown.empty()) {
    notes_.push_back(
        fmt::format("{}: classes that the model doesn't know, whose objects can only "
                    "be missed: {}",
                    source_, some_of(unknown)));
  }
  if (!absent.empty()) {
    notes_.push_back(
        fmt::format("{}: lacks classes of the model, whose detections are not counted "
                    "as right or wrong: {}",
                    source_, some_of(absent)));
  }
}

PictureTruth Truth::find(const fs::path& picture, const ImageSize& size) const {
  PictureTruth truth;
  const auto [begin, end] = records_.equal_range(picture.filename().string());
  if (begin == end) {
    truth.reason = "no record in " + source_;
    return truth;
  }
  const CocoImage* best = nullptr;
  int64_t best_common = 0;
  bool is_clear = false;
  for (auto it = begin; it != end; ++it) {
    const CocoImage& image = file_.images[it->second];
    const int64_t common = common_ending(picture, image.file_name);
    is_clear = common > best_common || (is_clear && common < best_common);
    if (common > best_common) best = &image;
    best_common = std::max(best_common, common);
  }
  if (!is_clear) {
    truth.reason = fmt::format("several records of that name in {}", source_);
    return truth;
  }
  const bool says_size = best->width > 0 && best->height > 0;
  if (says_size && ImageSize{best->height, best->width} != size) {
    truth.reason = fmt::format("{} has it as {}x{}, it is {}x{}", source_, best->width,
                               best->height, size.width, size.height);
    return truth;
  }
  truth.is_known = true;
  const auto [first, last] = annotations_.equal_range(best->id);
  for (auto it = first; it != last; ++it) {
    const CocoAnnotation& annotation = file_.annotations[it->second];
    const auto box = usable_box(annotation);
    const auto label = label_of_.find(annotation.category_id);
    if (!box || label == label_of_.end()) continue;
    truth.objects.push_back({*box, label->second, annotation.iscrowd.value_or(false)});
  }
  return truth;
}

TruthMatch match_truth(const Detections& detections, const PictureTruth& picture,
                       const Truth& truth) {
  TruthMatch match;
  match.is_found.assign(picture.objects.size(), false);
  const auto boxes = detections.size() > 0 ? detections.boxes.contiguous() : torch::Tensor();
  for (int64_t i = 0; i < detections.size(); ++i) {
    Box box{};
    std::copy_n(boxes.data_ptr<float>() + 4 * i, 4, box.begin());
    const auto label = detections.labels[i].item<int64_t>();
    std::optional<size_t> best;
    double best_iou = kEnough;
    bool is_in_crowd = false;
    for (size_t o = 0; o < picture.objects.size(); ++o) {
      const TruthObject& object = picture.objects[o];
      if (object.label != label) continue;
      if (object.is_crowd) {
        is_in_crowd = is_in_crowd || common_area(box, object.box) >= kEnough * area_of(box);
        continue;
      }
      const double iou = iou_of(box, object.box);
      if (match.is_found[o] || iou < best_iou) continue;
      best_iou = iou;
      best = o;
    }
    if (best) match.is_found[*best] = true;
    const bool is_ignored = !best && (is_in_crowd || !truth.has_class(label));
    match.detections.push_back(best         ? Verdict::kRight
                               : is_ignored ? Verdict::kIgnored
                                            : Verdict::kWrong);
    match.right += best ? 1 : 0;
    match.wrong += !best && !is_ignored ? 1 : 0;
  }
  for (size_t o = 0; o < picture.objects.size(); ++o) {
    match.missed += !picture.objects[o].is_crowd && !match.is_found[o] ? 1 : 0;
  }
  return match;
}

}  // namespace rn
