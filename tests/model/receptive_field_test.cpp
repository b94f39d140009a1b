#include "model/receptive_field.h"

#include <gtest/gtest.h>

namespace rn {
namespace {

constexpr Window kConv1{1, 1, 0}, kConv3{3, 1, 1}, kHalve3{3, 2, 1};

/// A stage of bottlenecks. @param first the windows of the first one's 1x1 and 3x3
void add_bottlenecks(std::vector<Window>& path, std::vector<Window> first, int count) {
  path.insert(path.end(), first.begin(), first.end());
  for (int i = 1; i < count; ++i) path.insert(path.end(), {kConv1, kConv3, kConv1});
}

WindowPath resnet50(const std::vector<Window>& first_with_stride) {
  WindowPath path;
  path.to_c3 = {{7, 2, 3}, {3, 2, 1}};
  add_bottlenecks(path.to_c3, {kConv1, kConv3}, 3);
  add_bottlenecks(path.to_c3, first_with_stride, 4);
  add_bottlenecks(path.to_c4, first_with_stride, 6);
  add_bottlenecks(path.to_c5, first_with_stride, 3);
  return path;
}

int64_t field_of_c5(const WindowPath& path) {
  std::vector<Window> windows = path.to_c3;
  windows.insert(windows.end(), path.to_c4.begin(), path.to_c4.end());
  windows.insert(windows.end(), path.to_c5.begin(), path.to_c5.end());
  return receptive_field(windows);
}

TEST(ReceptiveField, GrowsByKernelLessOneTimesTheStrideSoFar) {
  EXPECT_EQ(receptive_field({}), 1);
  EXPECT_EQ(receptive_field({{7, 2, 3}}), 7);
  EXPECT_EQ(receptive_field({{7, 2, 3}, {3, 2, 1}}), 7 + 2 * 2);
  EXPECT_EQ(receptive_field({{7, 2, 3}, {3, 2, 1}, kConv3, kConv1, kConv3}), 11 + 2 * 4 + 2 * 4);
}

// Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks", give
// 483 for ResNet-50 (v1: each 3x3 of a stage already at its stride).
TEST(ReceptiveField, IsThePublishedOneForResNet50) {
  EXPECT_EQ(field_of_c5(resnet50({{1, 2, 0}, kConv3})), 483);
}

// With the stride in the 3x3, each stage's first one is still at the stride before:
// 11 + 3 * 8 + (8 + 3 * 16) + (16 + 5 * 32) + (32 + 2 * 64).
TEST(ReceptiveField, IsSmallerWithTheStrideInThe3x3) {
  EXPECT_EQ(field_of_c5(resnet50({kConv1, kHalve3})), 427);
}

TEST(PyramidReceptiveFields, SeeWhatTheCoarserLevelsAddedToThem) {
  // P5: 3 cells of C5. P4: 3 cells, which have 2 parents. P3: 3 cells, whose parents (2) have at
  // most 2. P6: 3 cells of C5, P7: 3 of P6, that is 7 of C5.
  const std::array<int64_t, 5> expected = {427 + 32, 427 + 32, 427 + 2 * 32, 427 + 2 * 32,
                                           427 + 6 * 32};
  EXPECT_EQ(pyramid_receptive_fields(resnet50({kConv1, kHalve3}), 0), expected);
}

TEST(PyramidReceptiveFields, OfAHeadWithFourConvolutionsAndItsOutput) {
  // 11 cells of a level. P5: 13 of C5. P4: 13 of C4, 7 parents. P3: 13 of C3 have 7 parents, these
  // 4. P6: 2 * 11 + 1 = 23 of C5; P7: 23 of P6, 47 of C5.
  const std::array<int64_t, 5> expected = {427 + 3 * 32, 427 + 6 * 32, 427 + 12 * 32, 427 + 22 * 32,
                                           427 + 46 * 32};
  EXPECT_EQ(pyramid_receptive_fields(resnet50({kConv1, kHalve3}), 5), expected);
}

TEST(PyramidReceptiveFields, OfP6ThatReadsP5) {
  WindowPath path = resnet50({kConv1, kHalve3});
  path.p6_from_c5 = false;
  const auto fields = pyramid_receptive_fields(path, 0);
  EXPECT_EQ(fields[3], 427 + 4 * 32);  // 3 cells of P5 are 5 of C5
  EXPECT_EQ(fields[4], 427 + 8 * 32);  // 7 of P5, 9 of C5
}

}  // namespace
}  // namespace rn
