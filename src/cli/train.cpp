#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/run_folder.h"
#include "cli/train_run.h"
#include "config/load.h"
#include "core/config_io.h"

namespace rn {
namespace {

struct TrainArguments {
  std::string config;
  std::vector<std::string> overrides;
  std::string out;
  bool resume = false;
  bool dump_config = false;
  bool help_config = false;
};

int run_train(const TrainArguments& arguments) {
  AppConfig config = load_config(arguments.config, arguments.overrides);
  if (arguments.dump_config) {
    fmt::print("{}", dump_config(config));
    return kExitDone;
  }
  if (arguments.help_config) {
    fmt::print("{}", explain_config(config));
    return kExitDone;
  }
  RunPlace place = choose_run_folder(config.name, arguments.out, arguments.resume);
  if (arguments.resume && !place.resume) {
    fmt::print(stderr,
               "warning: --resume: no checkpoint in {}: the run starts from its beginning\n",
               arguments.out.empty() ? fmt::format("any runs/{}*", config.name) : arguments.out);
  }
  return run_training(std::move(config), std::move(place));
}

}  // namespace

void add_train_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(kTrainCommand.name, kTrainCommand.description);
  auto arguments = std::make_shared<TrainArguments>();
  add_config_options(*command, arguments->config, arguments->overrides, "train.epochs=30");
  command->add_option("--out", arguments->out,
                      "folder of the run; default runs/NAME, runs/NAME-2, ...");
  command->add_flag("--resume", arguments->resume, "go on from the folder's last checkpoint");
  command->add_flag("--dump-config", arguments->dump_config, "print the resolved config and end");
  command->add_flag("--help-config", arguments->help_config,
                    "print every config key with its value, range and meaning, and end");
  command->final_callback([arguments, &exit_code] { exit_code = run_train(*arguments); });
}

}  // namespace rn
