#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/datasets.h"
#include "config/load.h"
#include "core/error.h"
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
  screen.print(fmt::format("{}: {} images ({} without objects), {} objects, {} crowd regions",
                           arguments.out, summary.images, summary.empty_images, summary.objects,
                           summary.crowds));
  TextTable table({"class", "objects"});
  for (const auto& [name, count] : summary.classes) table.add_row({name, std::to_string(count)});
  screen.print(table.text());
}

/// Shows all that is wrong with a set. @return the set, or nothing if it can't be trained on
std::optional<Dataset> check_dataset(const DatasetConfig& config, const DataConfig& data,
                                     const std::string& key, Screen& screen) {
  try {
    std::vector<std::string> faults;
    Dataset dataset = Dataset::inspect(config, {data.invalid_boxes, data.labels}, key, faults);
    show_dataset(dataset, key, screen);
    for (const std::string& fault : faults) screen.print("  error: " + fault);
    const std::vector<std::string> pictures = check_pictures(dataset);
    for (const std::string& problem : pictures) screen.print("  error: " + problem);
    screen.print(fmt::format("{}: {}", key,
                             faults.empty() && pictures.empty()
                                 ? fmt::format("all {} pictures can be used", dataset.size())
                                 : "can't be trained on as it is"));
    if (faults.empty() && pictures.empty()) return dataset;
  } catch (const Error& e) {
    screen.print(fmt::format("error: {}", e.what()));
  }
  return std::nullopt;
}

/// Both sets are looked at, whatever is wrong with the first.
int run_check(const std::string& file, const std::vector<std::string>& overrides) {
  const AppConfig config = load_config(file, overrides);
  Screen screen(stderr_screen());
  const auto train = check_dataset(config.data.train, config.data, "data.train", screen);
  const auto val = check_dataset(config.data.val, config.data, "data.val", screen);
  if (!train || !val) return kExitUserError;
  check_same_categories(train->categories(), train->source(), val->categories(), val->source());
  return kExitDone;
}

}  // namespace

namespace {

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

void add_check(CLI::App& data, int& exit_code) {
  CLI::App* command = data.add_subcommand(
      "check",
      "Read the annotations and decode every picture of a config's data; exit 2 if any fails");
  auto file = std::make_shared<std::string>();
  auto overrides = std::make_shared<std::vector<std::string>>();
  command->add_option("config", *file, "config file (JSON)")->required();
  command->add_option("--set", *overrides, "KEY=VALUE: override a config key")
      ->allow_extra_args(false);
  command->final_callback(
      [file, overrides, &exit_code] { exit_code = run_check(*file, *overrides); });
}

}  // namespace

void add_data_command(CLI::App& program, int& exit_code) {
  CLI::App* data = program.add_subcommand(kDataCommand.name, kDataCommand.description);
  data->require_subcommand(1);
  add_synth(*data, exit_code);
  add_check(*data, exit_code);
}

}  // namespace rn
