#include "bench/bench.h"

#include <ATen/Parallel.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "bench/bench_report.h"
#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/datasets.h"
#include "cli/device.h"
#include "cli/image_size_option.h"
#include "config/load.h"
#include "core/error.h"
#include "core/files.h"
#include "core/memory.h"
#include "core/out_of_memory.h"
#include "core/parallel.h"
#include "core/processor.h"
#include "data/collate.h"
#include "data/image.h"
#include "data/loader.h"
#include "data/noise.h"
#include "front/output_file.h"
#include "front/version.h"
#include "model/parameters.h"
#include "report/progress_bar.h"
#include "report/screen.h"
#include "train/batch_parts.h"

namespace rn {
namespace {

constexpr int64_t kDefaultObjects = 7;   // as many as a picture of COCO has
constexpr int64_t kDefaultClasses = 80;  // COCO's

struct BenchArguments {
  std::string config;
  std::vector<std::string> overrides;
  std::optional<int64_t> batch, objects, classes, threads;
  std::string size;
  std::string precision;
  int64_t steps = 5;
  int64_t warmup = 1;
  std::string json;
};

/// A whole number's range, for its help and its errors. @param why "", or what its end stands for
CLI::Validator between(int64_t low, int64_t high, const std::string& why = "") {
  const auto check = [=](const std::string& text) {
    int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    const bool is_in = error == std::errc() && stop == end && low <= value && value <= high;
    return is_in ? "" : fmt::format("found {}, expected {} to {}{}", text, low, high, why);
  };
  return CLI::Validator(check, fmt::format("{} to {}", low, high));
}

void check_arguments(const BenchArguments& arguments) {
  for (const auto& [option, given] :
       {std::pair{"--objects", arguments.objects}, {"--classes", arguments.classes}}) {
    if (given && arguments.size.empty()) {
      fail(
          "{}: is for drawn pictures, but without --size the config's data set is used; give "
          "--size too, or leave it out",
          option);
    }
  }
  check_output("--json", arguments.json, {arguments.config});
}

/// What the command line says in place of the config's file.
AppConfig bench_config(const BenchArguments& arguments) {
  AppConfig config = load_config(arguments.config, arguments.overrides);
  if (arguments.batch) config.train.batch_size = *arguments.batch;
  if (!arguments.precision.empty()) config.precision = parse_precision(arguments.precision);
  return config;
}

DetectorConfig bench_detector(const AppConfig& config) {
  return {config.data, config.predict, score_activation(config.loss.classification)};
}

/// Weights only decide what is computed, not how long it takes: the network keeps its random ones,
/// and needs no file.
RetinaNet bench_model(const AppConfig& config, int64_t num_classes) {
  torch::manual_seed(static_cast<uint64_t>(config.seed));
  return RetinaNet(config.model, num_classes);
}

/// Noise of one size, drawn once: the same batch each time.
BenchSubject drawn_subject(const AppConfig& config, const BenchArguments& arguments) {
  const ImageSize size = parse_size(arguments.size);
  const int64_t classes = arguments.classes.value_or(kDefaultClasses);
  const int64_t objects = arguments.objects.value_or(kDefaultObjects);
  std::vector<Sample> samples;
  for (int64_t i = 0; i < config.train.batch_size; ++i) {
    const Rng rng(static_cast<uint64_t>(config.seed), static_cast<uint64_t>(i));
    samples.push_back(noise_sample(size, objects, classes, rng));
  }
  std::vector<Category> categories;
  for (int64_t i = 0; i < classes; ++i) categories.push_back({i, fmt::format("class {}", i)});
  const std::vector<ImageSize> sizes(samples.size(), size);
  DetectorConfig detector = bench_detector(config);
  detector.preprocess.short_side = std::min(size.height, size.width);
  detector.preprocess.long_side = std::max(size.height, size.width);
  const std::vector<int64_t> class_counts(static_cast<size_t>(classes), 1);
  return {bench_model(config, classes),
          Criterion(config.loss, classes, class_counts),
          categories,
          detector,
          [batch = collate(samples, sizes, config.data)] { return batch; },
          samples.front().image};
}

/// The config's training set, loaded as training loads it.
BenchSubject loaded_subject(const AppConfig& config, Screen& screen) {
  if (config.data.train.annotations.empty()) {
    fail(
        "data.train.annotations is not set; expected a COCO JSON file, or --size HEIGHTxWIDTH, for "
        "example --size 320x416, which times drawn pictures and needs no data");
  }
  const DatasetPolicy policy{config.data.invalid_boxes, config.data.labels};
  const auto dataset = load_and_show(config.data.train, policy, "data.train", screen);
  LoaderOptions options =
      training_loader(config.data, config.train.batch_size, static_cast<uint64_t>(config.seed));
  options.max_bad_images = 0;  // batches that lack a picture would be timed as full ones
  const auto loader = std::make_shared<DataLoader>(dataset, options);
  loader->start(0);
  const auto next = [loader, epoch = int64_t{0}]() mutable {
    auto batch = loader->next();
    if (!batch) {
      loader->start(++epoch);
      batch = loader->next();
    }
    return *std::move(batch);
  };
  const LabelledImage& first = (*dataset)[0];
  return {bench_model(config, dataset->num_classes()),
          Criterion(config.loss, dataset->num_classes(), dataset->summary().objects_per_class),
          dataset->categories(),
          bench_detector(config),
          next,
          read_image(first.path, first.size)};
}

Json setting_json(const AppConfig& config, const BenchArguments& arguments, torch::Device device,
                  const BenchSubject& subject, std::optional<double> load) {
  Json json;
  json["program"] = {{"version", kVersion}, {"libtorch", TORCH_VERSION}};
  json["device"] = device.str();
  json["instructions"] = instruction_sets();
  json["threads"] = at::get_num_threads();
  if (load) json["load"] = *load;
  json["precision"] = enum_name(config.precision);
  json["backbone"] = enum_name(config.model.backbone.name);
  json["norm"] = enum_name(config.model.backbone.norm);
  json["classes"] = subject.categories.size();
  json["parameters"] = count_parameters(*subject.model);
  json["batch_size"] = config.train.batch_size;
  json["accumulate"] = config.train.accumulate;
  json["data"] = arguments.size.empty() ? config.data.train.annotations : "drawn";
  if (!arguments.size.empty()) json["objects"] = arguments.objects.value_or(kDefaultObjects);
  json["steps"] = arguments.steps;
  json["warmup"] = arguments.warmup;
  return json;
}

/// "1 step", "2 steps"
std::string plural(int64_t count, const char* unit) {
  return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
}

/// "4 images of 320x416", and what was asked for if that can't be a network's input.
std::string input_text(const AppConfig& config, const BenchArguments& arguments,
                       const std::array<int64_t, 2>& input) {
  const std::string text =
      fmt::format("{} of {}x{}", plural(config.train.batch_size, "image"), input[0], input[1]);
  if (arguments.size.empty()) return text;
  const ImageSize asked = parse_size(arguments.size);
  if (asked.height == input[0] && asked.width == input[1]) return text;
  return fmt::format("{} (rounded up from {}x{})", text, asked.height, asked.width);
}

void print_heading(const AppConfig& config, const BenchArguments& arguments, torch::Device device,
                   const BenchSubject& subject, const BenchResult& result,
                   std::optional<double> load) {
  fmt::print("retinanet {} | LibTorch {} | {} | {}{}\n", kVersion, TORCH_VERSION,
             device_text(device), enum_name(config.precision),
             load ? fmt::format(" | load {:.1f}", *load) : "");
  fmt::print("{}, {}, {} classes, {:.1f} M parameters | {} | {} after {}\n\n",
             enum_name(config.model.backbone.name), enum_name(config.model.backbone.norm),
             subject.categories.size(), static_cast<double>(count_parameters(*subject.model)) / 1e6,
             input_text(config, arguments, result.input), plural(arguments.steps, "step"),
             plural(arguments.warmup, "warm-up"));
}

/// Training may go on in parts of a batch, but a step in parts is not what was asked for.
[[noreturn]] void ran_out_of_memory(const AppConfig& config, const BenchArguments& arguments,
                                    const std::string& problem) {
  const int64_t images = config.train.batch_size;
  fail("{}: give {}a smaller {}", problem,
       images > 1 ? fmt::format("--batch {} or ", images / 2) : "",
       arguments.size.empty() ? "data.short_side and data.long_side by --set" : "--size");
}

int measure(const AppConfig& config, const BenchArguments& arguments) {
  const torch::Device device = open_device(config.device);
  if (arguments.threads) at::set_num_threads(static_cast<int>(*arguments.threads));
  Screen screen(stderr_screen());
  const BenchSubject subject =
      arguments.size.empty() ? loaded_subject(config, screen) : drawn_subject(config, arguments);
  const std::optional<double> load = load_average();  // without this run's own
  const Json setting = setting_json(config, arguments, device, subject, load);

  ProgressBarOptions bar_options;
  bar_options.unit = arguments.steps == 1 ? "round" : "rounds";
  bar_options.rate = false;  // a round is a step and much else
  ProgressBar bar(screen, "bench", arguments.steps, bar_options);
  const BenchResult result =
      run_bench(subject, {config.train, config.precision, device, arguments.steps, arguments.warmup,
                          [&](int64_t done) { bar.update(done); }});
  bar.finish();
  print_heading(config, arguments, device, subject, result, load);
  fmt::print("{}", bench_text(result));
  if (device.is_cpu()) fmt::print("{}", waiting_note(result, at::get_num_threads(), load));
  if (!arguments.json.empty()) {
    Json json = setting;
    json.update(bench_json(result));
    write_file_atomically(arguments.json, json_text(json, 1) + "\n");
  }
  return kExitDone;
}

int run_bench_command(const BenchArguments& arguments) {
  check_arguments(arguments);
  const AppConfig config = bench_config(arguments);
  try {
    return measure(config, arguments);
  } catch (const OutOfMemory& error) {  // a step's
    ran_out_of_memory(config, arguments, error.problem());
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
    ran_out_of_memory(
        config, arguments,
        fmt::format("out of memory with {}{}", plural(config.train.batch_size, "image"),
                    asked_memory_text(error.what())));
  }
}

}  // namespace

void add_bench_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(kBenchCommand.name, kBenchCommand.description);
  auto arguments = std::make_shared<BenchArguments>();
  add_config_options(*command, arguments->config, arguments->overrides,
                     "model.backbone.name=resnet18");
  command->add_option("--steps", arguments->steps, "measured steps")
      ->check(between(1, 10000))
      ->capture_default_str();
  command->add_option("--warmup", arguments->warmup, "steps before them")
      ->check(between(1, 10000))
      ->capture_default_str();
  command->add_option("--batch", arguments->batch, "images in a batch; default: the config's")
      ->check(between(1, 65536));
  command->add_option("--size", arguments->size,
                      "HEIGHTxWIDTH of the network's input: drawn noise in place of the config's "
                      "data, which is not needed then");
  command
      ->add_option("--objects", arguments->objects,
                   fmt::format("with --size: objects in a picture; default {}", kDefaultObjects))
      ->check(between(0, 10000));
  command
      ->add_option("--classes", arguments->classes,
                   fmt::format("with --size: classes; default {}", kDefaultClasses))
      ->check(between(1, 100000));
  command->add_option("--precision", arguments->precision,
                      "fp32, bf16 or fp16 (CUDA only); default: the config's");
  command
      ->add_option("--threads", arguments->threads,
                   "of LibTorch; default: one for each core of this machine")
      ->check(between(1, available_cores(), " (the cores of this machine)"));
  command->add_option("--json", arguments->json, "file that all numbers are written to");
  command->final_callback([arguments, &exit_code] { exit_code = run_bench_command(*arguments); });
}

}  // namespace rn
