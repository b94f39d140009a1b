#include "coco/record_writer.h"

#include <limits>

#include "coco/coco_file_case.h"
#include "coco/same_records.h"
#include "core/files.h"

namespace rn::testing {
namespace {

class WriteCocoFile : public CocoFileTest {};

TEST_F(WriteCocoFile, ReadsBackToTheBit) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  CocoFile file;
  file.images = {{1, "a \"b\" \\ \xC3\xA4.jpg", 640, 480}, {-7, "", 0, 0}};
  file.annotations.resize(3);
  file.annotations[0] = {1, 1, 2, {{0.1, 0.2, 0.30000000000000004, 1e-320}}, 1.0 / 3, true};
  file.annotations[1] = {2, 1, 2, {{std::nan(""), kInfinity, -kInfinity, -0.0}}, 12, false};
  file.annotations[2].id = 9'007'199'254'740'993;
  file.categories = {{2, "line\nbreak"}, {90, "dog"}};
  const auto path = folder_ / "file.json";
  write_coco_file(path, file);
  EXPECT_TRUE(same(read_coco_file(path), file)) << read_file(path);
}

TEST_F(WriteCocoFile, HasARecordOnEachLine) {
  CocoFile file;
  file.images = {{1, "a.jpg", 640, 480}, {2, "b.jpg", 0, 0}};
  file.annotations = {{5, 1, 2, {{1, 2, 3.5, 4}}, 14, false}};
  file.categories = {{2, "dog"}};
  write_coco_file(folder_ / "file.json", file);
  EXPECT_EQ(
      read_file(folder_ / "file.json"),
      "{\"images\": [\n"
      "{\"id\": 1, \"file_name\": \"a.jpg\", \"width\": 640, \"height\": 480},\n"
      "{\"id\": 2, \"file_name\": \"b.jpg\"}],\n"
      "\"annotations\": [\n"
      "{\"id\": 5, \"image_id\": 1, \"category_id\": 2, \"bbox\": [1, 2, 3.5, 4], \"area\": 14, "
      "\"iscrowd\": 0}],\n"
      "\"categories\": [\n"
      "{\"id\": 2, \"name\": \"dog\"}]}\n");
}

TEST_F(WriteCocoFile, WritesASetWithoutAnything) {
  write_coco_file(folder_ / "file.json", {});
  EXPECT_TRUE(read_coco_file(folder_ / "file.json").images.empty());
}

}  // namespace
}  // namespace rn::testing
