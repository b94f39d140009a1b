#include "data/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

#include "core/error.h"
#include "data/image_cache.h"
#include "test_pictures.h"

namespace rn {
namespace {

using testing::HasSubstr;

/// Thirteen small pictures, wide and tall, with 0, 1, 2, 0, ... objects.
class DataLoaderTest : public testing::Test {
 protected:
  void SetUp() override {
    CocoFile file;
    file.categories = {{1, "cell"}};
    for (int64_t i = 0; i < 13; ++i) {
      const int height = i % 3 == 0 ? 40 : 30;
      const int width = i % 3 == 0 ? 30 : 44;
      cv::Mat image(height, width, CV_8UC3);
      Rng rng(1, static_cast<uint64_t>(i));
      for (int k = 0; k < height * width * 3; ++k) {
        image.data[k] = static_cast<uint8_t>(rng.below(256));
      }
      const std::string name = std::to_string(i) + ".png";
      test::write_picture(folder_ / name, image);
      file.images.push_back({100 + i, name, width, height});
      for (int64_t k = 0; k < i % 3; ++k) {
        const auto x = static_cast<double>(k);
        file.annotations.push_back({static_cast<int64_t>(file.annotations.size()) + 1,
                                    100 + i,
                                    1,
                                    std::array<double, 4>{3 + 9 * x, 2, 8, 10 + x},
                                    {},
                                    {}});
      }
    }
    dataset_ = std::make_shared<Dataset>(file, folder_.path(), "gt.json",
                                         DatasetPolicy{InvalidBoxes::kRefuse});
    config_.short_side = 48;
    config_.long_side = 64;
    config_.augment.vertical_flip = 0.5;
    config_.augment.short_sides = {40, 56};
    config_.augment.brightness = config_.augment.hue = 0.2;
    config_.augment.rotate90 = 0.3;
    config_.augment.scale_jitter = {0.7, 1.5};
  }

  std::vector<Batch> epoch(const LoaderOptions& options, int64_t number, int64_t first = 0) {
    DataLoader loader(dataset_, options);
    loader.start(number, first);
    std::vector<Batch> batches;
    while (auto batch = loader.next()) batches.push_back(std::move(*batch));
    EXPECT_FALSE(loader.next().has_value());
    return batches;
  }

  static void expect_same(const std::vector<Batch>& a, const std::vector<Batch>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].image_ids, b[i].image_ids);
      EXPECT_EQ(a[i].sizes_input, b[i].sizes_input);
      EXPECT_EQ(a[i].sizes_original, b[i].sizes_original);
      EXPECT_TRUE(torch::equal(a[i].images, b[i].images)) << "batch " << i;
      for (size_t k = 0; k < a[i].targets.size(); ++k) {
        EXPECT_TRUE(torch::equal(a[i].targets[k].boxes, b[i].targets[k].boxes));
        EXPECT_TRUE(torch::equal(a[i].targets[k].labels, b[i].targets[k].labels));
      }
    }
  }

  test::TempFolder folder_{"loader"};
  std::shared_ptr<const Dataset> dataset_;
  DataConfig config_;
};

TEST_F(DataLoaderTest, GivesTheSameBatchesWhateverTheNumberOfWorkers) {
  LoaderOptions options = training_loader(config_, 3, 42);
  options.workers = 0;
  const std::vector<Batch> expected = epoch(options, 2);
  ASSERT_EQ(expected.size(), 5u);
  EXPECT_EQ(expected.back().size(), 1);
  for (const int64_t workers : {1, 2, 4, 8}) {
    for (const int64_t prefetch : {1, 3}) {
      options.workers = workers;
      options.prefetch = prefetch;
      expect_same(epoch(options, 2), expected);
    }
  }
}

TEST_F(DataLoaderTest, GivesTheSameBatchesFromACache) {
  LoaderOptions options = training_loader(config_, 3, 42);
  const std::vector<Batch> first = epoch(options, 0), second = epoch(options, 1);
  options.cache_mb = 1;
  DataLoader loader(dataset_, options);
  for (const auto* expected : {&first, &second}) {
    loader.start(expected == &first ? 0 : 1);
    std::vector<Batch> batches;
    while (auto batch = loader.next()) batches.push_back(std::move(*batch));
    expect_same(batches, *expected);
  }
}

TEST_F(DataLoaderTest, ContinuesAnEpochAtAnyBatch) {
  const LoaderOptions options = training_loader(config_, 3, 42);
  std::vector<Batch> expected = epoch(options, 7);
  expected.erase(expected.begin(), expected.begin() + 3);
  expect_same(epoch(options, 7, 3), expected);
  EXPECT_TRUE(epoch(options, 7, 5).empty());
}

TEST_F(DataLoaderTest, EpochsDiffer) {
  const LoaderOptions options = training_loader(config_, 13, 42);
  EXPECT_NE(epoch(options, 0)[0].image_ids, epoch(options, 1)[0].image_ids);
}

