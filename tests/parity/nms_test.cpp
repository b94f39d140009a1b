// nms_per_class against torchvision.ops.batched_nms itself.
#include "boxes/nms.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "model/torch_writer.h"
#include "model/weight_file.h"
#include "parity/peer.h"

namespace rn::parity {
namespace {

constexpr int64_t kNmsClasses = 20;

struct Boxes {
  torch::Tensor boxes, scores, labels;
};

/// Boxes on a grid of halves have many IoUs of exactly 0.5; few different scores make ties.
Boxes random_boxes(int64_t count, bool on_grid, double lowest) {
  auto low = torch::rand({count, 2}) * 150 + lowest;
  auto size = torch::rand({count, 2}) * 60 + 4;
  if (on_grid) {
    low = (low / 8).floor() * 8;
    size = (size / 8).floor() * 8 + 8;
  }
  const auto scores = on_grid ? (torch::rand({count}) * 50).floor() / 50 : torch::rand({count});
  return {torch::cat({low, low + size}, 1), scores,
          torch::randint(kNmsClasses, {count}, torch::kInt64)};
}

// Up to 1000 boxes torchvision moves the classes apart, beyond it takes them one by one; with
// negative coordinates the moved classes touch.
TEST(Nms, EqualsBatchedNmsWithTiesAndIousAtTheThreshold) {
  if (!can_import("torchvision")) GTEST_SKIP() << kNoTorchvision;
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("rn_nms_{}", ::getpid());
  std::filesystem::create_directories(folder);
  torch::manual_seed(5);
  StateDict inputs;
  int64_t cases = 0;
  for (const int64_t count : {0, 1, 2, 10, 100, 400, 1000, 1001, 3000}) {
    for (const bool on_grid : {false, true}) {
      for (const double lowest : {0.0, -40.0, 2000.0}) {
        for (int repeat = 0; repeat < 4; ++repeat, ++cases) {
          const Boxes b = random_boxes(count, on_grid, lowest);
          inputs[fmt::format("boxes.{}", cases)] = b.boxes;
          inputs[fmt::format("scores.{}", cases)] = b.scores;
          inputs[fmt::format("labels.{}", cases)] = b.labels;
        }
      }
    }
  }
  write_torch_file(folder / "in.pth", inputs);
  run_python({"-c", R"(
import sys, torch
from torchvision.ops import batched_nms
d = torch.load(sys.argv[1])
n = len(d) // 3
kept = {}
for i in range(n):
    scores = d[f"scores.{i}"]
    kept[str(i)] = batched_nms(d[f"boxes.{i}"], scores, d[f"labels.{i}"], 0.5)
    if len(scores) > 1000:  # its last sort leaves the order of equal scores open
        by_index = kept[str(i)].sort()[0]
        kept[str(i)] = by_index[scores[by_index].sort(descending=True, stable=True)[1]]
torch.save(kept, sys.argv[2])
)",
              (folder / "in.pth").string(), (folder / "out.pth").string()});
  const StateDict theirs = read_weights(folder / "out.pth").tensors;
  std::filesystem::remove_all(folder);
  ASSERT_EQ(static_cast<int64_t>(theirs.size()), cases);
  int64_t unequal = 0;
  for (int64_t i = 0; i < cases; ++i) {
    const auto& boxes = inputs.at(fmt::format("boxes.{}", i));
    const auto kept = nms_per_class(boxes, inputs.at(fmt::format("scores.{}", i)),
                                    inputs.at(fmt::format("labels.{}", i)), 0.5);
    if (!kept.equal(theirs.at(std::to_string(i)))) {
      ++unequal;
      ADD_FAILURE() << "case " << i << ": " << boxes.size(0) << " boxes, " << kept.numel()
                    << " kept, " << theirs.at(std::to_string(i)).numel() << " by torchvision";
    }
  }
  fmt::print("[parity] batched_nms | cases of {} that differ | {} | 0\n", cases, unequal);
}

}  // namespace
}  // namespace rn::parity
