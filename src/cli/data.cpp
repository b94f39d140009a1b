#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/data_check.h"
#include "cli/data_convert.h"
#include "cli/data_stats.h"
#include "core/text.h"
#include "data/synth.h"
#include "report/progress_bar.h"
#include "report/screen.h"
#include "report/text_table.h"

namespace rn {
namespace {

struct SynthArguments {
  std::string out;
  bool overwrite = false;
  SynthConfig config;
};

/// Turns every field of a config struct into an option: train_images becomes --train-images.
struct OptionAdder {
  CLI::App& command;

  template <class T>
  void operator()(const char* name, T& field, const Range& range, const char* help) const {
    std::string option = std::string("--") + name;
    std::replace(option.begin(), option.end(), '_', '-');
    command.add_option(option, field, help)
        ->check(CLI::Range(range.low, range.high))
        ->capture_default_str();
  }
};

void run_synth(const SynthArguments& arguments) {
  Screen screen(stderr_screen());
  ProgressBar bar(screen, "draw", arguments.config.train_images + arguments.config.val_images);
  const SynthSummary summary =
      write_synthetic_dataset(arguments.out, arguments.config, arguments.overwrite,
                              [&](int64_t done, int64_t) { bar.update(done); });
  bar.finish();
  screen.print(fmt::format("{}: {} ({} without objects), {}, {}", arguments.out,
                           counted(summary.images, "image"), summary.empty_images,
                           counted(summary.objects, "object"),
                           counted(summary.crowds, "crowd region")));
  TextTable table({"class", "objects"});
  for (const auto& [name, count] : summary.classes) table.add_row({name, std::to_string(count)});
  screen.print(table.text());
}

void add_synth(CLI::App& data, int& exit_code) {
  CLI::App* command = data.add_subcommand(
      "synth", "Draw the embedded data set: scenes of shapes in COCO format, train and val");
  auto arguments = std::make_shared<SynthArguments>();
  command->add_option("--out", arguments->out, "folder to write to")->required();
  command->add_flag("--overwrite", arguments->overwrite,
                    "write into a folder that holds other things");
  SynthConfig::visit(arguments->config, OptionAdder{*command});
  command->final_callback([arguments, &exit_code] {
    run_synth(*arguments);
    exit_code = kExitDone;
  });
}

void add_stats(CLI::App& data, int& exit_code) {
  CLI::App* command = data.add_subcommand(
      "stats",
      "What a config's data hold: classes, sizes, aspect ratios, how many objects the anchors "
      "reach; with --out as a page with training pictures as the network sees them");
  auto file = std::make_shared<std::string>();
  auto overrides = std::make_shared<std::vector<std::string>>();
  auto out = std::make_shared<std::string>();
  add_config_options(*command, *file, *overrides, "data.short_side=480");
  command->add_option("--out", *out, "folder for data.html");
  command->final_callback([file, overrides, out, &exit_code] {
    show_data_stats(*file, *overrides, *out);
    exit_code = kExitDone;
  });
}

void add_check(CLI::App& data, int& exit_code) {
  CLI::App* command = data.add_subcommand(
      "check",
      "Look for all that is wrong with a config's data: annotations, pictures (all are decoded), "
      "duplicates, objects that no anchor reaches; exit 2 if it can't be trained on");
  auto file = std::make_shared<std::string>();
  auto overrides = std::make_shared<std::vector<std::string>>();
  add_config_options(*command, *file, *overrides, "data.short_side=480");
  auto name_all = std::make_shared<bool>(false);
  command->add_flag("--all", *name_all, "name every warning, not only the first few of a kind");
  command->final_callback([file, overrides, name_all, &exit_code] {
    exit_code = check_data(*file, *overrides, *name_all);
  });
}

}  // namespace

void add_data_command(CLI::App& program, int& exit_code) {
  CLI::App* data = program.add_subcommand(kDataCommand.name, kDataCommand.description);
  data->require_subcommand(1);
  add_synth(*data, exit_code);
  add_check(*data, exit_code);
  add_stats(*data, exit_code);
  add_convert_command(*data, exit_code);
}

}  // namespace rn
