#include "front/eval_arguments.h"

#include <filesystem>

#include "core/error.h"
#include "core/run_files.h"
#include "front/commands.h"
#include "front/output_file.h"

namespace rn {
namespace {

namespace fs = std::filesystem;

void check_report_folder(const EvalArguments& arguments) {
  if (arguments.report.empty()) return;
  const fs::path folder = arguments.report;
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    fail("--report {}: is a file; expected a folder, which is made where it doesn't exist",
         arguments.report);
  }
  fs::create_directories(folder);
  for (const char* name : {"eval.html", "eval.json"}) {
    check_output("--report", (folder / name).string(),
                 {arguments.annotations, arguments.detections, arguments.compare});
  }
}

}  // namespace

CLI::App* add_eval_options(CLI::App& program, EvalArguments& arguments) {
  CLI::App* command = program.add_subcommand(kEvalCommand.name, kEvalCommand.description);
  command->add_option("--annotations", arguments.annotations, "COCO annotation file")->required();
  CLI::Option* model = command->add_option("--model", arguments.model, "model file (.safetensors)");
  command->add_option("--images", arguments.images,
                      "folder with the pictures: for --model to look at, for --report to show");
  command->add_option("--detections", arguments.detections,
                      "results file: read or, with --model, written");
  command->add_option("--json", arguments.json, "write the numbers to this file");
  command->add_option("--report", arguments.report,
                      "folder for eval.html, a page that explains the numbers, and eval.json");
  CLI::Option* compare = command->add_option("--compare", arguments.compare,
                                             "another results file: is it really better?");
  command
      ->add_option("--resamples", arguments.bootstrap.resamples,
                   "draws of images from which the intervals of --compare are made")
      ->check(CLI::Range(100, 1'000'000))
      ->capture_default_str()
      ->needs(compare);
  command
      ->add_option("--threads", arguments.options.threads,
                   "threads that evaluate; 0: one for each core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command
      ->add_option("--max-detections", arguments.options.max_detections,
                   "three limits of detections for each image, default 1 10 100")
      ->expected(3);
  command->add_flag("--class-agnostic", arguments.options.class_agnostic,
                    "boxes count, classes do not");
  command->add_option("--device", arguments.device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str()
      ->needs(model);
  command->add_option("--precision", arguments.precision, "fp32, bf16 or fp16")
      ->capture_default_str()
      ->needs(model);
  command->add_option("--batch-size", arguments.batch_size, "pictures in a forward pass")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str()
      ->needs(model);
  command->add_option("--workers", arguments.workers, "threads that read pictures")
      ->check(CLI::Range(0, 256))
      ->capture_default_str()
      ->needs(model);
  return command;
}

void check_eval_arguments(const EvalArguments& arguments) {
  if (arguments.model.empty() && arguments.detections.empty()) {
    fail("eval: give --model and --images to run a detector, or --detections with a results file");
  }
  if (!arguments.model.empty() && arguments.images.empty()) {
    fail("eval: --model needs --images, the folder with the pictures of {}", arguments.annotations);
  }
  if (arguments.model.empty() && arguments.report.empty() && !arguments.images.empty()) {
    fail(
        "eval: --images has no use without --model or --report; remove it, or name a model or a "
        "folder for the report");
  }
  if (!arguments.images.empty() && !std::filesystem::is_directory(arguments.images)) {
    fail("--images: {} is not a folder; expected the folder of the pictures that {} names",
         arguments.images, arguments.annotations);
  }
  const bool has_model = !arguments.model.empty();
  check_output("--json", arguments.json,
               {arguments.annotations, arguments.model, arguments.detections, arguments.compare});
  check_report_folder(arguments);
  if (has_model) {
    if (!arguments.json.empty() && arguments.json == arguments.detections) {
      fail("--json and --detections both name {}; name two files", arguments.json);
    }
    check_output("--detections", arguments.detections,
                 {arguments.annotations, arguments.model, arguments.compare});
  }
}

}  // namespace rn
