#include "bench/conv_timer.h"

#include <gtest/gtest.h>

namespace rn {
namespace {

/// What the timer runs is what was recorded: the same call, down to layout, dtype and gradients.
TEST(ConvTimer, RunsTheCallThatWasRecorded) {
  ConvCall forward{false, {2, 8, 6, 5}, {4, 8, 3, 3}, {2, 2}, {1, 1}, {1, 1}, 1, true};
  forward.channels_last = true;
  forward.gradients = {false, true, true};
  ConvCall backward = forward;
  backward.backward = true;
  ConvCall grouped{false, {1, 8, 4, 4}, {8, 2, 1, 1}, {1, 1}, {0, 0}, {1, 1}, 4, false};
  grouped.dtype = torch::kBFloat16;
  ConvTimer timer(torch::kCPU);
  for (const ConvCall& call : {forward, backward, grouped, forward}) {
    const ConvRecorder recorder;
    const RunTime time = timer(call);
    EXPECT_GT(time.wall, 0.0);
    EXPECT_GT(time.processor, 0.0);
    ASSERT_EQ(recorder.calls().size(), 1) << call.text();
    EXPECT_EQ(recorder.calls().begin()->first, call) << call.text();
  }
}

}  // namespace
}  // namespace rn
