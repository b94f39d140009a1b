#pragma once

#include <optional>
#include <string>

#include "bench/bench.h"
#include "core/json.h"

namespace rn {

/// Tables for the screen, each line with a line break: the step by phase, the picture by phase, the
/// costliest convolutions, and what follows from them.
std::string bench_text(const BenchResult& result);

/// A note, with line breaks, if a step's threads had the processor for less than three quarters of
/// its time, so that wall times say little; else empty. For a step on the CPU.
/// @param threads of LibTorch @param load of the machine before the measurement, if known
std::string waiting_note(const BenchResult& result, int threads, std::optional<double> load);

/// All numbers, milliseconds and bytes. `step.samples` and `inference.samples` have one entry for
/// each round, whose phases add up to its `total`; so do `convolutions.samples`, of which
/// `convolutions.list` says what they are the sum of.
Json bench_json(const BenchResult& result);

}  // namespace rn
