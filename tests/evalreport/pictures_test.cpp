#include "evalreport/pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

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
    input_.pictures = [this](const CocoImage& image,
                             const PictureRequest& request) -> std::optional<ReportPicture> {
      ++calls_;
      if (image.id != 1) return std::nullopt;
      asked_ = request;
      return ReportPicture{"Man", "image/png", request.region_of({200, 400})};
    };
  }

  /// The part of the picture that was asked for last.
  ImageRegion region() const { return asked_.region_of({200, 400}); }

  Evaluated evaluated_;
  EvalReportInput input_;
  PictureRequest asked_;
  int calls_ = 0;
};

TEST_F(PictureBookTest, EmbedsWhatItIsGiven) {
  PictureBook book(input_);
  const auto elements = parse_xml(book.whole(1, {}));
  EXPECT_EQ(elements[0].attribute("viewBox"), "0 0 400 200");
  const auto images = find_all(elements, "image");
  ASSERT_EQ(images.size(), 1u);
  EXPECT_EQ(images[0].attribute("href"), "data:image/png;base64,TWFu");  // RFC 4648
  EXPECT_EQ(images[0].number("width"), 400);
  EXPECT_EQ(asked_.long_side, 640);
}

TEST_F(PictureBookTest, PicturesThatCannotBeHadAreAskedForOnce) {
  PictureBook book(input_);
  EXPECT_EQ(book.whole(2, {}), "");
  EXPECT_EQ(book.part(2, {}), "");
  EXPECT_EQ(book.whole(77, {}), "");  // no such image
  EXPECT_EQ(calls_, 1);
  EXPECT_EQ(book.asked(), 1);
  EXPECT_EQ(book.missing(), 1);
}

TEST_F(PictureBookTest, BoxesAreInPixelsOfTheOriginal) {
  PictureBook book(input_);
  const auto elements =
      parse_xml(book.whole(1, {{{10, 20, 30, 40}, "cat", "cat", {}},
                               {{50, 60, 70, 80}, "cat 0.90", "", TideError::kBkg}}));
  const auto object = find_all(elements, "rect", "truth");
  ASSERT_EQ(object.size(), 1u);
  EXPECT_EQ(object[0].number("x"), 10);
  EXPECT_EQ(object[0].number("height"), 40);
  const auto found = find_all(elements, "rect", "found");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].number("width"), 70);
  EXPECT_EQ(find_all(elements, "text").size(), 1u);  // the other one has its tooltip only
}

TEST_F(PictureBookTest, EachKindOfErrorIsDrawnInItsOwnWayAndTheKeyShowsAll) {
  PictureBook book(input_);
  std::vector<DrawnBox> boxes;
  for (int64_t i = 0; i < kTideErrorCount; ++i) {
    boxes.push_back({{10, 10, 20, 20}, "", "", static_cast<TideError>(i)});
  }
  const auto looks = [](const std::string& html) {
    std::vector<std::string> classes;
    for (const XmlElement& rect : find_all(parse_xml(html), "rect")) {
      if (rect.attribute("class") != "halo") classes.push_back(rect.attribute("class"));
    }
    return classes;
  };
  const auto drawn = looks(book.whole(1, boxes));
  EXPECT_EQ(std::set<std::string>(drawn.begin(), drawn.end()).size(), boxes.size());
  EXPECT_EQ(looks(picture_key()), drawn);
  for (const std::string_view name : kTideErrorNames) {
    EXPECT_THAT(picture_key(), HasSubstr(fmt::format("<b>{}</b>", name)));
  }
}

TEST_F(PictureBookTest, APartHasTheBoxesInItsMiddleAndStaysInThePicture) {
  PictureBook book(input_);
  const auto part = [&](std::array<double, 4> box) {
    const std::string svg = book.part(1, {{box, "", "", TideError::kBkg}});
    const ImageRegion r = region();
    EXPECT_EQ(parse_xml(svg)[0].attribute("viewBox"),
              fmt::format("{} {} {} {}", r.x, r.y, r.width, r.height));
    return r;
  };
  EXPECT_EQ(part({190, 90, 40, 30}), (ImageRegion{170, 75, 80, 60}));  // twice as large, 4 : 3
  EXPECT_EQ(part({0, 0, 40, 30}), (ImageRegion{0, 0, 80, 60}));
  EXPECT_EQ(part({0, 0, 400, 200}), (ImageRegion{0, 0, 400, 200}));
  EXPECT_EQ(part({198, 99, 4, 2}), (ImageRegion{168, 76, 64, 48}));  // not smaller than that
  EXPECT_EQ(part({380.5, 180.25, 60, 60}), (ImageRegion{240, 80, 160, 120}));
  EXPECT_EQ(asked_.long_side, 480);
}

TEST_F(PictureBookTest, BoxesThatAreNoneAreLeftOut) {
  PictureBook book(input_);
  const std::string svg = book.part(
      1, {{{1, 1, std::numeric_limits<double>::infinity(), 5}, "x", "x", TideError::kLoc}});
  EXPECT_TRUE(find_all(parse_xml(svg), "rect").empty());
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

std::optional<ReportPicture> any_picture(const CocoImage&, const PictureRequest& request) {
  return ReportPicture{"x", "image/jpeg", request.region_of({100, 100})};
}

TEST(EvalPagePictures, AreShownWhereThereAreSomeAndTablesElsewhere) {
  const Evaluated evaluated = evaluated_mixture({"cat", "dog"}, 12);
  EvalReportInput input = evaluated.input();
  EXPECT_TRUE(find_all(parse_xml(eval_page(input)), "image").empty());
  input.pictures = [](const CocoImage&, const PictureRequest&) { return std::nullopt; };
  EXPECT_TRUE(find_all(parse_xml(eval_page(input)), "image").empty());
  input.pictures = any_picture;
  const auto elements = parse_xml(eval_page(input));
  EXPECT_FALSE(find_all(elements, "image").empty());
  EXPECT_FALSE(find_all(elements, "rect", "found").empty());
  EXPECT_FALSE(find_all(elements, "rect", "truth").empty());
}

TEST(EvalPagePictures, TellTheKindsOfErrorHoweverManyBoxesThereAre) {
  for (const int64_t missed : {3, 30}) {
    CocoFile file = coco_file({"cat"}, 1);
    for (int64_t i = 0; i < missed; ++i) add_object(file, 1, 1, {3.0 * i, 50, 2, 2});
    const Evaluated evaluated(file, {{1, 1, {1, 1, 9, 9}, 0.9}});
    EvalReportInput input = evaluated.input();
    input.pictures = any_picture;
    std::multiset<std::string> labels;
    const auto elements = parse_xml(eval_page(input));
    for (const char* kind : {"truth-label", "found-label"}) {
      for (const auto& text : find_all(elements, "text", kind)) labels.insert(text.text);
    }
    // The detection is shown in the image with most errors, and as a confident mistake.
    EXPECT_EQ(labels.count("Bkg cat 0.90"), missed == 3 ? 2u : 1u);
    EXPECT_EQ(labels.count("Bkg"), missed == 3 ? 0u : 1u);
    EXPECT_EQ(labels.count(missed == 3 ? "Miss cat" : "Miss"), static_cast<size_t>(missed));
    EXPECT_FALSE(find_all(elements, "rect", "k-bkg").empty());
  }
}

}  // namespace
}  // namespace rn::page
