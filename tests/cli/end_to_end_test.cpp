#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tiny_run.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

class EndToEnd : public TinyRun {};

TEST_F(EndToEnd, VersionAndHelpGoToStandardOutput) {
  const Ended version = run_program(folder(), "--version");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_NE(version.out.find("retinanet "), std::string::npos) << version;
  for (const char* command :
       {"", "train ", "eval ", "predict ", "data ", "data synth ", "doctor ", "bench "}) {
    const Ended help = run_program(folder(), std::string(command) + "--help");
    EXPECT_EQ(help.exit_code, 0) << command;
    EXPECT_NE(help.out.find("Usage"), std::string::npos) << help;
  }
}

TEST_F(EndToEnd, TrainWritesTheFilesThatTheContractNames) {
  const Ended train = run_program(folder(), "train tiny.json --out full");
  ASSERT_EQ(train.exit_code, 0) << train;
  EXPECT_EQ(train.out, "");
  for (const char* name :
       {"config.json", "metrics.jsonl", "log.txt", "last.ckpt", "last.safetensors",
        "best.safetensors", "detections.json", "report.html"}) {
    EXPECT_TRUE(fs::exists(folder() / "full" / name)) << name;
  }
  const auto is_event_file = [](const fs::directory_entry& entry) {
    return entry.path().filename().string().starts_with("events.out.tfevents.") &&
           entry.file_size() > 0;
  };
  EXPECT_EQ(std::count_if(fs::directory_iterator(folder() / "full"), fs::directory_iterator(),
                          is_event_file),
            1);
}

TEST_F(EndToEnd, EvalOfTheModelEqualsTheRunsLastEvaluation) {
  const std::string train = "train tiny.json --out e --set predict.score_threshold=0";
  ASSERT_EQ(run_program(folder(), train).exit_code, 0);
  const std::string data = "--annotations set/annotations/val.json";
  const Ended model =
      run_program(folder(), "eval --model e/last.safetensors --images set/val --batch-size 2 " +
                                data + " --json model.json --detections model_dt.json");
  ASSERT_EQ(model.exit_code, 0) << model;
  EXPECT_EQ(model.out.find(" Average Precision  (AP) @[ IoU=0.50:0.95"), 0u) << model;
  EXPECT_TRUE(same_bytes(folder() / "model_dt.json", folder() / "e/detections.json"));
  ASSERT_NE(read_file(folder() / "e/detections.json"), "[]\n");
  const Ended files =
      run_program(folder(), "eval --detections e/detections.json --json files.json " + data);
  ASSERT_EQ(files.exit_code, 0) << files;
  EXPECT_TRUE(same_bytes(folder() / "files.json", folder() / "model.json"));
  const std::string lines = read_file(folder() / "e/metrics.jsonl");
  const size_t start = lines.rfind("{\"kind\":\"evaluation\"");
  const auto last = nlohmann::json::parse(lines.substr(start, lines.find('\n', start) - start));
  EXPECT_EQ(nlohmann::json::parse(read_file(folder() / "model.json"))["stats"]["AP"], last["AP"]);
}

TEST_F(EndToEnd, PredictDrawsEveryPictureAndListsTheDetections) {
  ASSERT_EQ(run_program(folder(), "train tiny.json --out p").exit_code, 0);
  const Ended predict = run_program(
      folder(), "predict --model p/last.safetensors set/val --out drawn --score-threshold 0");
  ASSERT_EQ(predict.exit_code, 0) << predict;
  const auto list = nlohmann::json::parse(read_file(folder() / "drawn/detections.json"));
  ASSERT_EQ(list.size(), 3u);
  for (const auto& picture : list) {
    EXPECT_EQ(picture["width"], 64);
    for (const auto& d : picture["detections"]) EXPECT_EQ(d["bbox"].size(), 4u);
  }
  EXPECT_TRUE(fs::exists(folder() / "drawn/000001.jpg"));
}

