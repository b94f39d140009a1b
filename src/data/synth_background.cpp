#include "data/synth_background.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace rn {
namespace {

cv::Vec3f rgb(int hex) {
  return cv::Vec3f(static_cast<float>(hex >> 16 & 255), static_cast<float>(hex >> 8 & 255),
                   static_cast<float>(hex & 255)) /
         255.0F;
}

/// Two muted colours that go together.
std::pair<cv::Vec3f, cv::Vec3f> pick_ground(Rng& rng) {
  static const std::array grounds = {
      std::pair{rgb(0x2b3440), rgb(0x46586b)},  // slate
      std::pair{rgb(0xd9cdb8), rgb(0xb7a68c)},  // sand
      std::pair{rgb(0x8fa395), rgb(0x5f776b)},  // sage
      std::pair{rgb(0x33302f), rgb(0x5a514b)},  // umber
      std::pair{rgb(0xa9b8c6), rgb(0x72879b)},  // fog
      std::pair{rgb(0x3a3347), rgb(0x62566f)},  // plum
      std::pair{rgb(0xe4e2dc), rgb(0xc3c4c2)},  // paper
      std::pair{rgb(0x23393b), rgb(0x3f6462)},  // pine
  };
  auto [from, to] = grounds[static_cast<size_t>(rng.below(grounds.size()))];
  if (rng.chance(0.5)) std::swap(from, to);
  return {from, to};
}

void fill_gradient(cv::Mat& image, const cv::Vec3f& from, const cv::Vec3f& to, double angle) {
  const auto dx = static_cast<float>(std::cos(angle));
  const auto dy = static_cast<float>(std::sin(angle));
  const auto w = static_cast<float>(image.cols);
  const auto h = static_cast<float>(image.rows);
  const float reach = std::abs(dx) * w + std::abs(dy) * h;
  for (int y = 0; y < image.rows; ++y) {
    auto* row = image.ptr<cv::Vec3f>(y);
    for (int x = 0; x < image.cols; ++x) {
      const float along =
          dx * (static_cast<float>(x) - w / 2) + dy * (static_cast<float>(y) - h / 2);
      const float t = along / reach + 0.5F;
      row[x] = from * (1 - t) + to * t;
    }
  }
}

/// Smooth noise of one octave: a grid of random numbers, enlarged. The grid reaches beyond the
/// image, so that its cells are square.
cv::Mat noise_octave(cv::Size size, double cell, Rng& rng) {
  const cv::Size grid(static_cast<int>(std::ceil(size.width / cell)) + 3,
                      static_cast<int>(std::ceil(size.height / cell)) + 3);
  cv::Mat values(grid, CV_32F);
  for (int y = 0; y < grid.height; ++y) {
    for (int x = 0; x < grid.width; ++x) {
      values.at<float>(y, x) = static_cast<float>(rng.uniform(-1, 1));
    }
  }
  cv::Mat large;
  cv::resize(values, large, {}, cell, cell, cv::INTER_CUBIC);
  const int margin = static_cast<int>(cell);
  return large(cv::Rect({margin, margin}, size)).clone();
}

cv::Mat octave_noise(cv::Size size, Rng& rng) {
  cv::Mat sum = cv::Mat::zeros(size, CV_32F);
  const double coarsest = std::max(size.width, size.height) / rng.uniform(2.5, 6.0);
  const double persistence = rng.uniform(0.45, 0.7);
  double weight = 1;
  for (double cell = coarsest; cell >= 1.5; cell /= 2, weight *= persistence) {
    sum += noise_octave(size, cell, rng) * weight;
  }
  return sum;
}

/// Large, faint, shapeless patches of light or shade.
void add_blobs(cv::Mat& image, Rng& rng) {
  const double side = std::min(image.cols, image.rows);
  for (int64_t i = rng.between(1, 4); i > 0; --i) {
    const double cx = rng.uniform(0, image.cols);
    const double cy = rng.uniform(0, image.rows);
    const double rx = rng.uniform(0.15, 0.6) * side;
    const double ry = rng.uniform(0.15, 0.6) * side;
    const double strength = rng.uniform(-0.09, 0.09);
    for (int y = 0; y < image.rows; ++y) {
      auto* row = image.ptr<cv::Vec3f>(y);
      const double v = (y - cy) / ry;
      for (int x = 0; x < image.cols; ++x) {
        const double u = (x - cx) / rx;
        row[x] += cv::Vec3f::all(static_cast<float>(strength * std::exp(-(u * u + v * v))));
      }
    }
  }
}

/// Thin gently bent lines, a little lighter or darker than the ground: scratches, seams, wires.
void add_lines(cv::Mat& image, Rng& rng) {
  constexpr int kShift = 4;  // fractional bits of the coordinates
  for (int64_t i = rng.between(0, 5); i > 0; --i) {
    cv::Mat mask = cv::Mat::zeros(image.size(), CV_8U);
    cv::Point2d at(rng.uniform(0, image.cols), rng.uniform(0, image.rows));
    double heading = rng.uniform(0, 2 * std::numbers::pi);
    const double bend = rng.uniform(-0.05, 0.05);
    const double step = std::max(image.cols, image.rows) / 40.0;
    std::vector<cv::Point> points;
    for (int64_t k = rng.between(8, 45); k > 0; --k, heading += bend) {
      points.emplace_back(cvRound(at.x * (1 << kShift)), cvRound(at.y * (1 << kShift)));
      at += cv::Point2d(std::cos(heading), std::sin(heading)) * step;
    }
    const int thickness = static_cast<int>(rng.between(1, 1 + std::min(image.rows, 2000) / 200));
    cv::polylines(mask, points, false, 255, thickness, cv::LINE_AA, kShift);
    const auto strength = static_cast<float>(rng.uniform(0.03, 0.13) * (rng.chance(0.5) ? 1 : -1));
    for (int y = 0; y < image.rows; ++y) {
      auto* row = image.ptr<cv::Vec3f>(y);
      const auto* covered = mask.ptr<uchar>(y);
      for (int x = 0; x < image.cols; ++x) {
        row[x] += cv::Vec3f::all(strength * static_cast<float>(covered[x]) / 255.0F);
      }
    }
  }
}

void add_vignette(cv::Mat& image, double strength) {
  const double cx = image.cols / 2.0;
  const double cy = image.rows / 2.0;
  for (int y = 0; y < image.rows; ++y) {
    auto* row = image.ptr<cv::Vec3f>(y);
    for (int x = 0; x < image.cols; ++x) {
      const double u = (x - cx) / cx;
      const double v = (y - cy) / cy;
      row[x] *= static_cast<float>(1 - strength * (u * u + v * v) / 2);
    }
  }
}

}  // namespace

cv::Mat draw_background(cv::Size size, Rng& rng) {
  cv::Mat image(size, CV_32FC3);
  const auto [from, to] = pick_ground(rng);
  fill_gradient(image, from, to, rng.uniform(0, 2 * std::numbers::pi));
  const cv::Mat noise = octave_noise(size, rng);
  const double strength = rng.uniform(0.02, 0.065);
  cv::Mat channels[] = {noise * strength, noise * strength, noise * strength};
  cv::Mat texture;
  cv::merge(channels, 3, texture);
  image += texture;
  add_blobs(image, rng);
  add_lines(image, rng);
  add_vignette(image, rng.uniform(0.05, 0.35));
  return image;
}

}  // namespace rn
