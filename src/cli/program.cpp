#include "cli/program.h"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <new>
#include <opencv2/core.hpp>

#include "cli/commands.h"
#include "core/memory.h"
#include "core/out_of_memory.h"
#include "core/parallel.h"
#include "data/image.h"
#include "front/errors.h"
#include "front/parse_errors.h"

namespace rn {
namespace {

/// Outside the steps and the detector, which name their pictures.
int report_out_of_memory(const std::string& command, const std::string& error) {
  const bool has_config = command == kTrainCommand.name || command == kBenchCommand.name;
  return report_user_error(fmt::format(
      "out of memory{}; {}end other programs, or allow this one more", asked_memory_text(error),
      has_config ? "set a smaller train.batch_size, data.short_side and data.long_side, fewer "
                   "data.workers or a smaller data.cache_mb, "
      : command == kEvalCommand.name ? "give a smaller --batch-size or fewer --workers, "
                                     : ""));
}

int run(int argc, char** argv) {
  CLI::App program{kProgramDescription, kProgramName};
  program.require_subcommand(1);
  int exit_code = kExitDone;
  add_train_command(program, exit_code);
  add_eval_command(program, exit_code);
  add_predict_command(program, exit_code);
  add_import_command(program, exit_code);
  add_export_command(program, exit_code);
  add_data_command(program, exit_code);
  add_model_command(program, exit_code);
  add_doctor_command(program, exit_code);
  add_bench_command(program, exit_code);
  add_lab_command(program, exit_code);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help
    return program.exit(e);
  } catch (const CLI::ParseError& e) {
    const bool is_train = argc > 1 && std::string_view(argv[1]) == "train";
    return report_user_error(
        fmt::format("{}\nRun with --help for the options{}.", parse_error_text(program, e),
                    is_train ? "; keys of the config are set as in --set device=cpu" : ""));
  }
  return exit_code;
}

/// LibTorch counts physical cores, and counts too few in some virtual machines.
void use_all_cores() {
  if (std::getenv("OMP_NUM_THREADS") == nullptr) at::set_num_threads(available_cores());
}

}  // namespace

int run_program(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  return told([&] {
    try {
      use_all_cores();
      std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error to report, not an end
      use_opencv_quietly();
      return run(argc, argv);
    } catch (const c10::Error& e) {
      const std::string text = e.what_without_backtrace();
      return is_out_of_memory(e) ? report_out_of_memory(command, text) : report_bug(text);
    } catch (const cv::Exception& e) {
      return e.code == cv::Error::StsNoMem ? report_out_of_memory(command, "")
                                           : report_bug(e.what());
    } catch (const std::bad_alloc&) {
      return report_out_of_memory(command, "");
    }
  });
}

}  // namespace rn
