#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/lab_run.h"

namespace rn {
namespace {

void list_variants() {
  for (const LabVariant& variant : lab_variants()) {
    fmt::print("{:<18} {}{}\n", variant.name, variant.text,
               variant.same_as.empty() ? "" : fmt::format(" (the same as {})", variant.same_as));
  }
}

}  // namespace

void add_lab_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(kLabCommand.name, kLabCommand.description);
  auto arguments = std::make_shared<LabArguments>();
  auto list = std::make_shared<bool>(false);
  add_config_options(*command, arguments->config, arguments->overrides, "train.epochs=30");
  command->get_option("config")->required(false);  // --list needs none
  command->add_option("--out", arguments->out,
                      "folder of the runs, one for each variant, and of lab.html, lab.md and "
                      "lab.json; default runs/NAME-lab. What is done in it is kept");
  command
      ->add_option("--variants", arguments->variants,
                   "names of the losses to train, with commas between; default: all")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--seeds", arguments->seeds,
                   "train each loss N times, with seeds from the config's on: the table has means "
                   "and standard deviations then. What is done with one seed is kept")
      ->option_text("N [1]")
      ->check(CLI::Range(1, 1000));
  command->add_flag("--list", *list, "name the variants and end");
  command->footer(
      "Exit status: 0 if one variant at least has been trained, 2 if none has or its folder can't\n"
      "be used, 130 when stopped: the same command goes on.");
  command->final_callback([arguments, list, &exit_code] {
    exit_code = kExitDone;
    if (*list) return list_variants();
    if (arguments->config.empty()) throw CLI::RequiredError("config");
    exit_code = Lab(*arguments).run();
  });
}

}  // namespace rn