TEST_F(EndToEnd, AnEarlierRunIsNeverWrittenInto) {
  ASSERT_EQ(run_program(folder(), "train tiny.json --out kept").exit_code, 0);
  const std::string model = read_file(folder() / "kept/best.safetensors");
  const Ended again = run_program(folder(), "train tiny.json --out kept");
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_TRUE(again.says("--resume")) << again;
  EXPECT_TRUE(read_file(folder() / "kept/best.safetensors") == model);
}

TEST_F(EndToEnd, RunsWithoutAFolderCountUp) {
  const std::string train = "train tiny.json --set train.epochs=1";
  ASSERT_EQ(run_program(folder(), train).exit_code, 0);
  ASSERT_EQ(run_program(folder(), train).exit_code, 0);
  EXPECT_TRUE(fs::exists(folder() / "runs/tiny/last.ckpt"));
  EXPECT_TRUE(fs::exists(folder() / "runs/tiny-2/last.ckpt"));
  // A gap in the numbers hides none of the later runs.
  fs::remove_all(folder() / "runs/tiny");
  const Ended resumed = run_program(folder(), "train tiny.json --resume --set train.epochs=2");
  EXPECT_TRUE(resumed.says("resumed after step 3, in runs/tiny-2")) << resumed;
  ASSERT_EQ(run_program(folder(), train).exit_code, 0);
  EXPECT_TRUE(fs::exists(folder() / "runs/tiny-3/last.ckpt"));
  const Ended nothing = run_program(folder(), "train tiny.json --out new --resume");
  EXPECT_EQ(nothing.exit_code, 0) << nothing;
  EXPECT_TRUE(nothing.says("no checkpoint in new")) << nothing;
}

TEST_F(EndToEnd, PredictNeverWritesIntoARun) {
  ASSERT_EQ(run_program(folder(), "train tiny.json --out run").exit_code, 0);
  const std::string detections = read_file(folder() / "run/detections.json");
  const Ended predict =
      run_program(folder(), "predict --model run/best.safetensors set/val --out run");
  EXPECT_EQ(predict.exit_code, 2) << predict;
  EXPECT_TRUE(predict.says("holds a training run")) << predict;
  EXPECT_EQ(read_file(folder() / "run/detections.json"), detections);
}

TEST_F(EndToEnd, SettingsThatHardlyLearnAreNamed) {
  const std::string train = "train tiny.json --set train.epochs=1 --set model.backbone.";
  const Ended frozen = run_program(folder(), train + "norm=frozen_bn --out f");
  EXPECT_TRUE(frozen.says("warning: model.backbone.norm is frozen_bn")) << frozen;
  const Ended stages = run_program(folder(), train + "frozen_stages=2 --out s");
  EXPECT_TRUE(stages.says("warning: model.backbone.frozen_stages is 2")) << stages;
}

TEST_F(EndToEnd, EveryConfigKeyIsExplained) {
  const Ended help = run_program(folder(), "train tiny.json --help-config");
  ASSERT_EQ(help.exit_code, 0) << help;
  EXPECT_NE(help.out.find("train.epochs = 2 "), std::string::npos) << help;
  EXPECT_NE(help.out.find("# model.backbone: "), std::string::npos) << help;
}

/// Starts a run or goes on with it, sends it a signal once it has made a step, and waits for its
/// end.
Ended stopped_run(const fs::path& folder, const std::string& arguments, const std::string& out,
                  const char* signal) {
  const std::string watch = fmt::format(
      "lines() {{ cat {0}/metrics.jsonl 2>/dev/null | wc -l; }}; before=$(lines); "
      "{{ until [ $(lines) -gt $before ]; do sleep 0.02; done; kill -{1} $(cat {0}.pid); }} & "
      "sh -c 'echo $$ >{0}.pid; exec \"$0\" \"$@\"' ",
      out, signal);
  return run_program(folder, arguments + out + " --resume", watch);
}

