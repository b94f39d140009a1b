#include "front/eval_arguments.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "front/commands.h"
#include "front/output_file.h"

namespace rn {
namespace {

namespace fs = std::filesystem;

/// The files that will be written, with the options that name them.
using Outputs = std::vector<std::pair<const char*, std::string>>;

Outputs outputs_of(const EvalArguments& arguments) {
  Outputs outputs;
  if (!arguments.json.empty()) outputs.emplace_back("--json", arguments.json);
  if (!arguments.model.empty() && !arguments.detections.empty()) {
    outputs.emplace_back("--detections", arguments.detections);
  }
  if (!arguments.report.empty()) {
    for (const char* name : {"eval.html", "eval.json"}) {
      outputs.emplace_back("--report", (fs::path(arguments.report) / name).string());
    }
  }
  return outputs;
}

void make_report_folder(const EvalArguments& arguments) {
  if (!arguments.report.empty()) make_writable_folder(arguments.report, "--report");
}

/// No two are one file, none is an input, and each can be written.
void check_outputs(const EvalArguments& arguments) {
  const bool has_model = !arguments.model.empty();
  const std::vector<std::string> inputs = {arguments.annotations, arguments.model,
                                           has_model ? "" : arguments.detections,
                                           arguments.compare};
  const Outputs outputs = outputs_of(arguments);
  for (size_t i = 0; i < outputs.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (fs::weakly_canonical(outputs[i].second) != fs::weakly_canonical(outputs[j].second))
        continue;
      fail("{} and {} both write {}; name two files", outputs[j].first, outputs[i].first,
           outputs[i].second);
    }
    check_output(outputs[i].first, outputs[i].second, inputs);
  }
}

void check_inputs(const EvalArguments& arguments) {
  for (const auto& [option, path] :
       {std::pair("--annotations", arguments.annotations), {"--compare", arguments.compare}}) {
    if (!path.empty() && !fs::exists(path)) fail("{} {}: No such file", option, path);
  }
}

void add_model_options(CLI::App& command, CLI::Option* model, EvalArguments& arguments) {
  command.add_option("--device", arguments.device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str()
      ->needs(model);
  command.add_option("--precision", arguments.precision, "fp32, bf16 or fp16")
      ->capture_default_str()
      ->needs(model);
  command.add_option("--batch-size", arguments.batch_size, "pictures in a forward pass")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str()
      ->needs(model);
  command.add_option("--workers", arguments.workers, "threads that read pictures")
      ->check(CLI::Range(0, 256))
      ->capture_default_str()
      ->needs(model);
}

void refuse_empty_paths(CLI::App& command) {
  const CLI::Validator named(
      [](const std::string& value) { return value.empty() ? "is empty; name a path" : ""; }, "");
  for (const char* option : {"--json", "--report", "--compare", "--images", "--detections"}) {
    command.get_option(option)->check(named);
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
                   "threads that read the files and evaluate; 0: one for each core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command
      ->add_option("--max-detections", arguments.options.max_detections,
                   "three limits of detections for each image and class; AP is that of 100")
      ->expected(3)
      ->delimiter(',')
      ->check(CLI::NonNegativeNumber.description("three whole numbers >= 0"))
      ->capture_default_str();
  command->add_flag("--class-agnostic", arguments.options.class_agnostic,
                    "boxes count, classes do not");
  add_model_options(*command, model, arguments);
  refuse_empty_paths(*command);
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
  check_inputs(arguments);
  make_report_folder(arguments);
  check_outputs(arguments);
}

}  // namespace rn
