#include "infer/predict.h"

#include <torch/types.h>

#include <nlohmann/json.hpp>
#include <set>

#include "core/files.h"
#include "infer/output_names.h"
#include "infer/temp_folder.h"
#include "infer/video.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace rn {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::vector<Category> kCategories = {{3, "cat"}, {17, "dog \xff"}};

/// One dog in the middle of every picture.
std::vector<Detections> find_dog(const std::vector<cv::Mat>& pictures) {
  std::vector<Detections> found;
  for (const cv::Mat& picture : pictures) {
    const float w = static_cast<float>(picture.cols);
    const float h = static_cast<float>(picture.rows);
    found.push_back({torch::tensor({{w / 4, h / 4, w / 2, h * 3 / 4}}), torch::tensor({0.5F}),
                     torch::tensor({1}, torch::kInt64)});
  }
  return found;
}

class Predict : public TempFolder {
 protected:
  PredictSummary run(const std::vector<Input>& inputs, int64_t batch_size = 1) {
    PredictOptions options;
    options.out = folder_ / "out";
    options.batch_size = batch_size;
    options.on_progress = [this](const PredictProgress& progress) { last_ = progress; };
    return predict(find_dog, kCategories, inputs, options);
  }
  json result() const { return json::parse(read_file(folder_ / "out/detections.json")); }

  PredictProgress last_;
};

TEST_F(Predict, WritesDrawnPicturesAndJson) {
  const std::vector<Input> inputs = {
      {picture("a.jpg", 640, 480)}, {picture("b.png", 2000, 100)}, {picture("c.bmp", 800, 700)}};
  const PredictSummary summary = run(inputs, 2);
  EXPECT_EQ(summary.pictures, 3);
  EXPECT_EQ(summary.detections, 3);
  EXPECT_EQ(last_.inputs_done, 3);
  EXPECT_EQ(last_.inputs, 3);
  const json list = result();
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0]["file"], inputs[0].path.string());
  EXPECT_EQ(list[0]["width"], 640);
  EXPECT_EQ(list[0]["height"], 480);
  const json& dog = list[0]["detections"][0];
  EXPECT_EQ(dog["bbox"], (json{160, 120, 160, 240}));
  EXPECT_EQ(dog["category_id"], 17);
  EXPECT_EQ(dog["score"], 0.5);
  const cv::Mat drawn = cv::imread((folder_ / "out/a.jpg").string());
  EXPECT_EQ(drawn.size(), cv::Size(640, 480));
  EXPECT_GT(cv::norm(drawn, cv::imread(inputs[0].path.string())), 100);
  EXPECT_TRUE(fs::exists(folder_ / "out/b.png"));
  EXPECT_TRUE(fs::exists(folder_ / "out/c.png"));
}

TEST_F(Predict, SmallPicturesAreEnlargedButNotTheirBoxes) {
  run({{picture("a.png", 200, 100)}});
  EXPECT_EQ(cv::imread((folder_ / "out/a.png").string()).size(), cv::Size(600, 300));
  EXPECT_EQ(result()[0]["width"], 200);
  EXPECT_EQ(result()[0]["detections"][0]["bbox"], (json{50, 25, 50, 50}));
}

TEST_F(Predict, SameNamesGetDistinctOutputs) {
  run({{picture("x/a.jpg")}, {picture("y/a.jpg")}, {picture("y/A.png")}, {picture("z/a_2.jpg")}});
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_ / "out")) {
    names.insert(entry.path().filename().string());
  }
  EXPECT_EQ(names,
            (std::set<std::string>{"a.jpg", "a_2.jpg", "A_3.png", "a_2_2.jpg", "detections.json"}));
}

TEST_F(Predict, UnreadablePicturesAreNamedAndSkipped) {
  const PredictSummary summary =
      run({{picture("a.jpg")}, {touch("broken.jpg", "not a picture")}, {folder_ / "gone.jpg"}});
  EXPECT_EQ(summary.pictures, 1);
  ASSERT_EQ(summary.skipped.size(), 2U);
  EXPECT_NE(summary.skipped[0].reason.find("broken.jpg"), std::string::npos);
  EXPECT_NE(summary.skipped[1].reason.find("gone.jpg"), std::string::npos);
  EXPECT_EQ(result().size(), 1U);
}

TEST_F(Predict, NothingReadableIsAnErrorThatSparesTheEarlierResult) {
  run({{picture("a.jpg")}});
  const std::string before = read_file(folder_ / "out/detections.json");
  const std::string text = error_text([&] { run({{touch("broken.jpg", "no")}}); });
  EXPECT_NE(text.find("none of 1 inputs"), std::string::npos) << text;
  EXPECT_NE(text.find("broken.jpg"), std::string::npos) << text;
  EXPECT_EQ(read_file(folder_ / "out/detections.json"), before);
}

TEST_F(Predict, NothingReadableLeavesNoEmptyResult) {
  EXPECT_NE(error_text([&] { run({{touch("broken.jpg", "no")}}); }), "");
  EXPECT_FALSE(fs::exists(folder_ / "out/detections.json"));
}

