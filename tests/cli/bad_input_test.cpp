#include <regex>

#include "tiny_run.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

class BadInput : public TinyRun {
 protected:
  /// The command must end with 2 and one message with all these parts, and make no run folder.
  static void expect_error(const std::string& arguments, const std::vector<std::string>& parts,
                           const std::string& before = "") {
    const Ended ended = run_program(folder(), arguments, before);
    EXPECT_EQ(ended.exit_code, 2) << arguments << "\n" << ended;
    for (const std::string& part : parts) {
      EXPECT_TRUE(ended.says(part)) << "not said: " << part << "\n" << arguments << "\n" << ended;
    }
    EXPECT_FALSE(ended.says("internal error")) << ended;
    EXPECT_FALSE(fs::exists(folder() / "never"));
  }

  /// An annotation file with one picture that exists and these annotations.
  static std::string one_image(const std::string& annotations) {
    return R"({"images": [{"id": 1, "file_name": "000001.jpg", "width": 64, "height": 64}],
               "categories": [{"id": 1, "name": "disc"}], "annotations": [)" +
           annotations + "]}";
  }
};

TEST_F(BadInput, UnknownCommandsAndOptionsPointToTheHelp) {
  expect_error("", {"subcommand is required", "--help"});
  expect_error("trian x.json", {"unknown command \"trian\", did you mean \"train\"?", "--help"});
  expect_error("train tiny.json --epochs 3", {"--epochs", "--help"});
}

TEST_F(BadInput, MissingFilesAreNamed) {
  expect_error("train gone.json", {"gone.json"});
  expect_error("train tiny.json --out never --set data.train.annotations=gone.json",
               {"gone.json", "No such file"});
  expect_error("train tiny.json --out never --set data.train.images=gone", {"gone"});
  expect_error("predict --model gone.safetensors set/val --out never", {"gone.safetensors"});
  expect_error("eval --annotations gone.json --detections tiny.json", {"gone.json"});
}

TEST_F(BadInput, AnnotationFileThatIsCutShort) {
  const std::string text = read_file(folder() / "set/annotations/train.json");
  expect_error("train " + with_annotations("cut.json", text.substr(0, text.size() / 2)),
               {"cut.json", "byte"});
}

TEST_F(BadInput, EvalFindsOutBeforeTheWorkThatItCannotWrite) {
  const std::string data = "eval --annotations set/annotations/val.json ";
  expect_error(data + "--detections set.json --json nowhere/a.json", {"nowhere/a.json", "folder"});
  expect_error(data + "--model m.safetensors --images set/val --detections nowhere/dt.json",
               {"nowhere/dt.json"});
  expect_error(data + "--model m.safetensors --images gone", {"--images: gone is not a folder"});
  expect_error(data + "--detections set.json --device cpu", {"--device", "--model"});
  expect_error(data + "--model m.safetensors --images set/val --json a --detections a", {"both"});
  const std::string truth = read_file(folder() / "set/annotations/val.json");
  expect_error(data + "--detections set.json --json set/annotations/val.json",
               {"would replace a file that this command reads"});
  EXPECT_EQ(read_file(folder() / "set/annotations/val.json"), truth);
}