TEST_F(EndToEnd, ARunThatIsStoppedAndResumedEndsWithTheSameModel) {
  const std::string train =
      "train tiny.json --set train.epochs=8 --set train.evaluate_every=4 --out ";
  ASSERT_EQ(run_program(folder(), train + "whole").exit_code, 0);
  for (const char* signal : {"INT", "TERM", "HUP"}) {
    const Ended stopped = stopped_run(folder(), train, "parts", signal);
    EXPECT_EQ(stopped.exit_code, 130) << signal << stopped;
    EXPECT_TRUE(stopped.says("Go on with the same command")) << stopped;
  }
  const Ended resumed = run_program(folder(), train + "parts --resume");
  EXPECT_EQ(resumed.exit_code, 0) << resumed;
  EXPECT_TRUE(same_bytes(folder() / "parts/last.safetensors", folder() / "whole/last.safetensors"));
}

/// Starts a run that would be long, runs `commands` with its process in $run once it has made a
/// step, then stops it.
Ended watched_run(const fs::path& folder, const std::string& options, const std::string& out,
                  const std::string& commands) {
  return run_command(
      folder, fmt::format("'{}' train tiny.json --set train.epochs=2000 {} --out {} & run=$!; "
                          "until [ -s {}/metrics.jsonl ] || ! kill -0 $run; do sleep 0.02; done; "
                          "{}; kill -TERM $run; wait $run",
                          RN_PROGRAM, options, out, out, commands));
}

TEST_F(EndToEnd, ARunSavesOnSigusr1AndGoesOn) {
  // What is there before is the run's start.
  const Ended stopped =
      watched_run(folder(), "--set train.checkpoint.every=0 --set train.evaluate_every=0", "usr1",
                  "until [ -e usr1/last.ckpt ] || ! kill -0 $run; do sleep 0.02; done; "
                  "cp usr1/last.ckpt start.ckpt; kill -USR1 $run; "
                  "while cmp -s usr1/last.ckpt start.ckpt && kill -0 $run; do sleep 0.02; done; "
                  "kill -0 $run && echo goes on");
  EXPECT_EQ(stopped.exit_code, 130) << stopped;
  EXPECT_TRUE(stopped.says("SIGUSR1: the run is saved as soon as the disk is free, and goes on."))
      << stopped;
  EXPECT_EQ(stopped.out, "goes on\n") << stopped;
}

TEST_F(EndToEnd, AFolderThatARunWritesToIsRefusedWithItsProcess) {
  const Ended stopped = watched_run(
      folder(), "", "taken",
      fmt::format("echo process $run; '{}' train tiny.json --out taken --resume; echo exit $?",
                  RN_PROGRAM));
  EXPECT_EQ(stopped.exit_code, 130) << stopped;
  const size_t end = stopped.out.find('\n');
  ASSERT_NE(end, std::string::npos) << stopped;
  EXPECT_EQ(stopped.out.substr(end), "\nexit 2\n") << stopped;
  EXPECT_TRUE(stopped.says("taken: another run (" + stopped.out.substr(0, end) + ") is writing"))
      << stopped;
}

TEST_F(EndToEnd, AResultsFileThatCannotBeWrittenEndsNoRun) {
  const Ended late = watched_run(folder(), "", "late",
                                 "until [ -f late/detections.json ]; do sleep 0.02; done; "
                                 "rm late/detections.json; mkdir late/detections.json; "
                                 "until grep -q 'is a folder' late/log.txt; do sleep 0.02; done");
  EXPECT_EQ(late.exit_code, 130) << late;
}

