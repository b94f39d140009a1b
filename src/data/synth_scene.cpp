#include "data/synth_scene.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

#include "core/random.h"
#include "data/synth_background.h"
#include "data/synth_paint.h"

namespace rn {
namespace {

constexpr int kNobody = -1;
constexpr double kLeastVisible = 0.35;
constexpr int kTriesPerObject = 25;
constexpr double kSizeSkew = 0.75;  // 1: sizes are log-uniform; below: fewer tiny ones

constexpr double kLargestTilt = std::numbers::pi / 8;  // radians; a cross stays a plus

/// Who shows at each pixel, so that nothing is labelled that can't be seen.
class OwnerMap {
 public:
  explicit OwnerMap(cv::Size size) : owners_(size, CV_32S, cv::Scalar(kNobody)) {}

  /// Puts an object in front of the others, unless it, or one behind it, would show too little.
  bool place(Shape shape, const ShapePose& pose) {
    std::vector<cv::Point> inside;
    int64_t whole = 0;
    const cv::Rect frame({0, 0}, owners_.size());
    const int reach = cvCeil(pose.radius) + 1;
    const cv::Point middle(cvFloor(pose.center.x), cvFloor(pose.center.y));
    for (int y = middle.y - reach; y <= middle.y + reach; ++y) {
      for (int x = middle.x - reach; x <= middle.x + reach; ++x) {
        const cv::Point2f centre(static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F);
        if (shape_coverage(shape_distance(shape, pose, centre)) < 0.5F) continue;
        ++whole;
        if (frame.contains({x, y})) inside.emplace_back(x, y);
      }
    }
    if (static_cast<double>(inside.size()) < kLeastVisible * static_cast<double>(whole)) {
      return false;
    }
    std::vector<int64_t> left = visible_;
    for (const cv::Point& p : inside) {
      if (const int owner = owners_.at<int>(p); owner != kNobody) --left[owner];
    }
    for (size_t i = 0; i < left.size(); ++i) {
      if (static_cast<double>(left[i]) < kLeastVisible * static_cast<double>(whole_[i])) {
        return false;
      }
    }
    visible_ = std::move(left);
    visible_.push_back(static_cast<int64_t>(inside.size()));
    whole_.push_back(whole);
    const int me = static_cast<int>(whole_.size()) - 1;
    for (const cv::Point& p : inside) owners_.at<int>(p) = me;
    return true;
  }

  /// Tight boxes of what shows of the objects [first, last) taken together.
  cv::Rect box(int first, int last) const {
    cv::Point low(std::numeric_limits<int>::max(), std::numeric_limits<int>::max());
    cv::Point high(-1, -1);
    for (int y = 0; y < owners_.rows; ++y) {
      const int* row = owners_.ptr<int>(y);
      for (int x = 0; x < owners_.cols; ++x) {
        if (row[x] < first || row[x] >= last) continue;
        low = {std::min(low.x, x), std::min(low.y, y)};
        high = {std::max(high.x, x), std::max(high.y, y)};
      }
    }
    return high.x < 0 ? cv::Rect() : cv::Rect(low, high + cv::Point(1, 1));
  }

  int64_t visible(int index) const { return visible_[index]; }
  int count() const { return static_cast<int>(whole_.size()); }