TEST_F(DataLoaderTest, ValidatesEveryImageOnceInOrderAndUnchanged) {
  config_.group_by_aspect = false;
  config_.drop_last = true;  // for training only
  const std::vector<Batch> batches = epoch(validation_loader(config_, 4), 0);
  ASSERT_EQ(batches.size(), 4u);
  int64_t id = 100;
  for (const Batch& batch : batches) {
    for (const int64_t found : batch.image_ids) EXPECT_EQ(found, id++);
  }
  EXPECT_EQ(id, 113);
  // Image 101: 44 x 30, so the long side decides, 64 / 44: 43 x 64.
  EXPECT_EQ(batches[0].sizes_original[1], (ImageSize{30, 44}));
  EXPECT_EQ(batches[0].sizes_input[1], (ImageSize{43, 64}));
  const float x = 64.0F / 44.0F, y = 43.0F / 30.0F;
  EXPECT_TRUE(torch::allclose(batches[0].targets[1].boxes,
                              torch::tensor({{3 * x, 2 * y, 11 * x, 12 * y}})));
  EXPECT_EQ(batches[0].targets[0].boxes.size(0), 0);
}

TEST_F(DataLoaderTest, MultiScaleTrainingFollowsTheResizeRule) {
  config_.augment = {};
  config_.augment.short_sides = {40};
  // 40 * 44 / 30 = 58.67; the tall pictures come to 53.33
  for (const auto& [rule, longer] :
       {std::pair{ResizeRule::kTorchvision, 58}, std::pair{ResizeRule::kDetectron2, 59}}) {
    config_.resize = rule;
    for (const Batch& batch : epoch(training_loader(config_, 1, 42), 0)) {
      const bool is_wide = batch.sizes_original[0] == ImageSize{30, 44};
      EXPECT_EQ(batch.sizes_input[0], is_wide ? (ImageSize{40, longer}) : (ImageSize{53, 40}));
    }
  }
}

TEST_F(DataLoaderTest, EndsWhileWorkersAreBusy) {
  LoaderOptions options = training_loader(config_, 2, 1);
  options.workers = 4;
  for (int i = 0; i < 20; ++i) {
    DataLoader loader(dataset_, options);
    loader.start(i);
    if (i % 2) loader.next();
    if (i % 3 == 0) loader.start(i + 1);  // gives the epoch up
  }
  DataLoader never_started(dataset_, options);
  EXPECT_FALSE(never_started.next().has_value());
}

TEST_F(DataLoaderTest, PassesAWorkersFaultOnInItsPlace) {
  write_file_atomically(folder_ / "7.png", std::string_view("no picture"));
  config_.group_by_aspect = false;
  for (const int64_t workers : {0, 1, 4}) {
    LoaderOptions options = validation_loader(config_, 3);
    options.workers = workers;
    DataLoader loader(dataset_, options);
    loader.start(0);
    EXPECT_TRUE(loader.next().has_value());
    EXPECT_TRUE(loader.next().has_value());
    EXPECT_THAT(test::error_of([&] { loader.next(); }),
                testing::AllOf(HasSubstr("7.png"), HasSubstr("not a picture")));
    EXPECT_FALSE(loader.next().has_value());
    loader.start(0, 3);  // usable again
    EXPECT_TRUE(loader.next().has_value());
  }
}

std::vector<std::vector<int64_t>> ids_of(const std::vector<Batch>& batches) {
  std::vector<std::vector<int64_t>> ids;
  for (const Batch& batch : batches) ids.push_back(batch.image_ids);
  return ids;
}

TEST_F(DataLoaderTest, LeavesBadPicturesOutOfTheirBatches) {
  LoaderOptions options = training_loader(config_, 3, 42);
  const std::vector<Batch> good = epoch(options, 2);
  const int64_t text = good[0].image_ids[0], gone = good[2].image_ids[1];
  write_file_atomically(folder_ / (std::to_string(text - 100) + ".png"),
                        std::string_view("no picture"));
  std::filesystem::remove(folder_ / (std::to_string(gone - 100) + ".png"));
  auto expected_ids = ids_of(good);
  expected_ids[0].erase(expected_ids[0].begin());
  expected_ids[2].erase(expected_ids[2].begin() + 1);
  for (const int64_t workers : {0, 1, 4}) {
    options.workers = workers;
    std::vector<int64_t> told;
    options.on_bad_picture = [&](const BadPicture& picture) { told.push_back(picture.image_id); };
    const std::vector<Batch> batches = epoch(options, 2);
    ASSERT_EQ(ids_of(batches), expected_ids);
    EXPECT_THAT(told, testing::ElementsAre(text, gone));
    for (size_t b = 0; b < batches.size(); ++b) {
      for (int64_t i = 0; i < batches[b].size(); ++i) {
        const auto& ids = good[b].image_ids;
        const auto place = std::find(ids.begin(), ids.end(), batches[b].image_ids[i]) - ids.begin();
        const auto [height, width] = batches[b].sizes_input[i];
        const auto part = [&](const Batch& batch, int64_t n) {
          return batch.images[n].narrow(1, 0, height).narrow(2, 0, width);
        };
        EXPECT_TRUE(torch::equal(part(batches[b], i), part(good[b], place)));
        EXPECT_TRUE(torch::equal(batches[b].targets[i].boxes, good[b].targets[place].boxes));
      }
    }
  }
}

