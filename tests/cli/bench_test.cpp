#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tiny_run.h"

namespace rn {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class BenchCommand : public TinyRun {
 protected:
  static json read_json(const std::string& name) { return json::parse(read_file(folder() / name)); }
};

/// Each sample's `total` is the sum of its other entries, of which none was left unmeasured.
void expect_phases_to_add_up(const json& samples, size_t rounds) {
  ASSERT_EQ(samples.size(), rounds);
  for (const json& sample : samples) {
    double sum = 0.0;
    for (const auto& [phase, value] : sample.items()) {
      EXPECT_GT(value.get<double>(), 0.0) << phase;
      if (phase != "total") sum += value.get<double>();
    }
    EXPECT_NEAR(sample["total"].get<double>(), sum, 1e-9 * sum) << sample;
  }
}

/// Of an odd number: the one in the middle.
double median_of(const json& samples, const std::string& phase) {
  std::vector<double> values;
  for (const json& sample : samples) values.push_back(sample[phase]);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

TEST_F(BenchCommand, TableHasARowForEachPhaseAndTheRatio) {
  const Ended bench = run_program(folder(), "bench tiny.json --size 64x96 --steps 1");
  ASSERT_EQ(bench.exit_code, 0) << bench;
  for (const char* row :
       {"training step", "\ndata ", "\nforward ", "\nloss ", "\nbackward ", "\noptimizer ",
        "\ntotal ", "one picture", "\npreprocess ", "\nnetwork ", "\npostprocess ",
        "convolutions alone", "\nimages/s ", "\npeak memory ", "\nconvolutions ", "\ntheir speed ",
        "\nthe machine's peak ", "\nprocessor time ", "\nstep / convolutions "}) {
    EXPECT_THAT(bench.out, HasSubstr(row));
  }
  EXPECT_THAT(bench.out, HasSubstr("resnet18, bn, 80 classes"));
  EXPECT_THAT(bench.out, HasSubstr("2 images of 64x96 | 1 step after 1 warm-up\n"));
  EXPECT_THAT(bench.out, HasSubstr(" | fp32 | load "));
  EXPECT_THAT(bench.out, HasSubstr("\nothers ("));
  // One round has no range, and is more than a step: its rate would be misread.
  EXPECT_THAT(bench.out, Not(HasSubstr(" to ")));
  EXPECT_THAT(bench.err, Not(HasSubstr("/s")));
}

TEST_F(BenchCommand, SizeThatTheNetworkCannotTakeIsToldBesideTheOneThatItTook) {
  const Ended bench =
      run_program(folder(), "bench tiny.json --size 40x64 --steps 1 --warmup 2 --batch 1");
  ASSERT_EQ(bench.exit_code, 0) << bench;
  EXPECT_THAT(bench.out,
              HasSubstr("1 image of 64x64 (rounded up from 40x64) | 1 step after 2 warm-ups\n"));
}

TEST_F(BenchCommand, NumbersOfTheJsonAddUp) {
  const Ended bench = run_program(
      folder(),
      "bench tiny.json --size 64x64 --steps 3 --warmup 2 --batch 3 --classes 5 --objects 2 "
      "--precision bf16 --threads 1 --json all.json --set train.accumulate=2");
  ASSERT_EQ(bench.exit_code, 0) << bench;
  const json all = read_json("all.json");
  EXPECT_EQ(all["classes"], 5);
  EXPECT_EQ(all["objects"], 2);
  EXPECT_EQ(all["precision"], "bf16");
  EXPECT_EQ(all["threads"], 1);
  EXPECT_EQ(all["batch_size"], 3);
  EXPECT_EQ(all["input"], (json{64, 64}));
  EXPECT_EQ(all["data"], "drawn");
  EXPECT_GT(all["peak_memory_bytes"].get<double>(), 1e7);
  EXPECT_GT(all["machine_peak"]["gflop_per_second"].get<double>(), 0.0);

  for (const char* part : {"step", "inference", "convolutions"}) {
    expect_phases_to_add_up(all[part]["samples"], 3);
    for (const auto& [phase, spread] : all[part]["ms"].items()) {
      EXPECT_EQ(spread["median"], median_of(all[part]["samples"], phase)) << phase;
      EXPECT_LE(spread["min"], spread["median"]);
      EXPECT_LE(spread["median"], spread["max"]);
    }
  }
  for (const char* part : {"step", "inference", "convolutions"}) {
    EXPECT_GT(all["processor_ms"][part]["median"].get<double>(), 0.0);
  }
  EXPECT_GT(all["step_to_convolutions_processor"]["median"].get<double>(), 0.0);
  EXPECT_EQ(all["step"]["ms"].size(), 6);
  EXPECT_EQ(all["inference"]["ms"].size(), 4);
  // Two batches of three in a step.
  EXPECT_NEAR(all["images_per_second"]["median"].get<double>(),
              6e3 / all["step"]["ms"]["total"]["median"].get<double>(), 1e-6);
}

TEST_F(BenchCommand, ConvolutionsOfTheJsonAddUpToTheFloor) {
  const Ended bench = run_program(
      folder(), "bench tiny.json --size 128x128 --steps 2 --classes 5 --json floor.json");
  ASSERT_EQ(bench.exit_code, 0) << bench;
  const json all = read_json("floor.json");
  const json& convolutions = all["convolutions"];
  for (size_t round = 0; round < 2; ++round) {
    double forward = 0.0;
    double backward = 0.0;
    for (const json& call : convolutions["list"]) {
      const double calls = call["calls_per_step"];
      (call["direction"] == "forward" ? forward : backward) +=
          calls * call["samples_ms"].at(round).get<double>();
    }
    const json& sample = convolutions["samples"][round];
    EXPECT_NEAR(sample["forward"].get<double>(), forward, 1e-9 * forward);
    EXPECT_NEAR(sample["backward"].get<double>(), backward, 1e-9 * backward);
  }
  double gflop = 0.0;
  int64_t stems = 0;
  for (const json& call : convolutions["list"]) {
    gflop += call["calls_per_step"].get<double>() * call["gflop"].get<double>();
    EXPECT_EQ(call["channels_last"], true) << call;
    EXPECT_EQ(call["dtype"], "Float") << call;
    if (call["weight"] != (json{64, 3, 7, 7})) continue;
    ++stems;
    EXPECT_EQ(call["input"], (json{2, 3, 128, 128}));
    EXPECT_EQ(call["calls_per_step"], 1);
    EXPECT_EQ(call["input_gradient"], false);
    EXPECT_EQ(call["weight_gradient"], true);
    // 2 x 64 x 64 x 64 outputs, each the sum of 147 products
    EXPECT_NEAR(call["gflop"].get<double>(), 2 * 524288 * 147.0 / 1e9, 1e-12);
  }
  EXPECT_EQ(stems, 2) << "forward and backward";
  for (const json& call : convolutions["list"]) {
    EXPECT_LE(call["gflop_per_second"], all["machine_peak"]["gflop_per_second"]) << call;
  }
  EXPECT_NEAR(convolutions["gflop"].get<double>(), gflop, 1e-9 * gflop);
}

TEST_F(BenchCommand, WithoutASizeTheTrainingSetIsLoaded) {
  const Ended bench = run_program(folder(), "bench tiny.json --steps 4 --json loaded.json");
  ASSERT_EQ(bench.exit_code, 0) << bench;  // five steps of an epoch of three
  EXPECT_THAT(bench.err, HasSubstr("data.train set/annotations/train.json: 6 images"));
  const json all = read_json("loaded.json");
  EXPECT_EQ(all["data"], "set/annotations/train.json");
  EXPECT_FALSE(all.contains("objects"));
  EXPECT_EQ(all["input"], (json{64, 64}));
  expect_phases_to_add_up(all["step"]["samples"], 4);
}

TEST_F(BenchCommand, NeedsNoDataSetAndNoWeightsForDrawnPictures) {
  const Ended bench = run_program(
      folder(),
      "bench tiny.json --size 64x64 --steps 1 --set data.train.annotations=nowhere.json "
      "--set model.backbone.weights=nowhere.pth --set model.backbone.norm=frozen_bn");
  EXPECT_EQ(bench.exit_code, 0) << bench;
}

TEST_F(BenchCommand, ImpossibleValuesEndItWithTheRemedy) {
  const auto expect_error = [](const std::string& options, const std::string& message) {
    const Ended bench = run_program(folder(), "bench tiny.json " + options);
    EXPECT_EQ(bench.exit_code, 2) << options << bench;
    EXPECT_THAT(bench.err, HasSubstr(message)) << options;
  };
  expect_error("--size 64x64 --steps 0", "--steps: found 0, expected 1 to 10000");
  expect_error("--size 64x64 --warmup 0", "--warmup: found 0, expected 1 to 10000");
  expect_error("--size 64x64 --batch 0", "--batch: found 0, expected 1 to 65536");
  expect_error("--size 64x64 --objects -1", "--objects: found -1, expected 0 to 10000");
  expect_error("--size 64x64 --classes 0", "--classes: found 0, expected 1 to 100000");
  expect_error("--size 64x64 --threads 0", "--threads: found 0, expected 1 to ");
  expect_error("--size 64x64 --threads 100000", " (the cores of this machine)");
  expect_error("--size 64x64 --precision fp8", "--precision: ");
  expect_error("--size 64x64 --precision fp16 --set device=cpu", "fp16 needs a CUDA device");
  expect_error("--size 64x64 --json missing/all.json", "missing/all.json");
  expect_error("--size 64x64 --json tiny.json", "would replace a file that this command reads");
  expect_error("--size 64x64 --steps many", "--steps: found many, expected 1 to 10000");
  expect_error("--size 64x64 --speed 3", "not expected: --speed 3\n");
  expect_error("--sise 64x64", "not expected: --sise 64x64; did you mean --size?");
  for (const char* size : {"64", "64x", "x64", "64x64x3", "0x64", "64x99999", "64,64"}) {
    expect_error(std::string("--size ") + size, "expected HEIGHTxWIDTH");
  }
  expect_error("--objects 3", "--objects: is for drawn pictures");
  expect_error("--classes 3", "--classes: is for drawn pictures");
  expect_error("--set data.train.annotations=nowhere.json", "nowhere.json");
  expect_error("--set data.train.annotations=\"\"",
               "or --size HEIGHTxWIDTH, for example --size 320x416");
}

}  // namespace
}  // namespace rn
