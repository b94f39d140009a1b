#include <gmock/gmock.h>

#include <filesystem>

#include "core/files.h"
#include "core/json.h"
#include "tiny_run.h"

namespace rn {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

class LabCommand : public TinyRun {
 protected:
  static Ended lab(const std::string& more, const std::string& before = "") {
    return run_program(
        folder(), "lab tiny.json --set train.epochs=1 --set train.schedule.kind=constant " + more,
        before);
  }
};

TEST_F(LabCommand, TrainsEachVariantOnceAndKeepsWhatIsDone) {
  const Ended first = lab("--out lab --variants focal_g0,focal_g2");
  EXPECT_EQ(first.exit_code, 0) << first;
  for (const char* text :
       {"[1/3] balanced_ce_a75: balanced CE, alpha 0.75\n", ": the same as balanced_ce_a75\n",
        "[3/3] focal_g2: focal, gamma 2, alpha 0.25\n", "The curves: lab/lab.html"}) {
    EXPECT_TRUE(first.says(text)) << text << "\n" << first;
  }
  const Json numbers = parse_json(read_file(folder() / "lab/lab.json"));
  ASSERT_EQ(numbers["variants"].size(), 3);
  EXPECT_TRUE(numbers["variants"][2]["AP"].is_number());
  EXPECT_EQ(numbers["variants"][0]["AP"], numbers["variants"][1]["AP"]);
  EXPECT_FALSE(fs::exists(folder() / "lab/focal_g0"));
  // The same seed, so the same pictures in the same order: what the losses start from is the same.
  const auto first_step = [](const std::string& name) {
    const std::string text = read_file(folder() / "lab" / name / "metrics.jsonl");
    for (size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
      Json line = parse_json(text.substr(begin, text.find('\n', begin) - begin));
      if (line["kind"] == "step") return line;
    }
    return Json();
  };
  EXPECT_EQ(first_step("balanced_ce_a75")["loss_box"], first_step("focal_g2")["loss_box"]);
  EXPECT_NE(first_step("balanced_ce_a75")["loss_cls"], first_step("focal_g2")["loss_cls"]);

  const auto model_time = fs::last_write_time(folder() / "lab/focal_g2/last.safetensors");
  const Ended again = lab("--out lab --variants focal_g2");
  EXPECT_EQ(again.exit_code, 0) << again;
  EXPECT_TRUE(again.says("[1/1] focal_g2: focal, gamma 2, alpha 0.25: done before\n")) << again;
  EXPECT_EQ(fs::last_write_time(folder() / "lab/focal_g2/last.safetensors"), model_time);

  // What was trained before is in the table still.
  EXPECT_THAT(again.out, HasSubstr("\nbalanced_ce_a75 "));
  EXPECT_EQ(parse_json(read_file(folder() / "lab/lab.json"))["variants"].size(), 2);

  const Ended other = lab("--out lab --variants focal_g2 --set train.batch_size=3");
  EXPECT_EQ(other.exit_code, 2) << other;
  EXPECT_TRUE(
      other.says("lab/focal_g2: was trained with another config (train.batch_size: 2 -> 3), "
                 "so it can't be compared; name another folder with --out, or remove that "
                 "run"))
      << other;
}

/// The first seed's run is that of a laboratory with one seed; the next one has other pictures.
TEST_F(LabCommand, FurtherSeedsAreAddedToWhatIsDone) {
  const Ended one = lab("--out seeds --variants focal_g0");
  ASSERT_EQ(one.exit_code, 0) << one;
  const Ended two = lab("--out seeds --variants focal_g0 --seeds 2");
  EXPECT_EQ(two.exit_code, 0) << two;
  EXPECT_TRUE(two.says("[1/4] balanced_ce_a75: balanced CE, alpha 0.75: done before\n")) << two;
  EXPECT_TRUE(two.says("[3/4] balanced_ce_a75-seed1: balanced CE, alpha 0.75\n")) << two;
  EXPECT_TRUE(two.says("[4/4] focal_g0-seed1: ")) << two;
  EXPECT_FALSE(same_bytes(folder() / "seeds/balanced_ce_a75/last.safetensors",
                          folder() / "seeds/balanced_ce_a75-seed1/last.safetensors"));
  // Those of further seeds stay in the table, too.
  const Ended again = lab("--out seeds --variants focal_g0");
  const Json variants = parse_json(read_file(folder() / "seeds/lab.json"))["variants"];
  ASSERT_EQ(variants.size(), 2u);
  ASSERT_EQ(variants[0]["runs"].size(), 2u) << again;
  EXPECT_EQ(variants[0]["runs"][1]["seed"], 1);
  EXPECT_EQ(variants[1]["AP"], variants[0]["AP"]);  // the same function
  EXPECT_DOUBLE_EQ(variants[0]["AP"].get<double>(), (variants[0]["runs"][0]["AP"].get<double>() +
                                                     variants[0]["runs"][1]["AP"].get<double>()) /
                                                        2);
  const Ended none = lab("--out seeds --seeds 0");
  EXPECT_EQ(none.exit_code, 2) << none;
}

TEST_F(LabCommand, OtherAnnotationsOrStartWeightsAreRefused) {
  fs::copy(folder() / "set", folder() / "own", fs::copy_options::recursive);
  const std::string own =
      "--out own_lab --variants ce --set data.train.annotations=own/annotations/train.json ";
  const Ended first = lab(own);
  ASSERT_EQ(first.exit_code, 0) << first;
  const fs::path annotations = folder() / "own/annotations/train.json";
  write_text(annotations, read_file(annotations) + "\n");
  const Ended changed = lab(own);
  EXPECT_EQ(changed.exit_code, 2) << changed;
  EXPECT_TRUE(changed.says("own_lab/ce: was trained on other annotations than those there are now"))
      << changed;
  // The same for a run that was stopped: what is done of it is of the old annotations.
  fs::remove(folder() / "own_lab/ce/lab-done");
  const Ended begun = lab(own);
  EXPECT_EQ(begun.exit_code, 2) << begun;
  EXPECT_TRUE(begun.says("own_lab/ce: was trained on other annotations")) << begun;
  const Ended weights = lab(own + "--set model.backbone.weights=other.pth");
  EXPECT_EQ(weights.exit_code, 2) << weights;
  EXPECT_TRUE(
      weights.says("own_lab/ce: was trained with another config (model.backbone.weights: "
                   "\"\" -> \"other.pth\")"))
      << weights;
}

/// Ended by a signal as soon as its first variant has made a step.
TEST_F(LabCommand, WhatWasStoppedOrKilledGoesOnToTheSameWeights) {
  const std::string arguments =
      "lab tiny.json --variants ce --set train.epochs=6 --set train.evaluate_every=6 --out ";
  const Ended whole = run_program(folder(), arguments + "whole");
  ASSERT_EQ(whole.exit_code, 0) << whole;
  struct Case {
    const char* signal;
    int exit_code;
  };
  for (const auto& [signal, exit_code] : {Case{"TERM", 130}, Case{"KILL", 137}}) {
    const Ended ended = run_command(
        folder(), fmt::format("'{0}' {1}{2} & lab=$!; tries=0; "
                              "until [ -s {2}/ce/metrics.jsonl ] || [ $tries = 600 ]; do "
                              "sleep 0.1; tries=$((tries + 1)); done; kill -{2} $lab; wait $lab",
                              RN_PROGRAM, arguments, signal));
    EXPECT_EQ(ended.exit_code, exit_code) << ended;
    const Ended again = run_program(folder(), arguments + signal);
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_TRUE(same_bytes(folder() / signal / "ce/last.safetensors",
                           folder() / "whole/ce/last.safetensors"))
        << again;
  }
}

TEST_F(LabCommand, AVariantThatFailsCostsNoOther) {
  const Ended ended =
      lab("--out fails --variants ce --set train.optimizer.kind=sgd "
          "--set train.optimizer.learning_rate=100 --set train.optimizer.scale_learning_rate=false "
          "--set train.clip_norm=0 --set train.max_bad_steps=1 --set train.max_rollbacks=0 --set "
          "train.epochs=4");
  EXPECT_EQ(ended.exit_code, 2) << ended;  // there was no other
  EXPECT_THAT(ended.out, HasSubstr("\nce    failed "));
  EXPECT_THAT(ended.out, HasSubstr("\nce: step "));
  EXPECT_TRUE(ended.says("warning: ce failed: step ")) << ended;
  EXPECT_TRUE(ended.says("; see fails/ce.txt")) << ended;
  const Json numbers = parse_json(read_file(folder() / "fails/lab.json"));
  EXPECT_TRUE(numbers["variants"][0]["AP"].is_null());
}

TEST_F(LabCommand, ListsItsVariants) {
  const Ended ended = run_program(folder(), "lab --list");
  EXPECT_EQ(ended.exit_code, 0) << ended;
  EXPECT_THAT(ended.out, HasSubstr("focal_g2           focal, gamma 2, alpha 0.25\n"));
}

}  // namespace
}  // namespace rn
