#include <gmock/gmock.h>

#include "core/files.h"
#include "report/parsed_xml.h"
#include "tiny_run.h"

namespace rn {
namespace {
using ::testing::HasSubstr;

class DataStats : public TinyRun {};

TEST_F(DataStats, CountsClassesAndMeasuresObjectsAsTheNetworkSeesThem) {
  // The network's input is the picture, 64 x 64.
  const std::string set = with_annotations("three.json", R"({
    "images": [{"id": 1, "file_name": "000001.jpg", "width": 64, "height": 64},
               {"id": 2, "file_name": "000002.jpg", "width": 64, "height": 64}],
    "categories": [{"id": 1, "name": "disc"}, {"id": 2, "name": "square"}],
    "annotations": [
      {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 40], "area": 400, "iscrowd": 0},
      {"id": 2, "image_id": 1, "category_id": 1, "bbox": [5, 5, 20, 20], "area": 400, "iscrowd": 0},
      {"id": 3, "image_id": 2, "category_id": 2, "bbox": [9, 9, 30, 10], "area": 300, "iscrowd": 0}]})");
  const std::string config = set.substr(set.find("--set"));
  const std::string val = " --set data.val.images=set/train --set data.val.annotations=three.json";
  const Ended ended = run_program(folder(), "data stats tiny.json --out stats " + config + val);
  ASSERT_EQ(ended.exit_code, 0) << ended;
  EXPECT_THAT(ended.out, HasSubstr("class   objects  pictures  val objects  val pictures\n"
                                   "disc          2         1            2             1\n"
                                   "square        1         1            1             1\n"));
  for (const char* row :
       {"\nwidth                                     10     10    20    20    30    30    30\n",
        "\nside of a square of the same area       17.3   17.3    20    20    20    20    20\n",
        "\nheight / width                         0.333  0.333     1     1     4     4     4\n"}) {
    EXPECT_THAT(ended.out, HasSubstr(row));
  }
  EXPECT_THAT(ended.out, HasSubstr("anchors: objects with an anchor of IoU >= "));
  const std::string page = read_file(folder() / "stats/data.html");
  EXPECT_NO_THROW(parse_xml(page));
  EXPECT_THAT(page, HasSubstr("data:image/jpeg;base64,"));
}

TEST_F(DataStats, NeverWritesIntoARun) {
  std::filesystem::create_directories(folder() / "run");
  write_text(folder() / "run/metrics.jsonl", "");
  const Ended ended = run_program(folder(), "data stats tiny.json --out run");
  EXPECT_EQ(ended.exit_code, 2) << ended;
  EXPECT_TRUE(ended.says("run: holds a training run; name another folder with --out")) << ended;
}

}  // namespace
}  // namespace rn
