#include "evalreport/label_places.h"

#include <gtest/gtest.h>

namespace rn::page {
namespace {

constexpr ImageRegion kRegion{100, 0, 200, 100};
constexpr LabelPlace kBox{150, 40, 60, 20};

void expect_corner(const LabelPlace& place, double x, double y) {
  EXPECT_EQ(place.x, x);
  EXPECT_EQ(place.y, y);
}

TEST(LabelPlaces, AreAboveOrBelowTheLeftCorner) {
  expect_corner(LabelPlaces(kRegion).place(kBox, 30, 10, false), 150, 30);
  expect_corner(LabelPlaces(kRegion).place(kBox, 30, 10, true), 150, 60);
}

TEST(LabelPlaces, StayInThePicture) {
  expect_corner(LabelPlaces(kRegion).place({280, 0, 90, 20}, 30, 10, false), 270, 0);
  expect_corner(LabelPlaces(kRegion).place({20, 80, 90, 50}, 30, 10, true), 100, 90);
  expect_corner(LabelPlaces(kRegion).place({20, 80, 90, 50}, 999, 10, true), 100, 90);
}

TEST(LabelPlaces, KeepAwayFromOneAnother) {
  LabelPlaces places(kRegion);
  expect_corner(places.place(kBox, 30, 10, false), 150, 30);
  expect_corner(places.place(kBox, 30, 10, false), 180, 30);  // the right corner
  expect_corner(places.place(kBox, 30, 10, false), 150, 60);  // below
  expect_corner(places.place(kBox, 30, 10, false), 180, 60);
  expect_corner(places.place(kBox, 30, 10, false), 150, 40);  // within
  expect_corner(places.place(kBox, 30, 10, false), 180, 40);
  expect_corner(places.place(kBox, 30, 10, false), 150, 30);  // all taken: the first again
}

}  // namespace
}  // namespace rn::page
