#include "data/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn/functional/upsampling.h>

#include "core/error.h"
#include "data/antialias.h"
#include "data/collate.h"
#include "data/resample.h"
#include "test_pictures.h"

namespace rn {
namespace {

namespace F = torch::nn::functional;
using test::noise;

PreprocessConfig plain(int64_t short_side, int64_t long_side) {
  PreprocessConfig config;
  config.short_side = short_side;
  config.long_side = long_side;
  config.mean = {0, 0, 0};
  config.std = {1, 1, 1};
  config.pad_divisor = 1;
  return config;
}

TEST(ResizedSize, IsTorchvisions) {
  const PreprocessConfig config;  // 800, 1333
  EXPECT_EQ(resized_size({427, 640}, config), (ImageSize{799, 1199}));
  EXPECT_EQ(resized_size({480, 640}, config), (ImageSize{800, 1066}));
  EXPECT_EQ(resized_size({1080, 1920}, config), (ImageSize{749, 1333}));
  EXPECT_EQ(resized_size({640, 480}, config), (ImageSize{1066, 800}));
}

TEST(ResizedSize, IsDetectron2sOnRequest) {
  PreprocessConfig config;
  config.resize = ResizeRule::kDetectron2;
  EXPECT_EQ(resized_size({427, 640}, config), (ImageSize{800, 1199}));    // 1199.06
  EXPECT_EQ(resized_size({480, 640}, config), (ImageSize{800, 1067}));    // 1066.67
  EXPECT_EQ(resized_size({1080, 1920}, config), (ImageSize{750, 1333}));  // 749.81
  EXPECT_EQ(resized_size({640, 480}, config), (ImageSize{1067, 800}));
  EXPECT_EQ(resized_size({33, 33}, config), (ImageSize{800, 800}));
  EXPECT_EQ(resized_size({64, 65}, config), (ImageSize{800, 813}));  // 812.5
  EXPECT_EQ(resized_size({800, 1333}, config), (ImageSize{800, 1333}));
}

TEST(ResizedSize, MultiScaleTrainingFollowsTheRule) {
  PreprocessConfig config;
  EXPECT_EQ(resized_size({480, 640}, config, 640), (ImageSize{640, 853}));  // 853.33
  EXPECT_EQ(resized_size({640, 500}, config, 704), (ImageSize{901, 704}));  // 901.12
  EXPECT_EQ(resized_size({600, 700}, config, 640), (ImageSize{640, 746}));  // 746.67
  config.resize = ResizeRule::kDetectron2;
  EXPECT_EQ(resized_size({600, 700}, config, 640), (ImageSize{640, 747}));
  EXPECT_EQ(resized_size({700, 600}, config, 640), (ImageSize{747, 640}));
}

TEST(ResizedSize, IsNeverZero) {
  PreprocessConfig config;
  for (const ResizeRule rule : {ResizeRule::kTorchvision, ResizeRule::kDetectron2}) {
    config.resize = rule;
    EXPECT_EQ(resized_size({1, 65536}, config), (ImageSize{1, 1333}));
    EXPECT_EQ(resized_size({1, 1}, config), (ImageSize{800, 800}));
  }
}

TEST(MakeInput, InterpolatesBetweenHalfPixelCentres) {
  cv::Mat two(1, 2, CV_8UC3, cv::Scalar(0, 0, 0));
  two.at<cv::Vec3b>(0, 1) = {255, 51, 0};
  const InputImages input = make_input({two}, {ImageSize{1, 4}}, plain(32, 32));
  const auto expected = torch::tensor({0.0F, 0.25F, 0.75F, 1.0F});
  EXPECT_TRUE(torch::allclose(input.images[0][0][0], expected)) << input.images;
  EXPECT_TRUE(torch::allclose(input.images[0][1][0], expected * 0.2F)) << input.images;
  EXPECT_EQ(input.images[0][2].abs().max().item<float>(), 0);
}

TEST(MakeInput, EqualsTorchsInterpolation) {
  PreprocessConfig config;
  config.pad_divisor = 1;
  const auto mean = torch::tensor(config.mean, torch::kFloat32).view({3, 1, 1});
  const auto deviation = torch::tensor(config.std, torch::kFloat32).view({3, 1, 1});
  for (const auto& [from, to] : std::vector<std::pair<ImageSize, ImageSize>>{
           {{40, 61}, {75, 115}}, {{90, 61}, {31, 20}}, {{7, 5}, {7, 5}}, {{1, 1}, {9, 4}}}) {
    const cv::Mat image = noise(static_cast<int>(from.height), static_cast<int>(from.width));
    const auto pixels = torch::from_blob(image.data, {from.height, from.width, 3}, torch::kUInt8)
                            .permute({2, 0, 1});
    const auto expected =
        F::interpolate(((pixels.to(torch::kFloat32) / 255 - mean) / deviation).unsqueeze(0),
                       F::InterpolateFuncOptions()
                           .size(std::vector<int64_t>{to.height, to.width})
                           .mode(torch::kBilinear)
                           .align_corners(false));
    const InputImages input = make_input({image}, {to}, config);
    EXPECT_LT((input.images - expected).abs().max().item<float>(), 2e-5) << from.height;
  }
}

TEST(MakeInput, PadsWithZerosToACommonMultipleInChannelsLast) {
  PreprocessConfig config;
  config.short_side = 40;
  config.long_side = 60;
  const InputImages input = make_input({noise(20, 30), noise(30, 20)}, config);
  EXPECT_EQ(input.images.sizes(), (torch::IntArrayRef{2, 3, 64, 64}));
  EXPECT_TRUE(input.images.is_contiguous(torch::MemoryFormat::ChannelsLast));
  EXPECT_EQ(input.sizes_input, (std::vector<ImageSize>{{40, 60}, {60, 40}}));
  EXPECT_EQ(input.sizes_original, (std::vector<ImageSize>{{20, 30}, {30, 20}}));
  using torch::indexing::Slice;
  const auto wide = input.images[0];
  EXPECT_EQ(wide.index({Slice(), Slice(40)}).abs().max().item<float>(), 0);
  EXPECT_EQ(wide.index({Slice(), Slice(), Slice(60)}).abs().max().item<float>(), 0);
  EXPECT_TRUE(wide.index({Slice(), Slice(0, 40), Slice(0, 60)}).ne(0).all().item<bool>());
  EXPECT_EQ(input.images[1].index({Slice(), Slice(), Slice(40)}).abs().max().item<float>(), 0);
}

TEST(MakeInput, ReadsAWindowOfALargerPicture) {
  const cv::Mat whole = noise(20, 30);
  const cv::Mat window = whole(cv::Rect(3, 4, 11, 9));
  const auto expected = make_input({window.clone()}, plain(32, 64));
  EXPECT_TRUE(torch::equal(make_input({window}, plain(32, 64)).images, expected.images));
}

TEST(MakeInput, NormalisesTheAntialiasedBytesForDetectron2) {
  PreprocessConfig config;
  config.short_side = 32;
  config.resize = ResizeRule::kDetectron2;
  const cv::Mat whole = noise(120, 97);
  const cv::Mat window = whole(cv::Rect(3, 4, 75, 101));
  const ImageSize from{101, 75};
  const ImageSize to{43, 32};  // 101 * 32 / 75 = 43.09
  std::vector<uint8_t> bytes;
  resize_antialiased(window.ptr<uint8_t>(), window.step[0], from, to, [&](const uint8_t* row) {
    bytes.insert(bytes.end(), row, row + 3 * to.width);
  });
  const NormaliseTable table = normalise_table(config.mean, config.std);

  const InputImages input = make_input({noise(50, 90), window}, config);
  EXPECT_EQ(input.sizes_input, (std::vector<ImageSize>{{32, 58}, to}));  // 57.6
  EXPECT_EQ(input.images.sizes(), (torch::IntArrayRef{2, 3, 64, 64}));
  EXPECT_TRUE(input.images.is_contiguous(torch::MemoryFormat::ChannelsLast));
  const auto pixels = input.images.permute({0, 2, 3, 1}).contiguous();  // [N, H, W, 3]
  const auto accessor = pixels.accessor<float, 4>();
  for (int64_t y = 0; y < 64; ++y) {
    for (int64_t x = 0; x < 64; ++x) {
      for (int64_t c = 0; c < 3; ++c) {
        const bool is_picture = y < to.height && x < to.width;
        const uint8_t byte = is_picture ? bytes[static_cast<size_t>((y * 32 + x) * 3 + c)] : 0;
        const float expected = is_picture ? table[static_cast<size_t>(c)][byte] : 0;
        ASSERT_EQ(accessor[1][y][x][c], expected) << y << ' ' << x << ' ' << c;
      }
    }
  }
}

TEST(MakeInput, RulesAgreeOnAPictureThatKeepsItsSize) {
  PreprocessConfig config;
  config.short_side = 40;
  const auto expected = make_input({noise(40, 61)}, config);
  config.resize = ResizeRule::kDetectron2;
  EXPECT_TRUE(torch::equal(make_input({noise(40, 61)}, config).images, expected.images));
}

TEST(MakeInput, RefusesAMeanThatIsNotThreeNumbers) {
  PreprocessConfig config;
  config.mean = {0.5};
  EXPECT_THAT(test::error_of([&] { make_input({noise(4, 4)}, config); }),
              testing::HasSubstr("data.mean has 1 numbers"));
}

TEST(Collate, ScalesBoxesByTheFactorOfEachAxis) {
  Sample sample{noise(10, 20), {{{2, 1, 10, 6}}, {3}, {{0, 0, 20, 10}}}, 77};
  const Sample empty{noise(10, 20), {}, 78};
  const Batch batch = collate({sample, empty}, {{15, 40}, {10, 20}}, plain(32, 64));
  EXPECT_TRUE(torch::equal(batch.targets[0].boxes, torch::tensor({{4.0F, 1.5F, 20.0F, 9.0F}})));
  EXPECT_TRUE(torch::equal(batch.targets[0].labels, torch::tensor({3}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(batch.targets[0].crowds, torch::tensor({{0.0F, 0.0F, 40.0F, 15.0F}})));
  EXPECT_EQ(batch.targets[1].boxes.sizes(), (torch::IntArrayRef{0, 4}));
  EXPECT_EQ(batch.targets[1].labels.sizes(), (torch::IntArrayRef{0}));
  EXPECT_EQ(batch.targets[1].crowds.sizes(), (torch::IntArrayRef{0, 4}));
  EXPECT_EQ(batch.image_ids, (std::vector<int64_t>{77, 78}));
  const auto back = boxes_to_original(batch.targets[0].boxes, {15, 40}, {10, 20});
  EXPECT_TRUE(torch::allclose(back, torch::tensor({{2.0F, 1.0F, 10.0F, 6.0F}})));
}

}  // namespace
}  // namespace rn
