// Pictures from files to batches, through the program's own loader, and what the time goes to.
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "coco/coco_file.h"
#include "core/error.h"
#include "core/files.h"
#include "core/processor.h"
#include "core/spread.h"
#include "core/text.h"
#include "data/augment.h"
#include "data/image.h"
#include "data/loader.h"
#include "data/preprocess.h"

namespace rn {
namespace {

struct Arguments {
  std::filesystem::path images;
  std::filesystem::path annotations;
  std::vector<int64_t> only;  ///< width and height; empty: pictures of every size
  int64_t batch_size = 2;
  int64_t workers = 0;
  int64_t epochs = 7;
  std::filesystem::path json;
};

/// What a picture goes through; each is timed in a pass of its own, in the calling thread.
enum Part { kRead, kDecode, kAugment, kInput, kParts };
constexpr std::array<const char*, kParts> kPartNames = {"read", "decode", "flip",
                                                        "resize, normalise, pad"};

/// Milliseconds a picture, one for each epoch.
struct Samples {
  std::vector<double> wall;
  std::vector<double> cpu;  ///< of all threads together
  std::array<std::vector<double>, kParts> parts_cpu;
  double sum = 0;  ///< of a picture's values in the batch, on average: tells what was loaded
};

std::shared_ptr<const Dataset> load_dataset(const Arguments& arguments) {
  CocoFile file = read_coco_file(arguments.annotations);
  if (!arguments.only.empty()) {
    std::erase_if(file.images, [&](const CocoImage& image) {
      return image.width != arguments.only[0] || image.height != arguments.only[1];
    });
    std::unordered_set<int64_t> kept;
    for (const CocoImage& image : file.images) kept.insert(image.id);
    std::erase_if(file.annotations, [&](const CocoAnnotation& annotation) {
      return !kept.contains(annotation.image_id);
    });
    if (file.images.empty()) {
      fail("{}: no picture of {}x{}", arguments.annotations.string(), arguments.only[0],
           arguments.only[1]);
    }
  }
  return std::make_shared<const Dataset>(file, arguments.images, arguments.annotations.string());
}

/// One epoch through the loader. @return the sum of all values, if asked for
double load_epoch(DataLoader& loader, int64_t epoch, bool with_sum) {
  double sum = 0;
  loader.start(epoch);
  while (const auto batch = loader.next()) {
    if (with_sum) sum += batch->images.sum(torch::kFloat64).item<double>();
  }
  return sum;
}

/// The same work part by part. @return milliseconds of each
std::array<double, kParts> work_epoch(const Dataset& dataset, const DataConfig& config,
                                      int64_t batch_size, int64_t epoch) {
  std::array<double, kParts> times{};
  double last = processor_seconds();
  const auto lap = [&](Part part) {
    const double now = processor_seconds();
    times[part] += 1e3 * (now - last);
    last = now;
  };
  std::vector<cv::Mat> pictures;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const LabelledImage& record = dataset[i];
    const std::string bytes = read_file(record.path);
    lap(kRead);
    Sample sample{decode_image(bytes, record.path.string(), record.size), record.objects, i};
    lap(kDecode);
    const AugmentChoice choice = draw_augmentation(config.augment, 0, epoch, i);
    pictures.push_back(augment(sample, choice, config.augment.min_visible, config.mean).image);
    lap(kAugment);
    if (static_cast<int64_t>(pictures.size()) == batch_size || i + 1 == dataset.size()) {
      make_input(pictures, config);
      pictures.clear();
      lap(kInput);
    }
  }
  return times;
}

Samples measure(const Arguments& arguments, const std::shared_ptr<const Dataset>& dataset) {
  DataConfig config;
  config.workers = arguments.workers;
  const auto count = static_cast<double>(dataset->size());
  DataLoader loader(dataset, training_loader(config, arguments.batch_size, 0));
  Samples samples;
  samples.sum = load_epoch(loader, 0, true) / count;  // warms everything up
  for (int64_t epoch = 1; epoch <= arguments.epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu = processor_seconds();
    load_epoch(loader, epoch, false);
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
    samples.cpu.push_back(1e3 * (processor_seconds() - cpu) / count);
    samples.wall.push_back(wall.count() / count);
    const auto parts = work_epoch(*dataset, config, arguments.batch_size, epoch);
    for (int part = 0; part < kParts; ++part) {
      samples.parts_cpu[part].push_back(parts[part] / count);
    }
  }
  return samples;
}

std::string summary(const std::vector<double>& values) { return spread_text(spread_of(values)); }

void print(const Arguments& arguments, int64_t pictures, const Samples& samples) {
  const auto sets = instruction_sets();
  fmt::print("LibTorch {} | {} threads, {}\n", TORCH_VERSION, at::get_num_threads(),
             sets.empty() ? "instruction sets unknown" : join(sets));
  fmt::print(
      "{} pictures, batches of {}, {} workers, {} epochs after 1; median (smallest to "
      "largest), ms a picture\n",
      pictures, arguments.batch_size, arguments.workers, arguments.epochs);
  fmt::print("{:<24} {}\n", "loader, wall", summary(samples.wall));
  fmt::print("{:<24} {}, {:.0f} pictures/s a core\n", "loader, all cores", summary(samples.cpu),
             1e3 / spread_of(samples.cpu).median);
  for (int part = 0; part < kParts; ++part) {
    fmt::print("  {:<22} {}\n", kPartNames[part], summary(samples.parts_cpu[part]));
  }
}

void write_json(const Arguments& arguments, int64_t pictures, const Samples& samples) {
  nlohmann::ordered_json parts;
  for (int part = 0; part < kParts; ++part) parts[kPartNames[part]] = samples.parts_cpu[part];
  const nlohmann::ordered_json all = {
      {"libtorch", TORCH_VERSION},          {"threads", at::get_num_threads()},
      {"instructions", instruction_sets()}, {"pictures", pictures},
      {"batch_size", arguments.batch_size}, {"workers", arguments.workers},
      {"sum_of_a_picture", samples.sum},    {"wall_ms", samples.wall},
      {"processor_ms", samples.cpu},        {"parts_processor_ms", parts}};
  write_file_atomically(arguments.json, all.dump(1));
}

void run(const Arguments& arguments) {
  const auto dataset = load_dataset(arguments);
  const Samples samples = measure(arguments, dataset);
  print(arguments, dataset->size(), samples);
  if (!arguments.json.empty()) write_json(arguments, dataset->size(), samples);
}

}  // namespace
}  // namespace rn

int main(int argc, char** argv) {
  rn::Arguments arguments;
  CLI::App app("Times pictures on their way from files to batches, augmented as by default.");
  app.add_option("images", arguments.images, "folder of the pictures")->required();
  app.add_option("annotations", arguments.annotations, "COCO JSON file")->required();
  app.add_option("--only", arguments.only, "pictures of this WIDTH HEIGHT only")->expected(2);
  app.add_option("--batch", arguments.batch_size, "pictures in a batch")->check(CLI::Range(1, 999));
  app.add_option("--workers", arguments.workers, "loader threads; 0: none but the caller")
      ->check(CLI::Range(0, 256));
  app.add_option("--epochs", arguments.epochs, "epochs that are timed")->check(CLI::Range(1, 999));
  app.add_option("--json", arguments.json, "file that all samples are written to");
  CLI11_PARSE(app, argc, argv);
  try {
    rn::run(arguments);
  } catch (const rn::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
