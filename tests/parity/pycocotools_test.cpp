// Random cases that pycocotools evaluates here and now: every number to the last bit.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "core/error.h"
#include "parity/coco_answers.h"
#include "parity/python.h"

namespace rn::parity {
namespace {

namespace fs = std::filesystem;

constexpr int kShown = 5;  // failures, before the test gives up

/// RN_COCO_CASES asks for more, or fewer, than the usual number.
int64_t number_of_cases() {
  const char* asked = std::getenv("RN_COCO_CASES");
  return asked == nullptr ? 500 : std::stoll(asked);
}

constexpr size_t kLarge = 10'000;  // detections: they are evaluated in blocks of images

EvaluationResult evaluate_answer(const CocoAnswer& answer, int threads, int& large) {
  const CocoGroundTruth ground_truth(read_coco_file(answer.annotations));
  EvalOptions options = answer.options();
  options.threads = threads;
  const std::vector<CocoResult> detections = read_coco_results(answer.results);
  large += detections.size() >= kLarge;
  return evaluate(ground_truth, detections, options);
}

/// What is wrong with our answer, or an empty text.
/// @param large is counted up where there are many detections
std::string judge(const CocoAnswer& answer, int threads, int& large) {
  try {
    const EvaluationResult result = evaluate_answer(answer, threads, large);
    if (answer.raised()) return fmt::format("no error, expected {}", answer.json["error"].dump());
    return differences(result, answer);
  } catch (const Error& error) {
    return answer.raised() ? "" : fmt::format("unexpected error: {}", error.what());
  }
}

TEST(Pycocotools, RandomCasesAreEqualToTheLastBitAndFailWhereItRaises) {
  const std::string python = python_with("pycocotools.cocoeval");
  if (python.empty()) {
    GTEST_SKIP() << "no Python here can import pycocotools; tools/peers.sh test makes one that can";
  }
  const int64_t cases = number_of_cases();
  const fs::path folder = own_folder("pycocotools");
  run_python(python, {std::string(RN_SOURCE_DIR) + "/tests/parity/coco_peer.py", folder.string(),
                      std::to_string(cases)});
  const CocoAnswers answers = read_answers(folder);
  std::map<std::string, int> kinds;
  int failures = 0, large = 0;
  for (const CocoAnswer& answer : answers.answers) {
    const std::string wrong = judge(answer, 1 + static_cast<int>(answer.arrays.size() % 3), large);
    ++kinds[answer.raised() ? "raised" : answer.json["options"].dump()];
    if (wrong.empty()) continue;
    ADD_FAILURE() << answer.arrays << " " << answer.json["options"] << "\n" << wrong;
    if (++failures == kShown) break;
  }
  fmt::print("[parity] {} | {} evaluations of {} random cases, {} raised | {} differ\n",
             answers.versions, answers.answers.size(), cases, kinds["raised"], failures);
  if (failures > 0) return;  // the folder stays
  fs::remove_all(folder);
  // What the test is worth: enough of each kind was there.
  EXPECT_GE(kinds["{}"], cases * 8 / 10);
  EXPECT_GE(kinds["{\"useCats\":0}"], cases / 20);
  EXPECT_GE(kinds["{\"maxDets\":[1,10,300]}"], cases / 20);
  EXPECT_GE(kinds["raised"], cases / 10);
  EXPECT_GE(large, cases / 125);  // two evaluations of each such case, of which some raise
}

}  // namespace
}  // namespace rn::parity
