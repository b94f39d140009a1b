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
#include "front/eval_arguments.h"
#include "front/evaluation.h"
#include "front/exit_codes.h"
#include "front/parse_errors.h"
#include "front/version.h"

namespace rn {
namespace {

constexpr const char* kEngineName = "retinanet-engine";

bool is_eval(std::string_view name) { return name == kEvalCommand.name; }

std::vector<std::string> known_commands() {
  std::vector<std::string> names;
  for (const CommandName& command : kCommands) names.emplace_back(command.name);
  return names;
}

/// CLI11 would say no more than that a subcommand is required.
void check_command(const std::string& word) {
  std::vector<std::string> known = known_commands();
  if (word.starts_with("-")) known = {"-h", "--help", "--version"};
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  if (word.starts_with("-")) {
    fail("unknown option {}; before a command there are {}; a command's own options follow it",
         word, join(known));
  }
  const std::string near = nearest_name(word, known);
  fail("unknown command \"{}\"{}; known: {}. Run with --help for what they do.", word,
       near.empty() ? "" : fmt::format(", did you mean \"{}\"?", near), join(known));
}

/// Does not return.
void become_engine(char** argv) {
  std::error_code unknown;
  auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (unknown) program = argv[0];
  const auto engine = program.parent_path() / kEngineName;
  ::execv(engine.c_str(), argv);
  fail("{}: can't be run: {}; it belongs beside {}: build or copy both", engine.string(),
       std::strerror(errno), kProgramName);
}

/// `--help train`, which is `train --help`.
bool asks_for_help_on_engine(int argc, char** argv) {
  const auto known = known_commands();
  return std::any_of(argv + 1, argv + argc, [&](const char* word) {
    return !is_eval(word) && std::find(known.begin(), known.end(), word) != known.end();
  });
}

int run(int argc, char** argv) {
  CLI::App program{kProgramDescription, kProgramName};
  program.set_version_flag("--version", version_line());
  program.require_subcommand(1);
  EvalArguments eval;
  const CLI::App* eval_command = nullptr;
  for (const CommandName& command : kCommands) {
    if (is_eval(command.name)) {
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
    if (asks_for_help_on_engine(argc, argv)) become_engine(argv);
    return program.exit(e);
  } catch (const CLI::ParseError& e) {
    return report_user_error(
        fmt::format("{}\nRun with --help for the options.", parse_error_text(program, e)));
  }
  if (!eval_command->parsed() || eval.needs_engine()) become_engine(argv);
  return evaluate_files(eval);
}

}  // namespace

int run_front(int argc, char** argv) {
  return told([&] {
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error to report, not an end
    return run(argc, argv);
  });
}

}  // namespace rn
