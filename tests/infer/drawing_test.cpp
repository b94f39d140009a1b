#include "infer/drawing.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <opencv2/core.hpp>
#include <set>

#include "infer/label.h"

namespace rn {
namespace {

Detections detections(const std::vector<std::vector<float>>& boxes, std::vector<int64_t> labels) {
  Detections found;
  const auto count = static_cast<int64_t>(boxes.size());
  found.boxes = torch::zeros({count, 4});
  for (int64_t i = 0; i < count; ++i) {
    found.boxes[i] = torch::tensor(boxes[static_cast<size_t>(i)]);
  }
  found.scores = torch::full({count}, 0.876);
  found.labels = torch::tensor(labels, torch::kInt64);
  return found;
}

cv::Mat grey(int width, int height) { return {height, width, CV_8UC3, cv::Scalar(120, 120, 120)}; }

/// 255 where two pictures differ.
cv::Mat changed(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat difference;
  cv::absdiff(a, b, difference);
  cv::Mat any(a.size(), CV_8U, cv::Scalar(0));
  for (int y = 0; y < a.rows; ++y) {
    for (int x = 0; x < a.cols; ++x) {
      if (difference.at<cv::Vec3b>(y, x) != cv::Vec3b()) any.at<uchar>(y, x) = 255;
    }
  }
  return any;
}

TEST(Drawing, NoDetectionsLeaveThePictureAlone) {
  cv::Mat image = grey(300, 200);
  draw_detections(image, detections({}, {}), {"disc"});
  draw_detections(image, Detections{}, {"disc"});
  EXPECT_EQ(cv::norm(image, grey(300, 200)), 0);
}

TEST(Drawing, ChangesFrameAndLabelOnly) {
  cv::Mat image = grey(400, 300);
  draw_detections(image, detections({{100, 100, 300, 250}}, {0}), {"disc"});
  cv::Mat where = changed(image, grey(400, 300));
  EXPECT_EQ(image.at<cv::Vec3b>(180, 100), class_colour(0));  // left edge
  EXPECT_EQ(image.at<cv::Vec3b>(180, 299), class_colour(0));  // right edge, last pixel inside
  EXPECT_EQ(image.at<cv::Vec3b>(249, 200), class_colour(0));  // lower edge
  // The inside is untouched; so is everything but a margin around the box and the label above it.
  EXPECT_EQ(cv::countNonZero(where(cv::Rect(104, 104, 192, 142))), 0);
  where(cv::Rect(97, 97, 206, 156)).setTo(0);
  EXPECT_GT(cv::countNonZero(where(cv::Rect(100, 80, 200, 17))), 100);
  where(cv::Rect(100, 80, 200, 17)).setTo(0);
  EXPECT_EQ(cv::countNonZero(where), 0);
}

TEST(Drawing, SmallBoxesLieOnLargeOnes) {
  cv::Mat image = grey(400, 300);
  // The large box is second, so the order of the detections would put its edge on top.
  draw_detections(image, detections({{100, 140, 140, 180}, {100, 40, 300, 260}}, {0, 1}), {});
  EXPECT_EQ(image.at<cv::Vec3b>(160, 100), class_colour(0));
  EXPECT_EQ(image.at<cv::Vec3b>(230, 100), class_colour(1));
}

TEST(Drawing, AnyPictureSizeAndAnyBox) {
  const float nan = std::nanf("");
  for (const cv::Size& size :
       {cv::Size(1, 1), cv::Size(2, 900), cv::Size(900, 3), cv::Size(5000, 4000)}) {
    cv::Mat image = grey(size.width, size.height);
    const auto w = static_cast<float>(size.width);
    const auto h = static_cast<float>(size.height);
    draw_detections(image,
                    detections({{0, 0, w, h},
                                {-50, -50, 1e9F, 1e9F},
                                {w, h, w, h},
                                {0, 0, 0.2F, 0.2F},
                                {nan, 0, 1, 1},
                                {5, 5, 2, 2}},
                               {0, 1, 2, 3, 4, -7}),
                    {"a name that is much longer than the picture is wide, by far, really"});
    EXPECT_GT(cv::countNonZero(changed(image, grey(size.width, size.height))), 0) << size;
  }
  cv::Mat none;
  draw_detections(none, detections({{0, 0, 1, 1}}, {0}), {});
}

TEST(Drawing, LinesGrowWithThePicture) {
  const auto line = [](int side) {
    cv::Mat image = grey(side, side);
    const auto s = static_cast<float>(side);
    draw_detections(image, detections({{s / 4, s / 4, s * 3 / 4, s * 3 / 4}}, {0}), {});
    int width = 0;
    for (int x = 0; x < side / 2; ++x) {
      width += image.at<cv::Vec3b>(side / 2, x) == class_colour(0);
    }
    return width;
  };
  EXPECT_EQ(line(200), 1);
  EXPECT_EQ(line(3400), 10);
}

TEST(ClassColour, IsStableAndWellSeparated) {
  EXPECT_EQ(class_colour(3), class_colour(3));
  for (int64_t a = 0; a < 12; ++a) {
    for (int64_t b = a + 1; b < 12; ++b) {
      EXPECT_GT(cv::norm(class_colour(a), class_colour(b)), 35) << a << " and " << b;
    }
  }
}

TEST(ContrastColour, IsTheReadableOne) {
  EXPECT_EQ(contrast_colour({255, 255, 0}), cv::Vec3b(0, 0, 0));
  EXPECT_EQ(contrast_colour({0, 0, 160}), cv::Vec3b(255, 255, 255));
}

TEST(PlaceLabel, AboveTheBoxIfThereIsRoom) {
  EXPECT_EQ(place_label({50, 10}, {20, 40, 30, 30}, {200, 100}, {}), cv::Rect(20, 30, 50, 10));
}

TEST(PlaceLabel, BelowWhereAboveIsOutside) {
  EXPECT_EQ(place_label({50, 10}, {20, 0, 30, 30}, {200, 100}, {}), cv::Rect(20, 30, 50, 10));
}

TEST(PlaceLabel, InsideWhereTheBoxFillsThePicture) {
  EXPECT_EQ(place_label({50, 10}, {0, 0, 200, 100}, {200, 100}, {}), cv::Rect(0, 0, 50, 10));
}

TEST(PlaceLabel, StaysInThePictureAtTheRightEdge) {
  EXPECT_EQ(place_label({50, 10}, {180, 40, 20, 20}, {200, 100}, {}), cv::Rect(150, 30, 50, 10));
}

TEST(PlaceLabel, KeepsOffOtherLabels) {
  const std::vector<cv::Rect> placed = {{20, 30, 50, 10}};
  const cv::Rect place = place_label({50, 10}, {20, 40, 30, 30}, {200, 100}, placed);
  EXPECT_TRUE((place & placed[0]).empty()) << place;
}

TEST(RenderLabel, HasInkAndTheHeightAskedFor) {
  const cv::Mat mask = render_label("ring 97%", 16);
  EXPECT_EQ(mask.rows, 16);
  EXPECT_GT(mask.cols, 40);
  double most = 0;
  cv::minMaxLoc(mask, nullptr, &most);
  EXPECT_GT(most, 200);
  EXPECT_EQ(cv::countNonZero(mask.row(0)), 0);
  EXPECT_EQ(cv::countNonZero(mask.col(0)), 0);
}

/// Of a text with accents, in other scripts, of control characters and of bytes that are no UTF-8.
TEST(RenderLabel, ShowsAnyTextInOneLine) {
  for (const char* text : {"caf\u00e9", "\u043a\u0440\u0443\u0433", "a\nb\tc", "a\xff\xc3("}) {
    const cv::Mat mask = render_label(text, 20);
    EXPECT_EQ(mask.rows, 20) << text;
    EXPECT_GT(cv::countNonZero(mask), 20) << text;
  }
  EXPECT_EQ(cv::countNonZero(render_label("", 20)), 0);
}

/// U+E000 is in nobody's font: it is for private use.
TEST(ClassLabel, NamesThatCantBeShownAreTold) {
  const std::vector<std::string> names = {"cat", "\ue000", "", "caf\u00e9",
                                          "\u043a\u0440\u0443\u0433"};
  EXPECT_EQ(class_label(names, 0), "cat");
  EXPECT_EQ(class_label(names, 1), "class 1");
  EXPECT_EQ(class_label(names, 2), "class 2");
  EXPECT_EQ(class_label(names, 3), "caf\u00e9");
  EXPECT_EQ(class_label(names, 4), "\u043a\u0440\u0443\u0433");
  EXPECT_EQ(class_label(names, 5), "class 5");
  EXPECT_EQ(names_not_shown(names), (std::vector<std::string>{"class 1 is \ue000"}));
}

}  // namespace
}  // namespace rn
