#include "front/front.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "core/error.h"
#include "core/text.h"
#include "front/commands.h"
#include "front/errors.h"
#include "front/eval_files.h"
#include "front/exit_codes.h"
#include "front/version.h"

namespace rn {
namespace {

constexpr const char* kEngineName = "retinanet-engine";

/// CLI11 would say no more than that a subcommand is required.
void check_command(const std::string& word) {
  std::vector<std::string> known;
  for (const CommandName& command : kCommands) known.emplace_back(command.name);
  if (word.starts_with("-") || std::find(known.begin(), known.end(), word) != known.end()) return;
  const std::string near = nearest_name(word, known);
  fail("unknown command \"{}\"{}; known: {}. Run with --help for what they do.", word,
       near.empty() ? "" : fmt::format(", did you mean \"{}\"?", near), join(known));
}

/// Does not return.
void become_engine(char** argv) {
  const auto engine = std::filesystem::read_symlink("/proc/self/exe").parent_path() / kEngineName;
  ::execv(engine.c_str(), argv);
  fail("{}: can't be run: {}; it belongs beside {}: build or copy both", engine.string(),
       std::strerror(errno), kProgramName);
}

int run(int argc, char** argv) {
  CLI::App program{kProgramDescription, kProgramName};
  program.set_version_flag("--version", version_line());
  program.require_subcommand(1);
  EvalArguments eval;
  const CLI::App* eval_command = nullptr;
  for (const CommandName& command : kCommands) {
    if (command.name == kEvalCommand.name) {
      eval_command = add_eval_options(program, eval);
    } else {
      // The engine knows the options, and the help of these.
      program.add_subcommand(command.name, command.description)->prefix_command()->set_help_flag();
    }
  }
  if (argc > 1) check_command(argv[1]);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return program.exit(e);
  } catch (const CLI::ParseError& e) {
    return report_user_error(fmt::format("{}\nRun with --help for the options.", e.what()));
  }
  if (!eval_command->parsed() || !eval.model.empty()) become_engine(argv);
  return eval_files(eval);
}

}  // namespace

int run_front(int argc, char** argv) {
  return told([&] {
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error to report, not an end
    return run(argc, argv);
  });
}

}  // namespace rn
