// Matching, targets, NMS, and what the loss is made of, on one thread:
//   cmake --preset bench && cmake --build --preset bench && build/bench/loss_bench
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <utility>

#include "boxes/anchors.h"
#include "boxes/matcher.h"
#include "boxes/nms.h"
#include "loss/criterion.h"
#include "loss/targets.h"

namespace rn {
namespace {

/// Boxes of 10 to 210 pixels whose corners lie in a picture of this size.
torch::Tensor random_boxes(int64_t count, double width, double height) {
  torch::manual_seed(0);
  const auto low = torch::rand({count, 2}) * torch::tensor({width, height}, torch::kFloat32);
  return torch::cat({low, low + 10 + torch::rand({count, 2}) * 200}, 1);
}

/// @param state boxes, classes, side of the picture
void nms(benchmark::State& state) {
  const int64_t count = state.range(0);
  const auto side = static_cast<double>(state.range(2));
  const auto boxes = random_boxes(count, side, side);
  const auto scores = torch::rand({count});
  const auto labels = torch::randint(state.range(1), {count}, torch::kInt64);
  int64_t kept = 0;
  for (auto _ : state) kept = nms_per_class(boxes, scores, labels, 0.5).size(0);
  state.counters["kept"] = static_cast<double>(kept);
}
BENCHMARK(nms)
    ->ArgNames({"boxes", "classes", "side"})
    ->Args({1000, 1, 400})
    ->Args({1000, 1, 2000})
    ->Args({1000, 80, 400})
    ->Args({5000, 80, 400})
    ->Args({5000, 80, 1000})
    ->Args({5000, 1, 1000})
    ->Unit(benchmark::kMillisecond);

std::vector<torch::Tensor> anchors_of_800x1344() {
  return AnchorGenerator({})({{100, 168}, {50, 84}, {25, 42}, {13, 21}, {7, 11}}, {800, 1344});
}

GroundTruth objects(int64_t count) {
  return {random_boxes(count, 1200, 700), torch::zeros({count}, torch::kInt64),
          torch::zeros({0, 4})};
}

void matcher(benchmark::State& state) {
  const auto anchors = torch::cat(anchors_of_800x1344());
  const auto truth = objects(state.range(0));
  const Matcher match;
  for (auto _ : state) benchmark::DoNotOptimize(match(anchors, truth));
}
BENCHMARK(matcher)->ArgName("objects")->Arg(10)->Arg(500)->Unit(benchmark::kMillisecond);

void targets(benchmark::State& state) {
  const auto anchors = anchors_of_800x1344();
  const auto truth = objects(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(assign_targets(Matcher(), anchors, {truth}, 1));
}
BENCHMARK(targets)->ArgName("objects")->Arg(10)->Arg(500)->Unit(benchmark::kMillisecond);

/// What a look at the loss of two pictures costs, beside a step that takes seconds.
/// @param state classes, objects in a picture
void loss_profile(benchmark::State& state) {
  const int64_t classes = state.range(0);
  const Criterion criterion({}, classes);
  const auto truth = objects(state.range(1));
  const auto targets = criterion.assign(anchors_of_800x1344(), {truth, truth});
  std::vector<torch::Tensor> logits;
  for (const auto& [height, width] : {std::pair{100, 168}, std::pair{50, 84}, std::pair{25, 42},
                                      std::pair{13, 21}, std::pair{7, 11}}) {
    logits.push_back((torch::randn({2, 9 * classes, height, width}) - 4)
                         .contiguous(torch::MemoryFormat::ChannelsLast));
  }
  for (auto _ : state) {
    LossProfile profile;
    criterion.profile(logits, targets, profile);
    benchmark::DoNotOptimize(summarize(profile));
  }
}
BENCHMARK(loss_profile)
    ->ArgNames({"classes", "objects"})
    ->Args({91, 7})
    ->Args({91, 500})
    ->Args({4, 7})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rn

int main(int argc, char** argv) {
  at::set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
