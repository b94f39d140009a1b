#include "infer/inputs.h"

#include "infer/temp_folder.h"

namespace rn {
namespace {

namespace fs = std::filesystem;

class Inputs : public TempFolder {
 protected:
  std::vector<std::string> names(const std::vector<std::string>& arguments) const {
    std::vector<std::string> found;
    for (const Input& input : expand_inputs(arguments)) {
      found.push_back(fs::relative(input.path, folder_).string());
    }
    return found;
  }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
};

using Names = std::vector<std::string>;

TEST_F(Inputs, FolderGivesItsPicturesAndVideosByName) {
  for (const char* name : {"b.PNG", "a.jpg", "notes.txt", "c.mp4", "deep/d.jpg"}) touch(name);
  EXPECT_EQ(names({folder_.string()}), (Names{"a.jpg", "b.PNG", "c.mp4"}));
}

TEST_F(Inputs, KindFollowsTheEnding) {
  touch("a.MOV");
  touch("a.jpg");
  touch("noending");
  const auto inputs = expand_inputs({at("a.MOV"), at("a.jpg"), at("noending")});
  EXPECT_EQ(inputs[0].kind, InputKind::kVideo);
  EXPECT_EQ(inputs[1].kind, InputKind::kImage);
  EXPECT_EQ(inputs[2].kind, InputKind::kImage);
}

TEST_F(Inputs, PatternGivesFilesByNameNotFolders) {
  for (const char* name : {"x2.jpg", "x1.jpg", "y.jpg", "x3.jpg/inner.jpg"}) touch(name);
  EXPECT_EQ(names({at("x*.jpg")}), (Names{"x1.jpg", "x2.jpg"}));
  EXPECT_EQ(names({at("[xy]?.jpg")}), (Names{"x1.jpg", "x2.jpg"}));
}

TEST_F(Inputs, NameWithBracketsIsAFileFirst) {
  touch("a[1].jpg");
  touch("a1.jpg");
  EXPECT_EQ(names({at("a[1].jpg")}), Names{"a[1].jpg"});
}

TEST_F(Inputs, KeepsTheOrderOfTheArgumentsAndTakesAFileOnce) {
  touch("a.jpg");
  touch("b.jpg");
  EXPECT_EQ(names({at("b.jpg"), folder_.string(), at("./a.jpg")}), (Names{"b.jpg", "a.jpg"}));
}

TEST_F(Inputs, MissingFileSuggestsTheNearestName) {
  touch("street.jpg");
  const std::string text = error_text([&] { expand_inputs({at("steret.jpg")}); });
  EXPECT_NE(text.find("steret.jpg: not found"), std::string::npos) << text;
  EXPECT_NE(text.find("Did you mean"), std::string::npos) << text;
  EXPECT_NE(text.find("street.jpg?"), std::string::npos) << text;
}

TEST_F(Inputs, MissingFolderIsNamed) {
  const std::string text = error_text([&] { expand_inputs({at("no/where.jpg")}); });
  EXPECT_NE(text.find("nor is its folder"), std::string::npos) << text;
}

TEST_F(Inputs, PatternWithoutAMatchIsAnError) {
  const std::string text = error_text([&] { expand_inputs({at("*.jpg")}); });
  EXPECT_NE(text.find("no file matches"), std::string::npos) << text;
}

TEST_F(Inputs, FolderWithoutPicturesIsAnError) {
  touch("notes.txt");
  const std::string text = error_text([&] { expand_inputs({folder_.string()}); });
  EXPECT_NE(text.find("no pictures or videos"), std::string::npos) << text;
  EXPECT_NE(text.find("1 other files"), std::string::npos) << text;
}

TEST_F(Inputs, NoArgumentIsAnError) {
  EXPECT_NE(error_text([] { expand_inputs({}); }), "");
}

}  // namespace
}  // namespace rn
