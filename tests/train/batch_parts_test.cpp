#include "train/batch_parts.h"

#include <gtest/gtest.h>

#include <new>

#include "core/out_of_memory.h"

namespace rn {
namespace {

Batch batch_of(int64_t images, int64_t height, int64_t width) {
  Batch batch;
  batch.images = torch::arange(images).view({-1, 1, 1, 1}).expand({images, 3, height, width});
  for (int64_t i = 0; i < images; ++i) {
    batch.targets.push_back({torch::zeros({i, 4}), torch::zeros({i}, torch::kInt64), {}});
    batch.image_ids.push_back(100 + i);
    batch.sizes_input.push_back({height, width - i});
    batch.sizes_original.push_back({2 * height, 2 * width});
  }
  return batch;
}

TEST(BatchParts, AreTheWholeBatchUntilOneHasFailed) {
  BatchParts parts;
  EXPECT_EQ(parts.part_size(batch_of(7, 32, 64)), 7);
  parts.was_too_large(batch_of(7, 32, 64));
  EXPECT_EQ(parts.part_size(batch_of(7, 32, 64)), 4);
  parts.was_too_large(batch_of(4, 32, 64));
  EXPECT_EQ(parts.part_size(batch_of(7, 32, 64)), 2);
  EXPECT_EQ(parts.part_size(batch_of(3, 32, 64)), 3);   // fewer pixels than what has failed
  EXPECT_EQ(parts.part_size(batch_of(4, 32, 63)), 4);   // so have these
  EXPECT_EQ(parts.part_size(batch_of(2, 64, 128)), 1);  // as many
  EXPECT_EQ(parts.part_size(batch_of(1, 640, 1280)), 1);
}

TEST(BatchParts, ASliceHasAllThatBelongsToItsImages) {
  const Batch slice = rn::slice(batch_of(5, 8, 16), 2, 3);
  EXPECT_EQ(slice.size(), 3);
  EXPECT_EQ(slice.images.sizes(), (std::vector<int64_t>{3, 3, 8, 16}));
  EXPECT_EQ(slice.images[0].max().item<int64_t>(), 2);
  EXPECT_EQ(slice.image_ids, (std::vector<int64_t>{102, 103, 104}));
  EXPECT_EQ(slice.targets[2].labels.size(0), 4);
  EXPECT_EQ(slice.sizes_input[0].width, 14);
  EXPECT_EQ(slice.sizes_original.size(), 3U);
}

TEST(BatchParts, KnowFailedAllocationsFromOtherFaults) {
  EXPECT_TRUE(is_out_of_memory(std::bad_alloc()));
  EXPECT_FALSE(is_out_of_memory(Error("a.json: no such file")));
  try {
    torch::empty({int64_t{1} << 50});  // no machine has a petabyte
    FAIL() << "allocated";
  } catch (const std::exception& e) {
    EXPECT_TRUE(is_out_of_memory(e)) << e.what();
  }
  try {
    torch::zeros({2, 3}).view({5});
    FAIL() << "a view of 6 values as 5";
  } catch (const std::exception& e) {
    EXPECT_FALSE(is_out_of_memory(e)) << e.what();
  }
}

TEST(BatchParts, SayWhatMemoryWasNeededFor) {
  const Batch batch = batch_of(4, 800, 1344);
  const std::string what = "out of memory with 4 images of 1344x800 and 6 objects";
  EXPECT_EQ(out_of_memory_text(batch, std::bad_alloc()), what);
  EXPECT_EQ(out_of_memory_text(batch, Error("DefaultCPUAllocator: can't allocate memory: you tried "
                                            "to allocate 25600000 bytes. Error code 12")),
            what + " (25.6 MB more were asked for)");
  EXPECT_EQ(
      out_of_memory_text(batch, Error("CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; "
                                      "79.10 GiB total capacity)")),
      what + " (2.1 GB more were asked for)");
}

TEST(BatchParts, RemedyHasNumbersThatFit) {
  const std::string parts = out_of_memory_remedy(batch_of(5, 800, 1344), 2, /*can_be_bf16=*/true);
  // 2 * 6 images are as many as 2 * 5, or a few more; 800 / sqrt(2) = 565.7, 1344 / sqrt(2) = 950.4
  EXPECT_EQ(parts,
            "; batch norm sees a batch as a whole, so it can't be done in parts: set "
            "train.batch_size to 2 and train.accumulate to 6 (as many images in a step), or "
            "model.backbone.norm to gn or frozen_bn (it then goes on in parts by itself), or "
            "data.short_side to 544 and data.long_side to 928 (half the pixels), or precision to "
            "bf16");
  EXPECT_EQ(out_of_memory_remedy(batch_of(1, 96, 32), 1, /*can_be_bf16=*/false),
            ": set data.short_side to 32 and data.long_side to 64 (half the pixels), or take a "
            "smaller model.backbone.name");
}

}  // namespace
}  // namespace rn
