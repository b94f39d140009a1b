#include "config/load.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

class LoadConfig : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  /// The text of the error that loading must end in.
  static std::string error_of(const fs::path& file, const std::vector<std::string>& set = {}) {
    try {
      load_config(file, set);
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }

  static void expect_in(const std::string& part, const std::string& text) {
    EXPECT_NE(text.find(part), std::string::npos) << "not in: " << text;
  }

  fs::path folder_;
};

TEST_F(LoadConfig, CommentsAreAllowedAndAbsentKeysKeepTheirDefaults) {
  const AppConfig config =
      load_config(write("a.json", "// a run\n{\"train\": {\"epochs\": 7 /* a week */}}"), {});
  EXPECT_EQ(config.train.epochs, 7);
  EXPECT_EQ(config.data.short_side, AppConfig{}.data.short_side);
}

TEST_F(LoadConfig, ARunWithoutANameIsCalledAfterItsFile) {
  EXPECT_EQ(load_config(write("cells.json", "{}"), {}).name, "cells");
  EXPECT_EQ(load_config(write("cells.json", "{\"name\": \"x\"}"), {}).name, "x");
}

TEST_F(LoadConfig, FileOverridesBaseAndCommandLineOverridesFile) {
  fs::create_directories(folder_ / "base");
  write("base/root.json", R"({"seed": 1, "data": {"workers": 1, "short_side": 64}})");
  write("base/middle.json", R"({"base": "root.json", "seed": 2, "data": {"workers": 2}})");
  const auto file = write("top.json", R"({"base": "base/middle.json", "data": {"workers": 3}})");
  const AppConfig config = load_config(file, {"data.workers=4"});
  EXPECT_EQ(config.seed, 2);
  EXPECT_EQ(config.data.short_side, 64);
  EXPECT_EQ(config.data.workers, 4);
}

TEST_F(LoadConfig, BasesInACircleAreAnError) {
  write("a.json", R"({"base": "b.json"})");
  expect_in("circle", error_of(write("b.json", R"({"base": "a.json"})")));
}

TEST_F(LoadConfig, MissingBaseNamesThePath) {
  const std::string text = error_of(write("a.json", R"({"base": "gone.json"})"));
  expect_in("a.json: base: ", text);
  expect_in("gone.json does not exist", text);
}

TEST_F(LoadConfig, UnknownKeyNamesFileKeyAndTheNearestKnownKey) {
  const std::string text =
      error_of(write("a.json", R"({"loss": {"classification": {"gama": 2}}})"));
  expect_in("a.json: loss.classification.gama: unknown key", text);
  expect_in("did you mean \"loss.classification.gamma\"?", text);
}

TEST_F(LoadConfig, RepeatedKeyIsAnErrorAndNotSilentlyTheLast) {
  expect_in("\"seed\" stands twice", error_of(write("a.json", R"({"seed": 1, "seed": 2})")));
  expect_in("--set train: the key \"epochs\" stands twice",
            error_of(write("a.json", "{}"), {R"(train={"epochs": 1, "epochs": 2})"}));
  // The same key in different objects is fine.
  load_config(write("b.json", R"({"data": {"train": {"images": "x"}, "val": {"images": "y"}}})"),
              {});
}

TEST_F(LoadConfig, WrongTypeSaysWhatWasFoundAndExpected) {
  expect_in("a.json: train.epochs: found \"ten\", expected a whole number",
            error_of(write("a.json", R"({"train": {"epochs": "ten"}})")));
  expect_in("a.json: train: found 3, expected an object",
            error_of(write("a.json", R"({"train": 3})")));
}

TEST_F(LoadConfig, ValueOutOfRangeSaysTheRange) {
  expect_in("a.json: loss.classification.gamma: found -1.0, expected a number from 0 to 5",
            error_of(write("a.json", R"({"loss": {"classification": {"gamma": -1}}})")));
}

TEST_F(LoadConfig, UnknownNameListsTheKnownOnes) {
  const std::string text =
      error_of(write("a.json", R"({"model": {"backbone": {"name": "resnet5"}}})"));
  expect_in("a.json: model.backbone.name: found \"resnet5\"", text);
  expect_in("resnet101", text);
  expect_in("did you mean \"resnet50\"?", text);
}

TEST_F(LoadConfig, SyntaxErrorSaysLineAndColumn) {
  expect_in("a.json: line 2, column 11", error_of(write("a.json", "{\n  \"seed\": }")));
}

TEST_F(LoadConfig, WhatStandsBehindAByteOfZeroIsNotSilentlyLeftOut) {
  using namespace std::string_literals;
  expect_in("a.json: line 2, column 1: a byte 0",
            error_of(write("a.json", "{}\n\0{\"seed\": 7}"s)));
}

TEST_F(LoadConfig, EmptyAndMissingFilesAreErrors) {
  expect_in("a.json", error_of(write("a.json", "")));
  expect_in("gone.json: can't be read: No such file", error_of(folder_ / "gone.json"));
}

