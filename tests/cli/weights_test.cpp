// import, export and what a training starts from.
#include <gmock/gmock.h>

#include <limits>

#include "model/safetensors.h"
#include "model/weight_file.h"
#include "tiny_run.h"

namespace rn {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

/// A model of two steps in `run/`, whose logits are the ids of the categories, as torchvision's.
class WeightCommands : public TinyRun {
 protected:
  static void SetUpTestSuite() {
    TinyRun::SetUpTestSuite();
    const Ended ended = run_program(
        folder(), "train tiny.json --out run --set train.epochs=1 --set data.labels=category_id");
    ASSERT_EQ(ended.exit_code, 0) << ended;
  }

  static void expect_error(const std::string& arguments, const std::vector<std::string>& parts) {
    const Ended ended = run_program(folder(), arguments);
    EXPECT_EQ(ended.exit_code, 2) << arguments << "\n" << ended;
    for (const std::string& part : parts) EXPECT_THAT(ended.err, HasSubstr(part)) << arguments;
    EXPECT_FALSE(ended.says("internal error")) << ended;
    EXPECT_FALSE(fs::exists(folder() / "never"));
    EXPECT_FALSE(fs::exists(folder() / "never.safetensors"));
  }
};

TEST_F(WeightCommands, ALogitForEveryIdIsTrainedAndEvaluated) {
  const StateDict weights = read_weights(folder() / "run/best.safetensors").tensors;
  // The largest of the categories' ids is 13: fourteen logits for each of nine anchors.
  EXPECT_EQ(weights.at("head.classification_head.cls_logits.bias").size(0), 14 * 9);
  const Ended eval = run_program(folder(),
                                 "eval --model run/best.safetensors --images set/val --annotations "
                                 "set/annotations/val.json");
  EXPECT_EQ(eval.exit_code, 0) << eval;
  EXPECT_THAT(eval.out, HasSubstr("Average Precision"));
}

TEST_F(WeightCommands, ExportAndImportGiveTheModelBack) {
  const Ended exported = run_program(
      folder(), "export --model run/best.safetensors --format torchvision --out it.pth");
  ASSERT_EQ(exported.exit_code, 0) << exported;
  EXPECT_THAT(exported.err, HasSubstr("torchvision rounds the anchors"));
  EXPECT_THAT(exported.out, HasSubstr("RetinaNet(backbone, 14,"));
  EXPECT_THAT(exported.out, HasSubstr("labels = {1: \"disc\", 2: \"square\","));
  EXPECT_THAT(exported.out, HasSubstr("torch.load(\"it.pth\", weights_only=True)"));
  const Ended imported = run_program(folder(),
                                     "import it.pth --config run/config.json --annotations "
                                     "set/annotations/val.json --out back.safetensors");
  ASSERT_EQ(imported.exit_code, 0) << imported;
  EXPECT_THAT(imported.err, HasSubstr("model.profile is modern"));  // it.pth is torchvision's now
  EXPECT_TRUE(same_bytes(folder() / "back.safetensors", folder() / "run/best.safetensors"));
}

TEST_F(WeightCommands, OurOwnFilesKeepTheNamesOfTheirClasses) {
  const Ended imported = run_program(
      folder(), "import run/best.safetensors --config run/config.json --out same.safetensors");
  ASSERT_EQ(imported.exit_code, 0) << imported;
  EXPECT_TRUE(same_bytes(folder() / "same.safetensors", folder() / "run/best.safetensors"));
}

TEST_F(WeightCommands, ImportSaysWhatDoesNotFit) {
  const std::string end = " --config run/config.json --out never.safetensors";
  expect_error("import gone.pth" + end, {"gone.pth"});
  expect_error("import set/val/000001.jpg" + end, {"000001.jpg", "expected a .pth"});
  expect_error("import run/best.safetensors --config gone.json --out never.safetensors",
               {"gone.json"});
  expect_error("import run/best.safetensors" + end + " --set model.backbone.name=resnet50",
               {"tensors don't fit", "the config must describe that model"});
  expect_error("import run/best.safetensors" + end + " --set model.anchors.scales=[1,2,3,4,5]",
               {"126 channels", "no multiple of the 15 anchors"});
  expect_error("import run/best.safetensors" + end +
                   " --annotations set/annotations/val.json --set data.labels=contiguous",
               {"14 class logits", "gives 6", "data.labels=contiguous"});
  expect_error("import run/best.safetensors --config run/config.json --out run/best.safetensors",
               {"would replace a file that this command reads"});
}

TEST_F(WeightCommands, OutputsNeverReplaceFilesOfARun) {
  const std::string before = read_file(folder() / "run/config.json");
  const std::string import = "import run/last.safetensors --config run/config.json --out ";
  expect_error(import + "run/best.safetensors", {"is a file of the training run in run"});
  expect_error(import + "tiny.json", {"ends in .safetensors"});
  expect_error("export --model run/best.safetensors --format torchvision --out run/config.json",
               {"is a file of the training run in run"});
  expect_error(
      "eval --annotations set/annotations/val.json --detections run/detections.json --json "
      "run/config.json",
      {"is a file of the training run in run"});
  EXPECT_EQ(read_file(folder() / "run/config.json"), before);
}

TEST_F(WeightCommands, WeightsThatAreNotFiniteOrOfAWildShapeAreRefused) {
  TensorFile file = read_safetensors(folder() / "run/best.safetensors");
  file.metadata.clear();
  file.tensors["backbone.body.conv1.weight"] =
      torch::full({64, 3, 7, 7}, std::numeric_limits<float>::quiet_NaN());
  write_safetensors(folder() / "nan.safetensors", file);
  const std::string end = " --config run/config.json --out never.safetensors";
  expect_error("import nan.safetensors" + end, {"conv1.weight holds numbers that are not finite"});
  file.tensors["head.classification_head.cls_logits.weight"] =
      torch::zeros({int64_t{9} << 40, 0, 3, 3});
  write_safetensors(folder() / "wild.safetensors", file);
  expect_error("import wild.safetensors" + end, {"cls_logits.weight: found shape"});
}

TEST_F(WeightCommands, AFileOfPyTorchAsAModelPointsToImport) {
  write_text(folder() / "a.pth", "PK");
  expect_error("predict --model a.pth set/val --out never", {"a.pth", "retinanet import"});
}

TEST_F(WeightCommands, ExportRefusesWhatTorchvisionCannotBuild) {
  const Ended imported = run_program(
      folder(), "train tiny.json --out short --set train.epochs=1 --set model.head.num_convs=5");
  ASSERT_EQ(imported.exit_code, 0) << imported;
  expect_error("export --model short/best.safetensors --format torchvision --out never",
               {"short/best.safetensors: model.head.num_convs: found 5"});
  expect_error("export --model run/best.safetensors --format tflite --out never", {"tflite"});
}

TEST_F(WeightCommands, TrainingStartsFromADetectorOfOtherClasses) {
  const std::string start =
      "train tiny.json --set train.epochs=1 --set model.weights.file=run/best.safetensors ";
  expect_error(start + "--out never", {"cls_logits.bias (found [126], expected [54])"});
  const Ended partial =
      run_program(folder(), start + "--out tuned --set model.weights.partial=true");
  ASSERT_EQ(partial.exit_code, 0) << partial;
  EXPECT_THAT(partial.err, HasSubstr("2 skipped, 2 reinitialised"));
  EXPECT_THAT(partial.err, HasSubstr("reinitialised: head.classification_head.cls_logits.bias"));
}

}  // namespace
}  // namespace rn
