#include <regex>

#include "tiny_run.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

class DataCheckCommand : public TinyRun {
 protected:
  static size_t times_said(const Ended& ended, const std::string& part) {
    size_t count = 0;
    for (size_t at = ended.err.find(part); at != std::string::npos;
         at = ended.err.find(part, at + 1)) {
      ++count;
    }
    return count;
  }

  /// An annotation file of the drawn pictures with these annotations and one category.
  static std::string annotations(const std::string& list) {
    return R"({"images": [{"id": 1, "file_name": "000001.jpg", "width": 64, "height": 64},
                          {"id": 2, "file_name": "000002.jpg", "width": 64, "height": 64}],
               "categories": [{"id": 1, "name": "disc"}], "annotations": [)" +
           list + "]}";
  }

  static std::string square(int64_t id, double x, double side) {
    return fmt::format(
        R"({}{{"id": {}, "image_id": {}, "category_id": 1, "bbox": [{}, {}, {}, {}]}})",
        id == 1 ? "" : ",", id, 1 + id % 2, x, x, side, side);
  }

  /// The folder of the drawn training pictures with two that can't be read.
  static void break_two_pictures(const std::string& name) {
    fs::copy(folder() / "set/train", folder() / name);
    write_text(folder() / name / "000001.jpg", "not a picture");
    fs::remove(folder() / name / "000002.jpg");
    write_text(folder() / name / "000002.jpg", "");
  }

  static std::string weights(const std::string& run) {
    return read_file(folder() / run / "last.safetensors");
  }
};

TEST_F(DataCheckCommand, PassesASetThatIsGood) {
  const Ended check = run_program(folder(), "data check tiny.json");
  EXPECT_EQ(check.exit_code, 0) << check;
  EXPECT_TRUE(check.says("data.train: all 6 pictures can be used")) << check;
  EXPECT_TRUE(check.says("anchors: objects with an anchor of IoU >= 0.5")) << check;
  EXPECT_TRUE(check.says("data check: 0 errors")) << check;
  EXPECT_EQ(check.out, "");
}

TEST_F(DataCheckCommand, FindsEveryKindOfFaultInOneGo) {
  const fs::path pictures = folder() / "kinds";
  fs::create_directories(pictures);
  const std::string jpeg = read_file(folder() / "set/train/000001.jpg");
  write_text(pictures / "a.jpg", jpeg);
  write_text(pictures / "b.jpg", jpeg);
  write_text(pictures / "cut.jpg", jpeg.substr(0, jpeg.size() / 2));
  write_text(folder() / "kinds.json", R"({
      "images": [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 64},
                 {"id": 2, "file_name": "b.jpg", "width": 64, "height": 64},
                 {"id": 3, "file_name": "cut.jpg", "width": 64, "height": 64},
                 {"id": 4, "file_name": "gone.jpg", "width": 64, "height": 64},
                 {"id": 5, "file_name": "a.jpg", "width": 64, "height": 32}],
      "categories": [{"id": 3, "name": "disc"}, {"id": 90, "name": "Disc"}],
      "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [10, 10, 20, 20]},
                      {"id": 2, "image_id": 1, "category_id": 3, "bbox": [10, 10, 20, 20]},
                      {"id": 3, "image_id": 2, "category_id": 3, "bbox": [50, 50, 30, 10]},
                      {"id": 4, "image_id": 2, "category_id": 3, "bbox": [5, 5, 0, 10]},
                      {"id": 5, "image_id": 2, "category_id": 3, "bbox": [99, 5, 5, 10]},
                      {"id": 6, "image_id": 2, "category_id": 8, "bbox": [9, 5, 5, 10]},
                      {"id": 7, "image_id": 8, "category_id": 3, "bbox": [9, 5, 5, 10]}]})");
  write_text(folder() / "kinds_val.json", R"({
      "images": [{"id": 1, "file_name": "b.jpg", "width": 64, "height": 64}],
      "categories": [{"id": 3, "name": "disc"}, {"id": 90, "name": "Disc"}], "annotations": []})");
  const std::string command =
      "data check tiny.json --set data.train.images=kinds --set data.val.images=kinds --set "
      "data.train.annotations=kinds.json --set data.val.annotations=kinds_val.json";
  const Ended check = run_program(folder(), command);
  EXPECT_EQ(check.exit_code, 2) << check;
  for (const char* part : {"error: missing pictures: 1",
                           "image 4: no file kinds/gone.jpg",
                           "error: annotations of unknown categories: 1",
                           "annotation 6: its category_id 8",
                           "error: annotations of unknown images: 1",
                           "annotation 7: its image_id 8",
                           "error: pictures that can't be used: 2",
                           "kinds/cut.jpg: the JPEG is cut short",
                           "64x64 pixels, but the annotation file says 64x32",
                           "warning: boxes that can't be a target: 2",
                           "annotation 4: box width 0",
                           "annotation 5: bbox [99, 5, 5, 10] lies outside",
                           "warning: boxes partly outside their picture: 1",
                           "annotation 3: bbox [50, 50, 30, 10]",
                           "warning: boxes that occur twice: 1",
                           "annotation 2: has the class and the bbox",
                           "warning: categories of the same name: 1",
                           "warning: categories without objects: 1",
                           "note: the 2 category ids go from 3 to 90 with gaps",
                           "warning: sets without a single object: 1",
                           "kinds_val.json has no objects",
                           "warning: pictures that occur twice in a set: 1",
                           "the files are the same",
                           "warning: pictures of data.val that are in data.train, too",
                           "data check: 5 errors"}) {
    EXPECT_TRUE(check.says(part)) << "not said: " << part << "\n" << check;
  }
  EXPECT_EQ(run_program(folder(), command + " --set data.workers=4").err, check.err);
}

