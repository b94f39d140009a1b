#include <memory>

#include "cli/commands.h"
#include "core/error.h"
#include "front/output_file.h"
#include "infer/detector.h"
#include "infer/torchvision_code.h"
#include "model/model_file.h"
#include "model/state_dict.h"
#include "model/torch_writer.h"
#include "report/progress_bar.h"
#include "report/screen.h"

namespace rn {
namespace {

struct ExportArguments {
  std::string model;
  std::string format;
  std::string out;
};

int run_export(const ExportArguments& arguments) {
  Screen screen(stderr_screen());
  ProgressBar progress(screen, "export", 2, kWholeParts);
  progress.update(0);
  const LoadedModel loaded = load_model(arguments.model);
  progress.advance();
  const DetectorConfig detector =
      detector_config_from_metadata(loaded.file.metadata, arguments.model);
  TorchvisionCode code;
  try {
    code = torchvision_code(loaded.file.config, detector, loaded.file.categories, arguments.out);
  } catch (const Error& e) {
    fail("{}: {}", arguments.model, e.what());
  }
  check_output("--out", arguments.out, {arguments.model});
  write_torch_file(arguments.out, state_dict(*loaded.model));
  progress.finish();
  screen.print(fmt::format("Written: {}; the Python that loads it goes to the standard output",
                           arguments.out));
  for (const std::string& departure : code.departures) {
    screen.print("  note: detections will differ a little: " + departure);
  }
  fmt::print("{}", code.text);
  return kExitDone;
}

}  // namespace

void add_export_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(kExportCommand.name, kExportCommand.description);
  auto arguments = std::make_shared<ExportArguments>();
  command->add_option("--model", arguments->model, "model file (.safetensors)")->required();
  command
      ->add_option("--format", arguments->format,
                   "torchvision: a .pth for torchvision's RetinaNet, and the code that loads it")
      ->required()
      ->check(CLI::IsMember({"torchvision"}));
  command->add_option("--out", arguments->out, "file to write")->required();
  command->final_callback([arguments, &exit_code] { exit_code = run_export(*arguments); });
}

}  // namespace rn
