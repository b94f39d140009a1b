#include <gmock/gmock.h>

#include "bench/bench_report.h"

namespace rn {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A step of 100 ms, all of it forward, with 160 ms of two threads' processor time, and a picture
/// of 20 ms.
BenchRound round_of(double step_ms = 100) {
  BenchRound round;
  round.step = {0.0, step_ms / 1e3, 0.0, 0.0, 0.0};
  round.inference = {0.0, 0.02, 0.0};
  round.images = 2;
  round.conv_forward = 0.05;
  round.conv_backward = 0.2;
  round.step_processor = 0.16;
  round.conv_processor = 0.4;
  return round;
}

/// `kinds` convolutions of 2 x 8 x 8 = 128 operations, of which the k-th from 1 on takes 1 ms times
/// k, `calls` times a step.
BenchResult result_of(size_t rounds, int64_t kinds, int64_t calls = 2) {
  BenchResult result;
  result.rounds.assign(rounds, round_of());
  for (int64_t k = 1; k <= kinds; ++k) {
    const ConvCall call{false, {1, 8, 1, 1}, {8, 8, 1, 1}, {1, 1}, {0, 0}, {1, 1}, k};
    result.convolutions[call] = {calls * static_cast<int64_t>(rounds),
                                 std::vector<double>(rounds, 1e-3 * static_cast<double>(k))};
  }
  result.peak = {1e9, "3x3 convolution"};
  return result;
}

/// The first line with this in it, its blanks made single; empty if there is none.
std::string line_with(const std::string& text, const std::string& part) {
  const size_t at = text.find(part);
  if (at == std::string::npos) return "";
  const size_t begin = text.rfind('\n', at) + 1;
  std::string line;
  for (const char c : text.substr(begin, text.find('\n', at) - begin)) {
    if (c != ' ' || !line.ends_with(' ')) line += c;
  }
  return line;
}

TEST(BenchText, OneRoundHasNoRange) {
  const std::string one = bench_text(result_of(1, 1));
  EXPECT_EQ(line_with(one, "training step"), "training step ms share");
  EXPECT_EQ(line_with(one, "forward "), "forward 100.0 100.0%");
  EXPECT_EQ(line_with(one, "step / conv"), "step / convolutions 0.400; in processor time 0.400");
}

TEST(BenchText, SeveralRoundsHaveTheirRange) {
  BenchResult result = result_of(3, 1);
  result.rounds[0] = round_of(90);
  result.rounds[2] = round_of(125);
  const std::string text = bench_text(result);
  EXPECT_EQ(line_with(text, "training step"), "training step median ms share least most");
  EXPECT_EQ(line_with(text, "forward "), "forward 100.0 100.0% 90.0 125.0");
  EXPECT_EQ(line_with(text, "step / conv"),
            "step / convolutions 0.400 (0.360 to 0.500); in processor time 0.400 (0.400 to 0.400)");
}

TEST(BenchText, ColumnHasAsManyDecimalsAsItsLargestValueNeeds) {
  BenchResult result = result_of(1, 1);
  result.rounds[0].step[0] = 2e-6;
  const std::string text = bench_text(result);
  EXPECT_EQ(line_with(text, "data "), "data 0.0 0.0%");
  EXPECT_EQ(line_with(text, "network "), "network 20.00 100.0%");
  EXPECT_EQ(line_with(text, "preprocess "), "preprocess 0.00 0.0%");
}

TEST(BenchText, WhatIsNotListedOfTheConvolutionsIsSummedUp) {
  // Ten kinds take 1 to 10 ms, 55 together, twice each; the two shortest are 3 of these.
  const std::string text = bench_text(result_of(2, 10));
  EXPECT_EQ(line_with(text, "alone"),
            "convolutions alone (8 of 10 kinds) calls ms each share GFLOP/s");
  EXPECT_EQ(line_with(text, "others"), "others (2 kinds) 4 1.50 5.5% 0.0");
  EXPECT_EQ(line_with(text, "10 groups"),
            "forward 8 -> 8, 1x1, 10 groups, 1x1x1 2 10.00 18.2% 0.0");
  EXPECT_EQ(line_with(text, "2 groups"), "");
  EXPECT_THAT(bench_text(result_of(2, 9)), HasSubstr("others (1 kind) "));
  EXPECT_THAT(bench_text(result_of(2, 8)), Not(HasSubstr("\nothers")));
}

TEST(BenchText, SaysWhyTheConvolutionsMayTakeLongerThanTheStep) {
  EXPECT_THAT(bench_text(result_of(1, 1)),
              HasSubstr("a step leaves out some and computes others faster"));
}

TEST(WaitingNote, TellsThatTheThreadsHadToWait) {
  BenchResult result = result_of(3, 1);
  EXPECT_THAT(waiting_note(result, 2, 0.1), IsEmpty());  // 160 of 200 ms
  for (BenchRound& round : result.rounds) round.step_processor = 0.14;
  const std::string note = waiting_note(result, 2, 9.44);
  EXPECT_THAT(note, HasSubstr("the 2 threads had the processor for 70% of the time (load 9.4)"));
  EXPECT_THAT(note, HasSubstr("--threads 1"));
  EXPECT_THAT(note, HasSubstr("OMP_WAIT_POLICY=passive"));
}

TEST(WaitingNote, HasNoFewerThreadsToProposeThanOne) {
  BenchResult result = result_of(1, 1);
  EXPECT_THAT(waiting_note(result, 1, {}), IsEmpty());
  result.rounds[0].step_processor = 0.05;
  const std::string note = waiting_note(result, 1, {});
  EXPECT_THAT(note, HasSubstr("the thread had the processor for 50% of the time: the machine"));
  EXPECT_THAT(note, HasSubstr("trust the processor times"));
  EXPECT_THAT(note, Not(HasSubstr("--threads")));
}

}  // namespace
}  // namespace rn
