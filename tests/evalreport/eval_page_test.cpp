#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "evalreport/evaluated.h"
#include "report/page_checks.h"
#include "report/parsed_xml.h"

namespace rn {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> numbered_names(int64_t number) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < number; ++i) names.push_back("class " + std::to_string(i));
  return names;
}

std::string cell_of(const std::vector<XmlElement>& elements, const std::string& row, int column) {
  for (size_t i = 0; i < elements.size(); ++i) {
    if (elements[i].name == "th" && elements[i].text == row) return elements[i + column].text;
  }
  return "no row " + row;
}

TEST(EvalPage, IsWellFormedAndNeedsNothingFromElsewhere) {
  check_page(eval_page(evaluated_mixture({"cat", "dog", "bird"}, 30).input()));
}

TEST(EvalPage, ShowsTheTwelveNumbersInPerCent) {
  const Evaluated evaluated = evaluated_mixture({"cat", "dog", "bird"}, 30);
  const auto elements = parse_xml(eval_page(evaluated.input()));
  for (size_t i = 0; i < 12; ++i) {
    const double value = evaluated.result.stats.values[i];
    EXPECT_EQ(cell_of(elements, CocoStats::kNames[i], 1),
              value < 0 ? "–" : fmt::format("{:.1f}", 100 * value));
  }
}

TEST(EvalPage, HasALinkToEachSectionAndThatSection) {
  const auto elements = parse_xml(eval_page(evaluated_mixture({"cat", "dog"}, 20).input()));
  std::vector<std::string> ids;
  for (const XmlElement& section : find_all(elements, "section")) {
    ids.push_back("#" + section.attribute("id"));
  }
  EXPECT_THAT(
      ids, testing::ElementsAre("#numbers", "#classes", "#precision-recall", "#scores",
                                "#confusion", "#tide", "#calibration", "#breakdown", "#mistakes"));
  for (const XmlElement& link : find_all(elements, "a")) {
    EXPECT_THAT(ids, testing::Contains(link.attribute("href")));
  }
}

TEST(EvalPage, TextsFromFilesStayTexts) {
  const std::vector<std::string> names = {"<script>alert(1)</script>",
                                          "\"quoted\" & 'so' ]]>",
                                          "a name that goes on and on, far beyond any column",
                                          "שלום",
                                          "x\xE2\x80\xAEliame",  // U+202E turns the text around
                                          "\xff\x01",
                                          ""};
  const Evaluated evaluated = evaluated_mixture(names, 40);
  EvalReportInput input = evaluated.input();
  input.detections_name = "<img src=x onerror=alert(1)>.json";
  input.annotations_name = "</title></style><script>";
  input.date = input.program = input.model_name = "&lt;&\"'";
  const std::string page = eval_page(input);
  check_page(page);
  EXPECT_TRUE(find_all(parse_xml(page), "img").empty());
  EXPECT_THAT(page, HasSubstr("<bdi>שלום</bdi>"));
  EXPECT_THAT(page, HasSubstr("class 7"));  // the one without a name
}

TEST(EvalPage, ReadsWellWithoutDetections) {
  CocoFile file = coco_file({"cat", "dog"}, 3);
  add_object(file, 1, 1, {10, 10, 20, 20});
  const std::string page = eval_page(Evaluated(file, {}).input());
  check_page(page);
  EXPECT_THAT(page, HasSubstr("There is no threshold to choose"));
  EXPECT_THAT(page, HasSubstr("There is no detection that counts."));
}

TEST(EvalPage, ReadsWellWithoutObjects) {
  const std::string page =
      eval_page(Evaluated(coco_file({"cat", "dog"}, 3), {{1, 1, {1, 1, 9, 9}, 0.9}}).input());
  check_page(page);
  EXPECT_THAT(page, HasSubstr("no image has an object that counts"));
  EXPECT_THAT(page, HasSubstr("1 detection from a score of 0.25"));
}

TEST(EvalPage, ReadsWellWithoutAnything) { check_page(eval_page(Evaluated({}, {}).input())); }

TEST(EvalPage, ReadsWellWithOneClass) {
  check_page(eval_page(evaluated_mixture({"cat"}, 20).input()));
}

TEST(EvalPage, ReadsWellWithScoresThatAreNumbersNot) {
  CocoFile file = coco_file({"cat"}, 1);
  add_object(file, 1, 1, {10, 10, 20, 20});
  const double nan = std::nan("");
  check_page(eval_page(Evaluated(file, {{1, 1, {10, 10, 20, 20}, nan},
                                        {1, 1, {60, 60, 9, 9}, nan},
                                        {1, 1, {50, 50, INFINITY, 9}, 0.9}})
                           .input()));
}

TEST(EvalPage, ExplainsThatThereIsNoApWithoutCocosLimit) {
  CocoFile file = coco_file({"cat"}, 1);
  add_object(file, 1, 1, {10, 10, 20, 20});
  const std::vector<CocoResult> detections = {{1, 1, {10, 10, 20, 20}, 0.9}};
  const char* reason = "COCO has it with at most 100 detections";
  EXPECT_THAT(eval_page(Evaluated(file, detections).input()), Not(HasSubstr(reason)));
  EvalOptions options;
  options.max_detections = {1, 10, 50};
  const std::string page = eval_page(Evaluated(file, detections, options).input());
  check_page(page);
  EXPECT_THAT(page, HasSubstr(reason));
  EXPECT_THAT(page, HasSubstr("the limits here are 1, 10, 50"));
}

TEST(EvalPage, LeavesOutWhatComparesClassesWhereTheyAreTakenAsOne) {
  CocoFile file = coco_file({"cat", "dog"}, 1);
  add_object(file, 1, 1, {10, 10, 20, 20});
  EvalOptions options;
  options.class_agnostic = true;
  const std::string page =
      eval_page(Evaluated(file, {{1, 2, {10, 10, 20, 20}, 0.9}}, options).input());
  check_page(page);
  EXPECT_THAT(page, Not(HasSubstr("id=\"confusion\"")));
  EXPECT_THAT(page, Not(HasSubstr("id=\"tide\"")));
  EXPECT_THAT(page, HasSubstr("<dt>Classes</dt><dd>taken as one</dd>"));
}

TEST(EvalPage, AClassWithANegativeIdIsAClass) {
  CocoFile file = coco_file({""}, 1);
  file.categories[0].id = -1;
  add_object(file, 1, -1, {10, 10, 20, 20});
  const std::string page = eval_page(Evaluated(file, {{1, -1, {10, 10, 20, 20}, 0.9}}).input());
  check_page(page);
  EXPECT_THAT(page, HasSubstr("<dt>Classes</dt><dd>1</dd>"));
  EXPECT_THAT(page, HasSubstr("class -1"));
}

TEST(EvalPage, StaysSmallWithEightyClasses) {
  const std::string page = eval_page(evaluated_mixture(numbered_names(80), 600).input());
  check_page(page);
  EXPECT_LT(page.size(), 1'500'000u);
}

TEST(EvalPage, ReadsWellWithAThousandClasses) {
  const std::string page = eval_page(evaluated_mixture(numbered_names(1000), 600).input());
  check_page(page);
  EXPECT_LT(page.size(), 1'500'000u);
  EXPECT_THAT(page, HasSubstr("976 other classes"));  // of the confusion matrix: 24 are shown
}

TEST(EvalPage, IsTheSameEachTime) {
  const Evaluated evaluated = evaluated_mixture({"cat", "dog"}, 20);
  EXPECT_EQ(eval_page(evaluated.input()), eval_page(evaluated.input()));
}

}  // namespace
}  // namespace rn
