#include "convert/class_list.h"

#include "convert/convert_case.h"

namespace rn::testing {
namespace {
using ::testing::HasSubstr;
using Categories = std::vector<Category>;

class ReadClassList : public ConvertTest {
 protected:
  Categories read(const std::string& name, const std::string& text) {
    write(name, text);
    return read_class_list(folder_ / name).categories;
  }
  std::string fault(const std::string& name, const std::string& text) {
    return error_of([&] { read(name, text); });
  }
  const Categories cat_and_dog_ = {{1, "cat"}, {2, "big dog"}};
};

TEST_F(ReadClassList, TakesNamesOneALine) {
  EXPECT_EQ(read("classes.txt", "cat\nbig dog"), cat_and_dog_);
  EXPECT_EQ(read("obj.names",
                 "\xEF\xBB\xBF"
                 "cat\r\nbig dog\r\n\r\n"),
            cat_and_dog_);
}

TEST_F(ReadClassList, TakesTheNamesOfYolosYamlAsAListOrAMap) {
  EXPECT_EQ(read("data.yaml", "train: ../train\nnc: 2\nnames: ['cat', \"big dog\"]\n"),
            cat_and_dog_);
  EXPECT_EQ(read("data.yaml", "names:\n  - cat  # small\n  - big dog\n"), cat_and_dog_);
  EXPECT_EQ(read("data.yml", "names:\n  1: big dog\n  0: cat\n"), cat_and_dog_);
}

TEST_F(ReadClassList, TakesKerasRetinanetsRows) {
  EXPECT_EQ(read("classes.csv", "big dog,1\ncat,0\n"), cat_and_dog_);
}

TEST_F(ReadClassList, TakesACocoFilesCategoriesWithTheirIds) {
  EXPECT_EQ(read("coco.json", R"({"images": [], "annotations": [],
                 "categories": [{"id": 90, "name": "big dog"}, {"id": 17, "name": "cat"}]})"),
            (Categories{{17, "cat"}, {90, "big dog"}}));
}

TEST_F(ReadClassList, NamesWhatIsWrong) {
  EXPECT_EQ(fault("c.txt", "cat\n\ndog\n"),
            "c.txt: line 2: the name is empty; write one, for the classes after it count on");
  EXPECT_EQ(fault("c.txt", "cat\ndog\ncat\n"),
            "c.txt: line 3: the class \"cat\" is there twice, first at c.txt: line 1; names must "
            "differ");
  EXPECT_EQ(fault("c.txt", " \n"), "c.txt: names no class");
  EXPECT_EQ(fault("c.yaml", "nc: 3\n"),
            "c.yaml: has no list or map `names`, as YOLO's data.yaml has");
  EXPECT_EQ(fault("c.yaml", "names: {0: cat, 2: dog}\n"),
            "c.yaml: line 1: class 2 is there, but class 1 isn't; expected 0, 1, 2, ... without "
            "gaps");
  EXPECT_EQ(fault("c.yaml", "names: {a: cat}\n"), "c.yaml: line 1: \"a\" is no class index");
  EXPECT_EQ(fault("c.yaml", "names:\n- [1]\n"), "c.yaml: line 2: expected the name of a class");
  EXPECT_THAT(fault("c.yaml", "names: [cat\n"), HasSubstr("; expected YOLO's data.yaml"));
  EXPECT_EQ(fault("c.csv", "cat,0\ndog,0\n"), "c.csv: line 2: class 0 is there twice");
  EXPECT_EQ(fault("c.csv", "cat\n"), "c.csv: line 1: expected a name and its class index: name,0");
  EXPECT_THAT(fault("gone/../c.names", ""), HasSubstr("c.names: "));
}

/// yaml-cpp's aliases are references, so this stays as small as it is written.
TEST_F(ReadClassList, HostileYamlEndsInAnError) {
  std::string deep(20'000, '[');
  EXPECT_THAT(fault("deep.yaml", deep), HasSubstr("deep.yaml: line "));
  EXPECT_THAT(
      fault("laughs.yaml", "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nnames: *c\n"),
      HasSubstr("expected the name of a class"));
}

TEST_F(ReadClassList, YamlsNullIsNoName) {
  EXPECT_EQ(fault("c.yaml", "names:\n  0: cat\n  1:\n"),
            "c.yaml: line 3: expected the name of a class");
  EXPECT_EQ(fault("c.yaml", "names:\n- cat\n- ~\n"),
            "c.yaml: line 3: expected the name of a class");
}

TEST_F(ReadClassList, OfLabelsWithKeyPointsIsRefused) {
  EXPECT_THAT(fault("c.yaml", "kpt_shape: [17, 3]\nnames: [cat]\n"), HasSubstr("has kpt_shape"));
}

TEST_F(ReadClassList, BlanksAroundNamesAreNoPartOfThem) {
  EXPECT_EQ(read("classes.csv", "\" big dog\",1\ncat ,0\n"), cat_and_dog_);
}

}  // namespace
}  // namespace rn::testing