TEST_F(LoadConfig, ANumberBeyondDoublesIsAnError) {
  expect_in("a.json: number overflow parsing '1e400'; expected a number that a double can hold",
            error_of(write("a.json", R"({"seed": 1e400})")));
  expect_in("--set: seed: found \"1e400\", expected a whole number",
            error_of(write("a.json", "{}"), {"seed=1e400"}));
}

TEST_F(LoadConfig, ABaseThatCannotBeLookedForIsAnError) {
  const std::string name(5000, 'a');
  const std::string text = error_of(write("a.json", "{\"base\": \"" + name + "\"}"));
  expect_in("a.json: base: ", text);
  expect_in("can't be looked for: File name too long", text);
  expect_in("File name too long", error_of(folder_ / name));
}

TEST_F(LoadConfig, TextsThatNobodyWritesEndSoonInAnError) {
  std::string keys;
  for (int i = 0; i < 20000; ++i) keys += fmt::format("\"k{}\": 0, ", i);
  expect_in("a.json: more than 1000 keys in one object",
            error_of(write("a.json", "{" + keys + "\"seed\": 1}")));
  expect_in("a.json: nested more than 64 deep",
            error_of(write("a.json", "{\"seed\": " + std::string(100000, '['))));
  std::string key = "seed";
  for (int i = 0; i < 50000; ++i) key += ".a";
  expect_in("nested more than 64 deep", error_of(write("a.json", "{}"), {key + "=1"}));
  expect_in("nested more than 64 deep",
            error_of(write("a.json", "{}"), {"seed=" + std::string(100000, '[')}));
}

TEST_F(LoadConfig, ANameMustBeAFoldersName) {
  const auto file = write("a.json", "{}");
  EXPECT_EQ(load_config(file, {"name=" + std::string(255, 'n')}).name.size(), 255u);
  for (const std::string& name :
       {std::string(256, 'n'), std::string("a/b"), std::string(".."), std::string("a\nb")}) {
    expect_in("can't name a folder", error_of(file, {"name=" + name}));
  }
  expect_in("can't name a folder", error_of(file, {R"(name="a\u0000b")"}));
}

TEST_F(LoadConfig, OverrideTakesJsonOrText) {
  const auto file = write("a.json", "{}");
  const AppConfig config =
      load_config(file, {"data.train.images=my folder", "data.augment.short_sides=[64,96]",
                         "precision=bf16", "model.head.norm=\"gn\""});
  EXPECT_EQ(config.data.train.images, "my folder");
  EXPECT_EQ(config.data.augment.short_sides, (std::vector<int64_t>{64, 96}));
  EXPECT_EQ(config.precision, Precision::kBf16);
  EXPECT_EQ(config.model.head.norm, HeadNorm::kGroupNorm);
}

TEST_F(LoadConfig, OverrideErrorsNameTheOptionAndTheKey) {
  const auto file = write("a.json", "{}");
  expect_in("--set: train.epoch: unknown key, did you mean \"train.epochs\"?",
            error_of(file, {"train.epoch=3"}));
  expect_in("--set train.epochs: expected KEY=VALUE", error_of(file, {"train.epochs"}));
}

TEST_F(LoadConfig, FieldsThatMustFitTogetherAreChecked) {
  expect_in("data.long_side 400 must be at least data.short_side 800",
            error_of(write("a.json", R"({"data": {"long_side": 400}})")));
  expect_in("a.json: model.anchors.sizes: found 2 sizes, expected 5",
            error_of(write("a.json", R"({"model": {"anchors": {"sizes": [32, 64]}}})")));
  expect_in("can't name a folder", error_of(write("a.json", R"({"name": "../x"})")));
}

TEST_F(LoadConfig, DumpedConfigReadsBackToTheSameText) {
  AppConfig config;
  config.name = "x";
  config.loss.classification.alpha = 0.1 + 0.2;  // needs 17 digits
  const std::string text = dump_config(config);
  EXPECT_EQ(dump_config(load_config(write("a.json", text), {})), text);
}

TEST_F(LoadConfig, EveryConfigOfTheProjectLoads) {
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(RN_SOURCE_DIR) / "configs")) {
    if (entry.path().extension() != ".json") continue;
    EXPECT_NO_THROW(load_config(entry.path(), {})) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 4);
}

TEST(DoubtfulSettings, ARunThatCouldOnlyGoBackToItsStart) {
  AppConfig config;
  config.model.backbone.norm = Norm::kBatchNorm;
  config.model.backbone.frozen_stages = 0;
  config.train.evaluate_every = 0;
  config.train.checkpoint.every = 0;
  config.train.checkpoint.every_minutes = 10;
  const auto doubts = doubtful_settings(config);
  ASSERT_EQ(doubts.size(), 1);
  EXPECT_NE(doubts[0].find("set one of them, for example train.checkpoint.every=1"),
            std::string::npos);
  config.train.checkpoint.every = 1;
  EXPECT_TRUE(doubtful_settings(config).empty());
}

}  // namespace
}  // namespace rn
