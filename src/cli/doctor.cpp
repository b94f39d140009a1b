#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <thread>

#include "cli/commands.h"
#include "core/processor.h"
#include "core/text.h"
#include "front/version.h"

namespace rn {
namespace {

void row(const char* what, const std::string& found) { fmt::print("{:<14} {}\n", what, found); }

/// bf16 convolutions are fast only where the processor has instructions for them.
std::string bf16_text(const std::vector<std::string>& sets) {
  const bool native = std::any_of(sets.begin(), sets.end(),
                                  [](const std::string& name) { return name.ends_with("bf16"); });
  return native ? "in hardware: set precision to bf16" : "emulated: fp32 is likely faster here";
}

/// What a run's weights depend on here. Seen to change them: another number of threads, and other
/// kernels of oneDNN and LibTorch, which choose them by the processor's instructions.
void determinism_rows(int threads, bool has_cuda) {
  row("same weights", fmt::format("bit for bit with the same seed, config, data and {} thread{} on "
                                  "this machine; data.workers, kills and --resume change nothing",
                                  threads, threads == 1 ? "" : "s"));
  row("other weights",
      fmt::format(
          "with another number of threads (OMP_NUM_THREADS, or the cores that it may use), "
          "on another kind of processor, with another LibTorch{}; after a step that ran out of "
          "memory, as such batches then go on in parts",
          has_cuda ? ", on another GPU, with train.deterministic=false" : ""));
}

int run_doctor() {
  row("program", version_line());
  row("cores", std::to_string(std::thread::hardware_concurrency()));
  const int threads = at::get_num_threads();
  row("threads", std::to_string(threads) +
                     " (OMP_NUM_THREADS changes it; OMP_WAIT_POLICY=passive where others need the "
                     "cores, too)");
  const auto sets = instruction_sets();
  row("instructions", sets.empty() ? "unknown" : join(sets));
  row("oneDNN", torch::globalContext().hasMKLDNN()
                    ? "yes"
                    : "no: convolutions will be slow; use a LibTorch that has it");
  row("bf16", bf16_text(sets));
  const auto devices = torch::cuda::device_count();
  row("CUDA", devices > 0
                  ? fmt::format("{} devices", devices)
                  : "none: this LibTorch was built without it, or there is no driver; for a GPU "
                    "configure with -DCMAKE_PREFIX_PATH=<a LibTorch with CUDA>");
  determinism_rows(threads, devices > 0);
  return kExitDone;
}

}  // namespace

void add_doctor_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(kDoctorCommand.name, kDoctorCommand.description);
  command->final_callback([&exit_code] { exit_code = run_doctor(); });
}

}  // namespace rn
