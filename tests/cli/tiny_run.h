#pragma once

#include <gtest/gtest.h>

#include "program.h"

namespace rn {

/// A drawn data set of a few small pictures and a config that trains on it in seconds; shared by
/// the tests of a suite, in `folder()`. What a test changes it changes in a copy of its own.
class TinyRun : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = new TemporaryFolder;
    const Ended synth = run_program(folder(),
                                    "data synth --out set --train-images 6 --val-images 3 "
                                    "--width 64 --height 64 --empty-fraction 0");
    ASSERT_EQ(synth.exit_code, 0) << synth;
    write_text(folder() / "tiny.json", R"({
      "data": {"train": {"images": "set/train", "annotations": "set/annotations/train.json"},
               "val": {"images": "set/val", "annotations": "set/annotations/val.json"},
               "short_side": 64, "long_side": 64},
      "model": {"backbone": {"name": "resnet18", "norm": "bn"}, "fpn": {"channels": 16}},
      "train": {"epochs": 2, "batch_size": 2, "log_every": 1}})");
  }
  static void TearDownTestSuite() {
    delete shared_;
    shared_ = nullptr;
  }
  static const std::filesystem::path& folder() { return shared_->path(); }

  /// `--set` options that point the training set to an annotation file with this text.
  static std::string with_annotations(const std::string& name, const std::string& text) {
    write_text(folder() / name, text);
    return "tiny.json --out never --set data.train.annotations=" + name;
  }

 private:
  static inline TemporaryFolder* shared_ = nullptr;
};

}  // namespace rn