TEST_F(Predict, TruthIsCountedOverThePicturesThatHaveIt) {
  // find_dog draws the box 160, 120 to 320, 360 on pictures of 640 x 480.
  const Truth truth(touch("gt.json", R"({
    "images": [{"id": 1, "file_name": "a.jpg", "width": 640, "height": 480}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 4, "bbox": [160, 120, 160, 200]},
                    {"id": 2, "image_id": 1, "category_id": 4, "bbox": [500, 300, 90, 90]}],
    "categories": [{"id": 4, "name": "dog \ufffd"}, {"id": 5, "name": "cat"}]})"),
                    {{3, "cat"}, {17, "dog \ufffd"}});
  PredictOptions options;
  options.out = folder_ / "out";
  options.truth = &truth;
  const PredictSummary summary =
      predict(find_dog, kCategories, {{picture("a.jpg", 640, 480)}, {picture("b.jpg")}}, options);
  EXPECT_EQ(summary.truth.pictures, 1);
  ASSERT_EQ(summary.truth.unknown.size(), 1U);
  EXPECT_NE(summary.truth.unknown[0].find("b.jpg: no record in gt.json"), std::string::npos);
  EXPECT_EQ(summary.truth.right, 1);
  EXPECT_EQ(summary.truth.wrong, 0);
  EXPECT_EQ(summary.truth.missed, 1);
  EXPECT_GT(cv::imread((folder_ / "out/a.jpg").string()).cols, 1280);  // two panels
}

TEST_F(Predict, EarlierDrawingsAreCounted) {
  const std::vector<Input> inputs = {{picture("a.jpg")}, {picture("b.png")}};
  EXPECT_EQ(count_existing(plan_outputs(inputs, folder_ / "out")), 0);
  run({inputs[0]});
  EXPECT_EQ(count_existing(plan_outputs(inputs, folder_ / "out")), 1);
}

TEST_F(Predict, NeverOverwritesAnInput) {
  const fs::path path = picture("out/a.jpg");
  const std::string before = read_file(path);
  const std::string text = error_text([&] { run({{path}}); });
  EXPECT_NE(text.find("would overwrite the input"), std::string::npos) << text;
  EXPECT_NE(text.find("--out"), std::string::npos) << text;
  EXPECT_EQ(read_file(path), before);
}

TEST_F(Predict, NeverOverwritesAStrangersFile) {
  const fs::path stranger = picture("out/a.jpg");
  const fs::path input = picture("in/a.jpg");
  const std::string text = error_text([&] { run({{input}}); });
  EXPECT_NE(text.find(stranger.string()), std::string::npos) << text;
  fs::remove(stranger);
  run({{input}});
  run({{input}});  // what an earlier run wrote may be replaced
}

TEST_F(Predict, RunsOverVideos) {
  const cv::Size size(96, 64);
  VideoWriter writer(folder_ / "clip", 12.5, size);
  for (int i = 0; i < 7; ++i) writer.write(cv::Mat(size, CV_8UC3, cv::Scalar(i * 30, 90, 40)));
  const fs::path clip = writer.close();
  const PredictSummary summary = run({{clip, InputKind::kVideo}}, 3);
  EXPECT_EQ(summary.videos, 1);
  EXPECT_EQ(summary.frames, 7);
  EXPECT_EQ(last_.frame, 7);
  const json list = result();
  ASSERT_EQ(list.size(), 7U);
  EXPECT_EQ(list[6]["frame"], 6);
  EXPECT_EQ(list[6]["width"], 96);
  VideoReader reader(folder_ / "out" / clip.filename());
  EXPECT_NEAR(reader.frames_per_second(), 12.5, 0.01);
  cv::Mat frame;
  int frames = 0;
  while (reader.read(frame)) ++frames;
  EXPECT_EQ(frames, 7);
  EXPECT_EQ(frame.size(), size);
}

TEST_F(Predict, BrokenVideoIsNamed) {
#ifdef __SANITIZE_ADDRESS__
  // OpenCV's video readers list the cameras by a plugin that leaks and is closed again: no
  // suppression can name it.
  const __lsan::ScopedDisabler no_leaks;
#endif
  const std::string text = error_text([&] {
    run({{touch("clip.mp4", "not a video"), InputKind::kVideo}});
  });
  EXPECT_NE(text.find("clip.mp4: not a video"), std::string::npos) << text;
}

TEST_F(Predict, WriterThatGoesAwayLeavesNothing) {
  {
    VideoWriter writer(folder_ / "clip", 10, {64, 64});
    writer.write(cv::Mat::zeros(64, 64, CV_8UC3));
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(Predict, VideoThatCannotBeWrittenIsNamed) {
  const std::string text = error_text([&] { VideoWriter(folder_ / "no/clip", 10, {64, 64}); });
  EXPECT_NE(text.find("no/clip"), std::string::npos) << text;
}

}  // namespace
}  // namespace rn
