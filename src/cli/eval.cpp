#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/datasets.h"
#include "cli/device.h"
#include "cli/output_file.h"
#include "cli/validation.h"
#include "core/error.h"
#include "core/files.h"
#include "eval/report_text.h"
#include "report/progress_bar.h"
#include "report/screen.h"

namespace rn {
namespace {

struct EvalArguments {
  std::string model;
  std::string images;
  std::string annotations;
  std::string detections;
  std::string json;
  std::string device = "auto";
  std::string precision = "fp32";
  int64_t batch_size = 1;
  int64_t workers = 2;
  EvalOptions options;
};

void write_output(const std::string& path, const std::string& content) {
  write_file_atomically(path, content);
  fmt::print(stderr, "Written: {}\n", path);
}

/// pycocotools' job: two files, no model, no pictures.
EvaluationResult evaluate_files(const EvalArguments& arguments) {
  const int threads = arguments.options.threads;
  const CocoGroundTruth ground_truth(read_coco_file(arguments.annotations, threads),
                                     arguments.annotations);
  return evaluate(ground_truth, read_coco_results(arguments.detections, threads),
                  arguments.options);
}

EvaluationResult evaluate_model(const EvalArguments& arguments) {
  const torch::Device device = resolve_device(arguments.device);
  const Precision precision = parse_precision(arguments.precision);
  Detector detector = Detector::load(arguments.model, device, precision);
  Screen screen(stderr_screen());
  DataConfig data;
  static_cast<PreprocessConfig&>(data) = detector.config().preprocess;
  data.workers = arguments.workers;
  const auto dataset = load_and_show({arguments.images, arguments.annotations}, {}, "data", screen);
  check_same_categories(detector.categories(), arguments.model, dataset->categories(),
                        dataset->source());
  const Validator validator(dataset, data, arguments.batch_size);
  ProgressBar bar(screen, "evaluate", validator.images());
  Validator::Outcome outcome =
      validator.run(detector, arguments.options, [&](int64_t done) { bar.update(done); });
  bar.finish();
  if (!arguments.detections.empty()) {
    write_output(arguments.detections, results_json(outcome.detections));
  }
  return std::move(outcome.result);
}

void check_arguments(const EvalArguments& arguments) {
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

int run_eval(const EvalArguments& arguments) {
  check_arguments(arguments);
  const EvaluationResult result =
      arguments.model.empty() ? evaluate_files(arguments) : evaluate_model(arguments);
  fmt::print("{}\n{}", summary_text(result), category_table(result));
  if (!arguments.json.empty()) {
    write_output(arguments.json, json_text(to_json(result), 1) + "\n");
  }
  return kExitDone;
}

}  // namespace

void add_eval_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(
      "eval", "COCO's 12 numbers of a model or of a results file, as pycocotools computes them");
  auto arguments = std::make_shared<EvalArguments>();
  command->add_option("--annotations", arguments->annotations, "COCO annotation file")->required();
  CLI::Option* model =
      command->add_option("--model", arguments->model, "model file (.safetensors)");
  command->add_option("--images", arguments->images, "folder with the pictures (with --model)");
  command->add_option("--detections", arguments->detections,
                      "results file: read or, with --model, written");
  command->add_option("--json", arguments->json, "write the numbers to this file");
  command
      ->add_option("--max-detections", arguments->options.max_detections,
                   "three limits of detections for each image, default 1 10 100")
      ->expected(3);
  command->add_flag("--class-agnostic", arguments->options.class_agnostic,
                    "boxes count, classes do not");
  command->add_option("--device", arguments->device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str()
      ->needs(model);
  command->add_option("--precision", arguments->precision, "fp32, bf16 or fp16")
      ->capture_default_str()
      ->needs(model);
  command->add_option("--batch-size", arguments->batch_size, "pictures in a forward pass")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str()
      ->needs(model);
  command->add_option("--workers", arguments->workers, "threads that read pictures")
      ->check(CLI::Range(0, 256))
      ->capture_default_str()
      ->needs(model);
  command->final_callback([arguments, &exit_code] { exit_code = run_eval(*arguments); });
}

}  // namespace rn