TEST_F(DataCheckCommand, NamesAFewWarningsOfAKindOrAll) {
  std::string list;
  for (int64_t id = 1; id <= 16; ++id) list += square(id, 10, 20);
  write_text(folder() / "twice.json", annotations(list));
  const std::string command =
      "data check tiny.json --set data.train.annotations=twice.json --set "
      "data.val.annotations=twice.json --set data.val.images=set/train";
  const Ended few = run_program(folder(), command);
  EXPECT_EQ(few.exit_code, 0) << few;
  EXPECT_TRUE(few.says("boxes that occur twice: 14")) << few;
  EXPECT_TRUE(few.says("pictures of data.val that are in data.train, too: its AP is flattered: 2"));
  EXPECT_TRUE(few.says("... and 9 more; --all names them")) << few;
  EXPECT_EQ(times_said(few, "has the class and the bbox"), 10u) << few;
  const Ended all = run_program(folder(), command + " --all");
  EXPECT_EQ(times_said(all, "has the class and the bbox"), 28u) << all;
}

TEST_F(DataCheckCommand, ProposesAnchorsThatReachWhatItSays) {
  std::string list;
  for (int64_t id = 1; id <= 40; ++id) list += square(id, 2.5 + static_cast<double>(id), 10);
  write_text(folder() / "tiny_objects.json", annotations(list));
  write_text(folder() / "before.json", R"({"base": "tiny.json", "data": {
      "train": {"annotations": "tiny_objects.json"},
      "val": {"annotations": "tiny_objects.json", "images": "set/train"}}})");
  const Ended before = run_program(folder(), "data check before.json");
  EXPECT_EQ(before.exit_code, 0) << before;
  EXPECT_TRUE(before.says("warning: the")) << before;
  std::smatch row, proposal;
  // Objects, reached, proposed.
  ASSERT_TRUE(std::regex_search(before.err, row, std::regex("small +40 +([0-9.]+) % +([0-9.]+) %")))
      << before;
  EXPECT_LT(std::stod(row[1]), 10) << before;
  EXPECT_GT(std::stod(row[2]), 40) << before;
  ASSERT_TRUE(std::regex_search(before.err, proposal, std::regex("proposed: (.*\\}\\})")))
      << before;
  write_text(folder() / "after.json", R"({"base": "before.json", )" + proposal[1].str() + "}");
  const Ended after = run_program(folder(), "data check after.json");
  EXPECT_TRUE(std::regex_search(after.err, std::regex("small +40 +" + row[2].str() + " %")))
      << after << before;
}

TEST_F(DataCheckCommand, TrainingGoesOnWithoutThePicturesThatCannotBeRead) {
  break_two_pictures("broken");
  const std::string train = "train tiny.json --set data.train.images=broken";
  for (const char* workers : {"0", "4"}) {
    const std::string arguments =
        fmt::format("{0} --set data.workers={1} --out broken_{1}", train, workers);
    const Ended ended = run_program(folder(), arguments);
    EXPECT_EQ(ended.exit_code, 0) << ended;
    EXPECT_EQ(times_said(ended, "broken/000001.jpg"), 1u) << ended;  // of two epochs
    EXPECT_EQ(times_said(ended, "broken/000002.jpg"), 1u) << ended;
    EXPECT_TRUE(ended.says("is left out of training (2 of at most 10): ")) << ended;
    EXPECT_TRUE(ended.says("2 of 6 training pictures couldn't be read")) << ended;
  }
  EXPECT_EQ(weights("broken_0"), weights("broken_4"));
}

TEST_F(DataCheckCommand, TrainingEndsAtTooManyAndResumesToTheSameWeights) {
  break_two_pictures("bad");
  const std::string train = "train tiny.json --set data.train.images=bad";
  ASSERT_EQ(run_program(folder(), train + " --out all").exit_code, 0);
  const Ended ended = run_program(folder(), train + " --out few --set data.max_bad_images=1");
  EXPECT_EQ(ended.exit_code, 2) << ended;
  EXPECT_TRUE(ended.says("2 pictures can't be read, more than data.max_bad_images=1")) << ended;
  EXPECT_GE(times_said(ended, "bad/000001.jpg"), 1u) << ended;
  EXPECT_GE(times_said(ended, "bad/000002.jpg"), 1u) << ended;
  EXPECT_TRUE(ended.says("Saved up to step ")) << ended;
  const Ended resumed = run_program(folder(), train + " --out few --resume");
  EXPECT_EQ(resumed.exit_code, 0) << resumed;
  EXPECT_EQ(weights("few"), weights("all"));
}

}  // namespace
}  // namespace rn
