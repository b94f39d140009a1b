#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tiny_run.h"

namespace rn {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class ModelCommand : public TinyRun {};

TEST_F(ModelCommand, TellsOfEveryPartAndTakesTheClassesOfTheData) {
  const Ended model = run_program(folder(), "model tiny.json --size 60x96 --json model.json");
  ASSERT_EQ(model.exit_code, 0) << model;
  EXPECT_EQ(model.err, "");
  for (const char* part :
       {"\nstem ", "\nlayer1 ", "\nlayer4 ", "\nP3 ", "\nP7 ", "\nclass tower ", "\nbox output ",
        "\ntotal ", "data.train.annotations", "input 64x96 (--size, padded)",
        "a training step of 2 pictures keeps about", "adamw "}) {
    EXPECT_THAT(model.out, HasSubstr(part));
  }
  const json numbers = json::parse(read_file(folder() / "model.json"));
  EXPECT_EQ(numbers["input"], (json{64, 96}));
  EXPECT_EQ(numbers["levels"][0]["cells"], (json{8, 12}));
  EXPECT_EQ(numbers["levels"][0]["anchors"], 8 * 12 * 9);
  int64_t parameters = 0;
  for (const json& stage : numbers["stages"]) parameters += stage["parameters"].get<int64_t>();
  EXPECT_EQ(numbers["parameters"], parameters);
  const auto& data = json::parse(read_file(folder() / "set/annotations/train.json"));
  EXPECT_EQ(numbers["classes"], data["categories"].size());
}

TEST_F(ModelCommand, WithoutDataSaysWhichNumberOfClassesItTakes) {
  const std::string no_data = "model tiny.json --set data.train.annotations=gone.json";
  const Ended assumed = run_program(folder(), no_data);
  ASSERT_EQ(assumed.exit_code, 0) << assumed;
  EXPECT_THAT(assumed.err, HasSubstr("gone.json is not there; taking COCO's 80 classes"));
  const Ended told = run_program(folder(), no_data + " --classes 5");
  EXPECT_THAT(told.out, HasSubstr("5 classes (--classes)"));
  EXPECT_EQ(told.err, "");
}

TEST_F(ModelCommand, DrawsAnchorsOnTheFirstValidationPictureAndSaysWhatItCannotDo) {
  const Ended drawn = run_program(folder(), "model tiny.json --out drawn");
  ASSERT_EQ(drawn.exit_code, 0) << drawn;
  EXPECT_GT(std::filesystem::file_size(folder() / "drawn/anchors.png"), 10000U);
  EXPECT_THAT(drawn.err, HasSubstr("set/val/"));
  const Ended both = run_program(folder(), "model tiny.json --out drawn --size 64x64");
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.err, HasSubstr("--size"));
  const Ended none = run_program(folder(), "model tiny.json --picture gone.png");
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("gone.png"));
  const Ended no_set = run_program(folder(),
                                   "model tiny.json --out drawn --set data.val.annotations= --set "
                                   "data.train.annotations=");
  EXPECT_EQ(no_set.exit_code, 2);
  EXPECT_THAT(no_set.err, HasSubstr("--picture"));
}

class PredictCommand : public TinyRun {
 protected:
  static void SetUpTestSuite() {
    TinyRun::SetUpTestSuite();
    const Ended train = run_program(folder(), "train tiny.json --set train.epochs=1 --out run");
    ASSERT_EQ(train.exit_code, 0) << train;
  }
  static Ended predict(const std::string& arguments) {
    return run_program(folder(), "predict --model run/last.safetensors " + arguments);
  }
};

TEST_F(PredictCommand, CountsAgainstTheTruthAndNamesPicturesWithoutIt) {
  std::filesystem::copy_file(*std::filesystem::directory_iterator(folder() / "set/train"),
                             folder() / "stranger.png");
  const Ended shown = predict(
      "set/val stranger.png --out shown --show-truth "
      "set/annotations/val.json --score-threshold 0.9");
  ASSERT_EQ(shown.exit_code, 0) << shown;
  EXPECT_THAT(shown.err, HasSubstr("note: no truth for stranger.png: no record in val.json"));
  EXPECT_THAT(shown.err, HasSubstr("truth of 3 of 4 pictures: at IoU 0.5"));
  EXPECT_THAT(shown.err, HasSubstr("0 right (TP), 0 wrong (FP)"));  // untrained: nothing so sure
  const Ended again = predict("set/val --out shown");
  EXPECT_THAT(again.err, HasSubstr("3 drawings and detections.json will be replaced"));
}

TEST_F(PredictCommand, UnreadableInputsEndItWithAnErrorWhenTheOthersAreDone) {
  write_text(folder() / "broken.jpg", "no picture");
  const Ended ended = predict("broken.jpg set/val --out partly");
  EXPECT_EQ(ended.exit_code, 2) << ended;
  EXPECT_THAT(ended.err, HasSubstr("skipped broken.jpg"));
  EXPECT_THAT(ended.err, HasSubstr("1 of 4 inputs could not be read"));
  EXPECT_EQ(json::parse(read_file(folder() / "partly/detections.json")).size(), 3U);
}

TEST_F(PredictCommand, TruthOfOtherClassesIsRefusedBeforeAnythingIsWritten) {
  write_text(folder() / "other.json",
             R"({"images": [], "annotations": [], "categories": [{"id": 1, "name": "zebra"}]})");
  const Ended ended = predict("set/val --out never --show-truth other.json");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("zebra"));
  EXPECT_FALSE(std::filesystem::exists(folder() / "never"));
}

}  // namespace
}  // namespace rn
