#include "coco/coco_file.h"
#include "tiny_run.h"

namespace rn {
namespace {

class DataConvertCommand : public TinyRun {
 protected:
  static Ended convert(const std::string& arguments) {
    return run_program(folder(), "data convert " + arguments);
  }
};

TEST_F(DataConvertCommand, GoesThroughEveryFormatAndBackToASetThatPassesTheCheck) {
  const Ended voc = convert(
      "--from coco --to voc --annotations set/annotations/train.json --images set/train --out voc");
  EXPECT_EQ(voc.exit_code, 0) << voc;
  EXPECT_TRUE(voc.says("voc: 6 pictures (0 without objects)")) << voc;
  EXPECT_TRUE(voc.says("JPEGImages")) << voc;
  const Ended yolo =
      convert("--from voc --to yolo --annotations voc/Annotations --images set/train --out yolo");
  EXPECT_EQ(yolo.exit_code, 0) << yolo;
  const Ended csv = convert(
      "--from yolo --to csv --annotations yolo/labels --images set/train --out csv/train.csv");
  EXPECT_EQ(csv.exit_code, 0) << csv;
  const Ended coco = convert(
      "--from csv --to coco --annotations csv/train.csv --images set/train --out back.json "
      "--classes set/annotations/train.json");
  EXPECT_EQ(coco.exit_code, 0) << coco;
  EXPECT_TRUE(coco.says("next: retinanet data check CONFIG.json --set data.train.images=")) << coco;
  EXPECT_EQ(coco.out, "");

  const Ended check =
      run_program(folder(), "data check tiny.json --set data.train.annotations=back.json");
  EXPECT_EQ(check.exit_code, 0) << check;
  EXPECT_TRUE(check.says("data.train: all 6 pictures can be used")) << check;

  const CocoFile drawn = read_coco_file(folder() / "set/annotations/train.json");
  const CocoFile back = read_coco_file(folder() / "back.json");
  size_t objects = 0;
  for (const CocoAnnotation& annotation : drawn.annotations) {
    if (annotation.iscrowd.value_or(false)) continue;
    ASSERT_LT(objects, back.annotations.size());
    EXPECT_EQ(back.annotations[objects].bbox, annotation.bbox) << annotation.id;
    EXPECT_EQ(back.annotations[objects].category_id, annotation.category_id) << annotation.id;
    EXPECT_EQ(back.annotations[objects].image_id, annotation.image_id) << annotation.id;
    ++objects;
  }
  EXPECT_EQ(objects, back.annotations.size());
}

TEST_F(DataConvertCommand, NamesWhatIsWrongAndWritesNothing) {
  write_text(folder() / "bad.xml", "<annotation><object><name>dog</name></object></annotation>");
  const Ended bad = convert("--from voc --to coco --annotations bad.xml --out bad.json");
  EXPECT_EQ(bad.exit_code, 2) << bad;
  EXPECT_TRUE(bad.says("error: bad.xml: object 1 (\"dog\"): has no <bndbox>")) << bad;
  EXPECT_FALSE(std::filesystem::exists(folder() / "bad.json"));

  const Ended format = convert("--from voc --to kitti --annotations bad.xml --out bad.json");
  EXPECT_EQ(format.exit_code, 2) << format;
  EXPECT_TRUE(format.says("\"kitti\" isn't a format; there are coco, voc, yolo, csv")) << format;

  write_text(folder() / "mine.json", "mine");
  const Ended mine = convert("--from voc --to coco --annotations bad.xml --out mine.json");
  EXPECT_EQ(mine.exit_code, 2) << mine;
  EXPECT_TRUE(mine.says("mine.json: is there already; name another --out, or give --overwrite"))
      << mine;
  EXPECT_EQ(read_file(folder() / "mine.json"), "mine");
}

}  // namespace
}  // namespace rn
