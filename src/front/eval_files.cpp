#include "front/eval_files.h"

#include <cstdio>
#include <filesystem>

#include "coco/coco_file.h"
#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "eval/report_text.h"
#include "front/commands.h"
#include "front/exit_codes.h"
#include "front/output_file.h"

namespace rn {

CLI::App* add_eval_options(CLI::App& program, EvalArguments& arguments) {
  CLI::App* command = program.add_subcommand(kEvalCommand.name, kEvalCommand.description);
  command->add_option("--annotations", arguments.annotations, "COCO annotation file")->required();
  CLI::Option* model = command->add_option("--model", arguments.model, "model file (.safetensors)");
  command->add_option("--images", arguments.images, "folder with the pictures (with --model)");
  command->add_option("--detections", arguments.detections,
                      "results file: read or, with --model, written");
  command->add_option("--json", arguments.json, "write the numbers to this file");
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
  if (arguments.model.empty() && !arguments.images.empty()) {
    fail("eval: --images has no use without --model; remove it or name a model");
  }
  if (!arguments.images.empty() && !std::filesystem::is_directory(arguments.images)) {
    fail("--images: {} is not a folder; expected the folder of the pictures that {} names",
         arguments.images, arguments.annotations);
  }
  const bool has_model = !arguments.model.empty();
  check_output("--json", arguments.json,
               {arguments.annotations, arguments.model, arguments.detections});
  if (has_model) {
    if (!arguments.json.empty() && arguments.json == arguments.detections) {
      fail("--json and --detections both name {}; name two files", arguments.json);
    }
    check_output("--detections", arguments.detections, {arguments.annotations, arguments.model});
  }
}

void write_output(const std::string& path, const std::string& content) {
  write_file_atomically(path, content);
  fmt::print(stderr, "Written: {}\n", path);
}

void show_evaluation(const EvaluationResult& result, const EvalArguments& arguments) {
  fmt::print("{}\n{}", summary_text(result), category_table(result));
  if (!arguments.json.empty()) {
    write_output(arguments.json, json_text(to_json(result), 1) + "\n");
  }
}

int eval_files(const EvalArguments& arguments) {
  check_eval_arguments(arguments);
  const CocoGroundTruth ground_truth(read_coco_file(arguments.annotations), arguments.annotations);
  show_evaluation(
      evaluate(ground_truth, read_coco_results(arguments.detections), arguments.options),
      arguments);
  return kExitDone;
}

}  // namespace rn