TEST_F(EndToEnd, APictureThatCannotBeReadCostsNoStep) {
  const std::string train =
      "train tiny.json --set data.train.images=mine --set data.workers=0 --set "
      "data.max_bad_images=0";
  fs::copy(folder() / "set/train", folder() / "mine");
  ASSERT_EQ(run_program(folder(), train + " --out all").exit_code, 0);
  // The order of the pictures is the same: the one that the last batch of the first epoch needs.
  const fs::path picture = folder() / "mine/000001.jpg";
  const std::string whole = read_file(picture);
  write_text(picture, "not a picture");
  const Ended broken = run_program(folder(), train + " --out bad");
  EXPECT_EQ(broken.exit_code, 2) << broken;
  EXPECT_TRUE(broken.says("mine/000001.jpg")) << broken;
  write_text(picture, whole);
  const Ended resumed = run_program(folder(), train + " --out bad --resume");
  EXPECT_EQ(resumed.exit_code, 0) << resumed;
  EXPECT_TRUE(broken.says("Saved up to step ")) << broken;
  EXPECT_TRUE(resumed.says("resumed after step ")) << resumed;
  EXPECT_TRUE(same_bytes(folder() / "bad/last.safetensors", folder() / "all/last.safetensors"));
}

TEST_F(EndToEnd, ResumingWithAChangedConfigSaysWhatChanged) {
  ASSERT_EQ(run_program(folder(), "train tiny.json --out c --set train.epochs=1").exit_code, 0);
  const Ended resumed = run_program(
      folder(), "train tiny.json --out c --resume --set train.clip_norm=5 --set data.workers=1");
  EXPECT_EQ(resumed.exit_code, 0) << resumed;
  EXPECT_TRUE(resumed.says("so its result may, too: train.clip_norm: 10.0 -> 5.0")) << resumed;
  EXPECT_TRUE(resumed.says("the result won't: data.workers: 2 -> 1")) << resumed;
  const std::string log = read_file(folder() / "c/log.txt");
  EXPECT_NE(log.find("data.train"), std::string::npos) << log;  // from before the log was opened
  EXPECT_NE(log.find("train.clip_norm"), std::string::npos) << log;
}

TEST_F(EndToEnd, ResumeNeverStartsAnewOverModels) {
  fs::create_directories(folder() / "models");
  write_text(folder() / "models/best.safetensors", "somebody's work");
  const Ended resumed = run_program(folder(), "train tiny.json --out models --resume");
  EXPECT_EQ(resumed.exit_code, 2) << resumed;
  EXPECT_TRUE(resumed.says("no last.ckpt")) << resumed;
  EXPECT_EQ(read_file(folder() / "models/best.safetensors"), "somebody's work");
}

TEST_F(EndToEnd, AFullDiskWhileSavingLeavesTheCheckpointBefore) {
  ASSERT_EQ(run_program(folder(), "train tiny.json --out disk --set train.epochs=1").exit_code, 0);
  const std::string checkpoint = read_file(folder() / "disk/last.ckpt");
  // The same run, now of two epochs, where no file may grow beyond 100 kB.
  const Ended full = run_program(
      folder(), "train tiny.json --out disk --resume --set train.epochs=2", "ulimit -f 200;");
  EXPECT_EQ(full.exit_code, 2) << full;
  EXPECT_TRUE(full.says("File too large")) << full;
  EXPECT_TRUE(read_file(folder() / "disk/last.ckpt") == checkpoint);
}

TEST_F(EndToEnd, AModelOfAnotherArchitectureIsRefused) {
  ASSERT_EQ(run_program(folder(), "train tiny.json --out a --set train.epochs=1").exit_code, 0);
  const Ended other =
      run_program(folder(),
                  "train tiny.json --out b --set model.backbone.weights=a/last.safetensors "
                  "--set model.backbone.name=resnet34");
  EXPECT_EQ(other.exit_code, 2) << other;
  EXPECT_TRUE(other.says("a/last.safetensors")) << other;
  EXPECT_FALSE(fs::exists(folder() / "b"));
}

TEST_F(EndToEnd, DumpedConfigIsTheResolvedConfig) {
  const Ended dump = run_program(folder(), "train tiny.json --dump-config --set seed=5");
  ASSERT_EQ(dump.exit_code, 0) << dump;
  const auto config = nlohmann::json::parse(dump.out);
  EXPECT_EQ(config["seed"], 5);
  EXPECT_EQ(config["name"], "tiny");
}

}  // namespace
}  // namespace rn