 private:
  cv::Mat owners_;
  std::vector<int64_t> visible_;
  std::vector<int64_t> whole_;  ///< pixels, those outside the picture and hidden ones included
};

size_t pick_class(Rng& rng) {
  const auto& classes = shape_classes();
  double left = rng.uniform();
  for (size_t i = 0; i + 1 < classes.size(); ++i) {
    left -= classes[i].frequency;
    if (left < 0) return i;
  }
  return classes.size() - 1;
}

/// A class, a size from tiny to half of the picture, and a tilt.
SceneObject sample_object(cv::Size size, Rng& rng) {
  SceneObject object;
  object.class_index = pick_class(rng);
  const double least = shape_classes()[object.class_index].min_side;
  const double most = std::max(least, std::min(size.width, size.height) / 2.0);
  const double side = least * std::pow(most / least, std::pow(rng.uniform(), kSizeSkew));
  object.pose.radius = static_cast<float>(side / 2);
  object.pose.angle = static_cast<float>(rng.uniform(-kLargestTilt, kLargestTilt));
  return object;
}

/// Centres may lie a little outside: some objects are cut off by the frame.
cv::Point2f sample_centre(cv::Size size, float radius, Rng& rng) {
  const double over = 0.1 * radius;
  return {static_cast<float>(rng.uniform(-over, size.width + over)),
          static_cast<float>(rng.uniform(-over, size.height + over))};
}

/// A patch of tiny shapes, too dense to be labelled one by one.
struct Crowd {
  size_t class_index = 0;
  ShapePose patch;
  std::vector<ShapePose> members;
};

Crowd sample_crowd(cv::Size size, Rng& rng) {
  Crowd crowd;
  const double side = std::min(size.width, size.height);
  const double spacing = rng.uniform(6, 9);
  const double reach = std::max(2.5 * spacing, rng.uniform(0.12, 0.2) * side);
  crowd.patch.radius = static_cast<float>(reach);
  crowd.patch.center = {static_cast<float>(rng.uniform(0.15, 0.85) * size.width),
                        static_cast<float>(rng.uniform(0.15, 0.85) * size.height)};
  const int cells = cvCeil(reach / spacing);
  for (int row = -cells; row <= cells; ++row) {
    for (int column = -cells; column <= cells; ++column) {
      const cv::Point2d offset((column + 0.5 * (row & 1) + rng.uniform(-0.25, 0.25)) * spacing,
                               (row * 0.87 + rng.uniform(-0.25, 0.25)) * spacing);
      const auto radius = static_cast<float>(rng.uniform(0.34, 0.52) * spacing);
      if (cv::norm(offset) > reach || rng.chance(0.08)) continue;
      crowd.members.push_back({crowd.patch.center + cv::Point2f(offset), radius, 0});
    }
  }
  return crowd;
}

class ScenePainter {
 public:
  ScenePainter(cv::Size size, Rng& rng)
      : rng_(rng), image_(draw_background(size, rng)), owners_(size) {
    const double angle = rng.uniform(0.6, 0.9) * -std::numbers::pi;  // from above, mostly left
    light_.direction = {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
    light_.shadow = static_cast<float>(rng.uniform(0.25, 0.5));
  }

  void add_crowd() {
    const Crowd crowd = sample_crowd(image_.size(), rng_);
    const Shape shape = shape_classes()[crowd.class_index].shape;
    const int first = owners_.count();
    const cv::Vec3f colour = pick_colour(image_, crowd.patch, rng_);
    for (const ShapePose& member : crowd.members) {
      if (owners_.place(shape, member)) paint_shape(image_, shape, member, colour, light_);
    }
    if (owners_.count() == first) return;
    keep_clear_ = crowd.patch;
    first_.push_back(first);
    SceneObject object;
    object.class_index = crowd.class_index;
    object.pose = crowd.patch;
    object.crowd = true;
    objects_.push_back(object);
  }

  /// Tries some places; an object that fits nowhere is left out.
  void add(SceneObject object) {
    const Shape shape = shape_classes()[object.class_index].shape;
    for (int tries = 0; tries < kTriesPerObject; ++tries) {
      object.pose.center = sample_centre(image_.size(), object.pose.radius, rng_);
      if (touches_crowd(object.pose)) continue;
      const int index = owners_.count();
      if (!owners_.place(shape, object.pose)) continue;
      first_.push_back(index);
      paint_shape(image_, shape, object.pose, pick_colour(image_, object.pose, rng_), light_);
      objects_.push_back(object);
      return;
    }
  }

  Scene finished() {
    for (size_t i = 0; i < objects_.size(); ++i) {
      const int last = i + 1 < first_.size() ? first_[i + 1] : owners_.count();
      objects_[i].box = owners_.box(first_[i], last);
      for (int k = first_[i]; k < last; ++k) objects_[i].visible += owners_.visible(k);
    }
    return {finish(image_, rng_), std::move(objects_)};
  }

 private:
  /// An object among a crowd would lie in a region that training and evaluation leave out.
  bool touches_crowd(const ShapePose& pose) const {
    return keep_clear_ &&
           cv::norm(pose.center - keep_clear_->center) < pose.radius + 1.5 * keep_clear_->radius;
  }

  Rng& rng_;
  cv::Mat image_;
  OwnerMap owners_;
  SceneLight light_;
  std::optional<ShapePose> keep_clear_;
  std::vector<SceneObject> objects_;
  std::vector<int> first_;  ///< per object, its first index in the owner map
};

}  // namespace

Scene draw_scene(const SynthConfig& config, SynthSplit split, int64_t index) {
  const cv::Size size(static_cast<int>(config.width), static_cast<int>(config.height));
  Rng rng(static_cast<uint64_t>(config.seed), static_cast<uint64_t>(split),
          static_cast<uint64_t>(index));
  ScenePainter painter(size, rng);
  if (rng.chance(config.empty_fraction)) return painter.finished();
  if (rng.chance(config.crowd_fraction)) painter.add_crowd();

  const int64_t wanted = rng.between(1, config.max_objects);
  std::vector<std::pair<double, SceneObject>> objects;
  for (int64_t i = 0; i < wanted; ++i) {
    const SceneObject object = sample_object(size, rng);
    objects.emplace_back(-object.pose.radius * rng.uniform(0.6, 1.6), object);
  }
  // Mostly large ones behind small ones, so that most can be seen.
  std::stable_sort(objects.begin(), objects.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [depth, object] : objects) painter.add(object);
  return painter.finished();
}

}  // namespace rn
