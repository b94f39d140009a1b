#include "evalreport/pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evalreport/evaluated.h"
#include "report/parsed_xml.h"

namespace rn::page {
namespace {

using testing::HasSubstr;
using testing::Not;

/// An image of 400 x 200 pixels that any source of pictures may be asked for.
class PictureBookTest : public testing::Test {
 protected:
  PictureBookTest() : evaluated_(coco_file({"cat"}, 2), {}), input_(evaluated_.input()) {
    input_.pictures = [this](const CocoImage& image) -> std::optional<ReportPicture> {
      ++asked_;
      if (image.id != 1) return std::nullopt;
      return ReportPicture{"Man", "image/png", {200, 400}};
    };
  }

  Evaluated evaluated_;
  EvalReportInput input_;
  int asked_ = 0;
};

TEST_F(PictureBookTest, EmbedsEachPictureOnce) {
  PictureBook book(input_);
  ASSERT_TRUE(book.can_show(1));
  EXPECT_THAT(book.whole(1, {}), HasSubstr("href=\"data:image/png;base64,TWFu\""));  // RFC 4648
  EXPECT_THAT(book.whole(1, {}), HasSubstr("<use href=\"#p1\"/>"));
  EXPECT_EQ(asked_, 1);
}

TEST_F(PictureBookTest, PicturesThatCannotBeHadAreAskedForOnce) {
  PictureBook book(input_);
  EXPECT_FALSE(book.can_show(2));
  EXPECT_FALSE(book.can_show(2));
  EXPECT_FALSE(book.can_show(77));  // no such image
  EXPECT_EQ(asked_, 1);
}

TEST_F(PictureBookTest, BoxesAreInPixelsOfTheOriginal) {
  PictureBook book(input_);
  const auto elements = parse_xml(book.whole(
      1, {{{10, 20, 30, 40}, "cat", true, true}, {{50, 60, 70, 80}, "cat 0.90", false, false}}));
  EXPECT_EQ(elements[0].attribute("viewBox"), "0 0 400 200");
  const auto object = find_all(elements, "rect", "truth");
  ASSERT_EQ(object.size(), 1u);
  EXPECT_EQ(object[0].number("x"), 10);
  EXPECT_EQ(object[0].number("height"), 40);
  const auto found = find_all(elements, "rect", "found");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].number("width"), 70);
  EXPECT_EQ(find_all(elements, "text").size(), 1u);  // the other one has its tooltip only
}

TEST_F(PictureBookTest, APartHasTheBoxesInItsMiddleAndStaysInThePicture) {
  PictureBook book(input_);
  const auto view = [&](std::array<double, 4> box) {
    return parse_xml(book.part(1, {{box, "", false, false}}))[0].attribute("viewBox");
  };
  EXPECT_EQ(view({190, 90, 40, 30}), "170 75 80 60");  // twice as large, 4 : 3
  EXPECT_EQ(view({0, 0, 40, 30}), "0 0 80 60");
  EXPECT_EQ(view({0, 0, 400, 200}), "0 0 400 200");
  EXPECT_EQ(view({198, 99, 4, 2}), "168 76 64 48");  // not smaller than that
}

TEST_F(PictureBookTest, BoxesThatAreNoneAreLeftOut) {
  PictureBook book(input_);
  const std::string svg =
      book.part(1, {{{1, 1, std::numeric_limits<double>::infinity(), 5}, "x", false, true}});
  EXPECT_TRUE(find_all(parse_xml(svg), "rect").empty());
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(EvalPagePictures, AreShownWhereThereAreSomeAndTablesElsewhere) {
  const Evaluated evaluated = evaluated_mixture({"cat", "dog"}, 12);
  EvalReportInput input = evaluated.input();
  EXPECT_TRUE(find_all(parse_xml(eval_page(input)), "image").empty());
  input.pictures = [](const CocoImage&) { return std::nullopt; };
  EXPECT_TRUE(find_all(parse_xml(eval_page(input)), "image").empty());
  input.pictures = [](const CocoImage&) { return ReportPicture{"x", "image/jpeg", {100, 100}}; };
  const auto elements = parse_xml(eval_page(input));
  EXPECT_FALSE(find_all(elements, "image").empty());
  EXPECT_FALSE(find_all(elements, "rect", "found").empty());
  EXPECT_FALSE(find_all(elements, "rect", "truth").empty());
  // Each that is shown again refers to one that is there.
  for (const XmlElement& use : find_all(elements, "use")) {
    const auto images = find_all(elements, "image");
    EXPECT_TRUE(std::any_of(images.begin(), images.end(), [&](const XmlElement& image) {
      return "#" + image.attribute("id") == use.attribute("href");
    }));
  }
}

}  // namespace
}  // namespace rn::page
