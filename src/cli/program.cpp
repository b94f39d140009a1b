#include "cli/program.h"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <opencv2/core.hpp>

#include "cli/commands.h"
#include "cli/version.h"
#include "core/allocation.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/text.h"
#include "data/image.h"
#include "report/terminal.h"

namespace rn {
namespace {

constexpr const char* kOutOfMemory =
    "out of memory; try a smaller batch size, smaller pictures (data.short_side) or fewer workers";

/// LibTorch has no type of its own for it on the CPU.
bool is_out_of_memory(const std::string& text) {
  return text.find("out of memory") != std::string::npos ||
         text.find("not enough memory") != std::string::npos ||
         text.find("can't allocate memory") != std::string::npos;
}

int report_user_error(const std::string& text) {
  const bool colour = colour_wanted(STDERR_FILENO);
  fmt::print(stderr, "{}error:{} {}\n", colour ? "\033[1;31m" : "", colour ? "\033[0m" : "", text);
  return kExitUserError;
}

int report_bug(const std::string& text) {
  fmt::print(
      stderr,
      "internal error: {}\nThis is a bug in retinanet {}: please report it with the command and "
      "this text.\n",
      text, kVersion);
  return kExitInternal;
}

/// CLI11 would say no more than that a subcommand is required.
void check_command(const CLI::App& program, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* command : program.get_subcommands({})) known.push_back(command->get_name());
  if (word.starts_with("-") || std::find(known.begin(), known.end(), word) != known.end()) return;
  const std::string near = nearest_name(word, known);
  fail("unknown command \"{}\"{}; known: {}. Run with --help for what they do.", word,
       near.empty() ? "" : fmt::format(", did you mean \"{}\"?", near), join(known));
}

int run(int argc, char** argv) {
  CLI::App program{
      "retinanet trains, evaluates and runs RetinaNet object detectors on COCO-format data.",
      "retinanet"};
  program.set_version_flag("--version", version_line());
  program.require_subcommand(1);
  int exit_code = kExitDone;
  add_train_command(program, exit_code);
  add_eval_command(program, exit_code);
  add_predict_command(program, exit_code);
  add_import_command(program, exit_code);
  add_export_command(program, exit_code);
  add_data_command(program, exit_code);
  add_doctor_command(program, exit_code);
  if (argc > 1) check_command(program, argv[1]);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return program.exit(e);
  } catch (const CLI::ParseError& e) {
    const bool is_train = argc > 1 && std::string_view(argv[1]) == "train";
    return report_user_error(
        fmt::format("{}\nRun with --help for the options{}.", e.what(),
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
  try {
    keep_freed_memory();
    use_all_cores();
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error to report, not a way to die
    use_opencv_quietly();
    return run(argc, argv);
  } catch (const Error& e) {
    return report_user_error(e.what());
  } catch (const std::bad_alloc&) {
    return report_user_error(kOutOfMemory);
  } catch (const std::filesystem::filesystem_error& e) {
    return report_user_error(e.what());
  } catch (const c10::Error& e) {
    const std::string text = e.what_without_backtrace();
    return is_out_of_memory(text) ? report_user_error(kOutOfMemory) : report_bug(text);
  } catch (const cv::Exception& e) {
    return e.code == cv::Error::StsNoMem ? report_user_error(kOutOfMemory) : report_bug(e.what());
  } catch (const std::exception& e) {
    return report_bug(e.what());
  }
}

}  // namespace rn