TEST_F(BadInput, ConfigThatIsNestedWithoutEndIsAnError) {
  write_text(folder() / "deep.json", std::string(100'000, '[') + std::string(100'000, ']'));
  expect_error("train deep.json", {"deep.json", "nested more than 64 deep"});
}

TEST_F(BadInput, PictureThatIsNone) {
  fs::create_directories(folder() / "text");
  write_text(folder() / "text/000001.jpg", "not a picture");
  const std::string arguments = with_annotations("one.json", one_image("")) +
                                " --set data.val.annotations=one.json --set data.val.images=";
  const Ended train =
      run_program(folder(), "train " + arguments + "set/val --set data.train.images=text");
  EXPECT_EQ(train.exit_code, 2) << train;
  EXPECT_TRUE(train.says("text/000001.jpg") && train.says("not a picture")) << train;
  fs::remove_all(folder() / "never");
  // With a fault of the annotations, too: each is named.
  write_text(folder() / "both.json", one_image(R"({"id": 7, "image_id": 99, "category_id": 1,
                                                  "bbox": [1, 2, 3, 4]},
                                                 {"id": 8, "image_id": 1, "category_id": 1,
                                                  "bbox": [1, 2, 0, 4]})"));
  const Ended check = run_program(folder(),
                                  "data check tiny.json --set data.train.images=text --set "
                                  "data.train.annotations=both.json");
  EXPECT_EQ(check.exit_code, 2) << check;
  EXPECT_TRUE(check.says("text/000001.jpg")) << check;
  EXPECT_TRUE(check.says("annotation 7: its image_id 99")) << check;
  EXPECT_TRUE(check.says("annotation 8: box width 0 must be > 0; left out of training")) << check;
}

TEST_F(BadInput, BoxWithNaNIsNamedAndDroppedOrRefused) {
  const std::string arguments =
      with_annotations("nan.json", one_image(R"({"id": 7, "image_id": 1, "category_id": 1,
                                                 "bbox": [1, 2, NaN, 4]})"));
  expect_error("train " + arguments + " --set data.invalid_boxes=refuse",
               {"nan.json", "image 1", "annotation 7"});
  const Ended check =
      run_program(folder(), "data check tiny.json --set data.train.annotations=nan.json");
  EXPECT_TRUE(check.says("annotation 7")) << check;
}

TEST_F(BadInput, DataCheckNamesEveryFaultAndTrainTheFirstFew) {
  std::string annotations;
  for (int id = 101; id <= 130; ++id) {
    annotations +=
        fmt::format(R"({}{{"id": {}, "image_id": 1, "category_id": 42, "bbox": [1, 2, 3, 4]}})",
                    id == 101 ? "" : ",", id);
  }
  const std::string arguments = with_annotations("many.json", one_image(annotations));
  expect_error("train " + arguments, {"annotation 101", "... and 20 more"});
  const Ended check =
      run_program(folder(), "data check tiny.json --set data.train.annotations=many.json");
  EXPECT_EQ(check.exit_code, 2) << check;
  for (int id = 101; id <= 130; ++id) {
    EXPECT_TRUE(check.says(fmt::format("annotation {}:", id))) << check;
  }
}

TEST_F(BadInput, FaultsOfTheAnnotationsAreNamedByTheirIds) {
  const std::string twice = R"({"images": [{"id": 5, "file_name": "000001.jpg"},
      {"id": 5, "file_name": "000002.jpg"}], "categories": [{"id": 1, "name": "a"}],
      "annotations": []})";
  expect_error("train " + with_annotations("twice.json", twice), {"twice.json", "5", "twice"});
  expect_error("train " + with_annotations("image.json", one_image(R"({"id": 7, "image_id": 99,
                                          "category_id": 1, "bbox": [1, 2, 3, 4]})")),
               {"image.json", "annotation 7", "99"});
  expect_error("train " + with_annotations("category.json", one_image(R"({"id": 7, "image_id": 1,
                                          "category_id": 42, "bbox": [1, 2, 3, 4]})")),
               {"category.json", "annotation 7", "42"});
  expect_error("train " + with_annotations("classes.json", R"({"images": [{"id": 1,
                   "file_name": "000001.jpg", "width": 64, "height": 64}], "categories": [],
                   "annotations": []})"),
               {"classes.json", "categories"});
  expect_error("train " + with_annotations("images.json", R"({"images": [], "annotations": [],
                   "categories": [{"id": 1, "name": "a"}]})"),
               {"images.json", "images"});
}

TEST_F(BadInput, OutputFolderThatCantBeWritten) {
  write_text(folder() / "file", "x");
  expect_error("train tiny.json --out file/run", {"file/run", "--out"});
  expect_error("train tiny.json --out /proc/run", {"/proc/run"});
}

TEST_F(BadInput, CudaWithoutCudaSaysWhy) {
  expect_error("train tiny.json --out never --set device=cuda:77", {"cuda:77"});
  expect_error("train tiny.json --out never --set device=gpu", {"\"gpu\"", "auto, cpu, cuda"});
  expect_error("train tiny.json --out never --set device=cpu --set precision=fp16",
               {"fp16", "bf16"});
}

TEST_F(BadInput, FilesThatAreNoModelOfThisProgram) {
  write_text(folder() / "text.safetensors", "not a model");
  expect_error("predict --model text.safetensors set/val --out never", {"text.safetensors"});
}

TEST_F(BadInput, EvalSaysWhichOptionsBelongTogether) {
  expect_error("eval --annotations set/annotations/val.json", {"--model", "--detections"});
  expect_error("eval --annotations set/annotations/val.json --model x", {"--images"});
  expect_error("eval --annotations set/annotations/val.json --detections x --images set/val",
               {"--images"});
}

}  // namespace
}  // namespace rn