TEST_F(DataLoaderTest, FillsABatchWithoutAPictureFromTheNextWhereverTheEpochIsTakenUp) {
  config_.group_by_aspect = false;
  config_.augment = {};
  LoaderOptions options = training_loader(config_, 1, 42);
  const auto order = ids_of(epoch(options, 3));
  // The fifth, the sixth and the last: they get the seventh, the seventh and the first.
  for (const size_t place : {4, 5, 12}) {
    write_file_atomically(folder_ / (std::to_string(order[place][0] - 100) + ".png"),
                          std::string_view("no picture"));
  }
  auto expected = order;
  expected[4] = expected[5] = order[6];
  expected[12] = order[0];
  const std::vector<Batch> whole = epoch(options, 3);
  EXPECT_EQ(ids_of(whole), expected);
  for (const int64_t workers : {0, 1, 4}) {
    options.workers = workers;
    expect_same(epoch(options, 3), whole);
    for (const int64_t first : {4, 5, 12}) {
      expect_same(epoch(options, 3, first), {whole.begin() + first, whole.end()});
    }
  }
}

TEST_F(DataLoaderTest, NamesABadPictureOnceAndTriesItAgainInEveryEpoch) {
  const std::string content = read_file(folder_ / "7.png");
  write_file_atomically(folder_ / "7.png", std::string_view("no picture"));
  LoaderOptions options = training_loader(config_, 3, 42);
  int told = 0;
  options.on_bad_picture = [&](const BadPicture&) { ++told; };
  DataLoader loader(dataset_, options);
  for (const int64_t seen : {12, 12, 13}) {
    if (seen == 13) write_file_atomically(folder_ / "7.png", content);
    loader.start(0);
    int64_t images = 0;
    while (const auto batch = loader.next()) images += batch->size();
    EXPECT_EQ(images, seen);
  }
  EXPECT_EQ(told, 1);
}

TEST_F(DataLoaderTest, EndsAtMoreBadPicturesThanAllowedAndNamesThem) {
  for (const char* name : {"1.png", "5.png", "7.png"}) {
    write_file_atomically(folder_ / name, std::string_view("no picture"));
  }
  config_.max_bad_images = 2;
  std::set<int64_t> batches_before;
  for (const int64_t workers : {0, 1, 4}) {
    LoaderOptions options = training_loader(config_, 3, 42);
    options.workers = workers;
    DataLoader loader(dataset_, options);
    loader.start(0);
    int64_t given = 0;
    EXPECT_THAT(test::error_of([&] {
                  while (loader.next()) ++given;
                }),
                testing::AllOf(HasSubstr("gt.json: 3 pictures"), HasSubstr("data.max_bad_images=2"),
                               HasSubstr("1.png"), HasSubstr("5.png"), HasSubstr("7.png")));
    batches_before.insert(given);
    EXPECT_FALSE(loader.next().has_value());
  }
  EXPECT_EQ(batches_before.size(), 1u);
  config_.max_bad_images = 3;
  EXPECT_EQ(epoch(training_loader(config_, 3, 42), 0).size(), 5u);
  config_.max_bad_images = 0;
  EXPECT_THAT(test::error_of([&] { epoch(training_loader(config_, 3, 42), 0); }),
              testing::AllOf(HasSubstr("not a picture"), testing::Not(HasSubstr("max_bad"))));
}

TEST_F(DataLoaderTest, EndsIfNotOnePictureCanBeRead) {
  for (int i = 0; i < 13; ++i) std::filesystem::remove(folder_ / (std::to_string(i) + ".png"));
  config_.max_bad_images = 100;
  EXPECT_THAT(test::error_of([&] { epoch(training_loader(config_, 3, 42), 0); }),
              testing::AllOf(HasSubstr("not one picture of the gt.json"), HasSubstr("12.png")));
}

TEST_F(DataLoaderTest, RefusesABadAugmentation) {
  config_.augment.scale_jitter = {1, 2, 3};
  EXPECT_THAT(test::error_of([&] { DataLoader(dataset_, training_loader(config_, 2, 1)); }),
              HasSubstr("scale_jitter"));
}

TEST_F(DataLoaderTest, CacheStaysWithinItsBytes) {
  const int64_t picture = 30 * 44 * 3;
  ImageCache cache(dataset_->size(), 2 * picture);
  const void* first = cache.get(1, (*dataset_)[1]).data;
  EXPECT_EQ(cache.get(1, (*dataset_)[1]).data, first);
  cache.get(2, (*dataset_)[2]);
  const cv::Mat third = cache.get(4, (*dataset_)[4]);  // no room
  EXPECT_NE(cache.get(4, (*dataset_)[4]).data, third.data);
}

}  // namespace
}  // namespace rn
