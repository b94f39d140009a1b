#include "cli/data_stats.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <memory>

#include "cli/anchor_text.h"
#include "cli/data_facts.h"
#include "cli/datasets.h"
#include "cli/run_folder.h"
#include "cli/run_pictures.h"
#include "config/load.h"
#include "core/error.h"
#include "core/files.h"
#include "data/anchor_recall.h"
#include "front/version.h"
#include "report/screen.h"
#include "report/text_table.h"
#include "runreport/run_report.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

constexpr size_t kPictures = 12;

using Measure = std::function<double(const BoxOnGrid&)>;

/// The value below which a share of the objects lies; of sorted values.
double quantile(const std::vector<double>& sorted, double share) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<size_t>(std::lround(share * last))];
}

/// A row of a table for what is measured of each object.
void add_measure(TextTable& table, const std::string& name, const std::vector<BoxOnGrid>& objects,
                 const Measure& measure) {
  std::vector<double> values;
  for (const BoxOnGrid& object : objects) {
    const double value = measure(object);
    if (std::isfinite(value)) values.push_back(value);
  }
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  std::vector<std::string> cells = {name};
  for (const double share : {0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0}) {
    cells.push_back(fmt::format("{:.3g}", quantile(values, share)));
  }
  table.add_row(cells);
}

std::string size_table(const Dataset& dataset, const AppConfig& config) {
  const auto objects =
      objects_on_grid(dataset, config.data, config.data.augment.short_sides, config.model.anchors);
  TextTable table({"training objects, pixels of the input", "least", "5 %", "25 %", "half", "75 %",
                   "95 %", "most"});
  add_measure(table, "width", objects, [](const BoxOnGrid& box) { return box.width; });
  add_measure(table, "height", objects, [](const BoxOnGrid& box) { return box.height; });
  add_measure(table, "side of a square of the same area", objects,
              [](const BoxOnGrid& box) { return std::sqrt(box.width * box.height); });
  add_measure(table, "height / width", objects,
              [](const BoxOnGrid& box) { return box.height / box.width; });
  return table.text();
}

std::string class_table(const DataFacts& train, const DataFacts& val) {
  TextTable table({"class", "objects", "pictures", "val objects", "val pictures"});
  for (const ClassFacts& facts : train.classes) {
    const auto same = std::find_if(val.classes.begin(), val.classes.end(),
                                   [&](const ClassFacts& c) { return c.name == facts.name; });
    const ClassFacts in_val = same == val.classes.end() ? ClassFacts{} : *same;
    table.add_row({facts.name, std::to_string(facts.objects), std::to_string(facts.images),
                   std::to_string(in_val.objects), std::to_string(in_val.images)});
  }
  return table.text();
}

void write_page(const AppConfig& config, const std::shared_ptr<const Dataset>& train,
                const DataFacts& train_facts, const DataFacts& val_facts, const fs::path& path) {
  const auto pictures =
      training_pictures(train, config.data, std::min<int64_t>(config.train.batch_size, kPictures),
                        static_cast<uint64_t>(config.seed), kPictures);
  const RunHistory none;
  const RunReportInput input{
      .history = none,
      .state = {},
      .name = config.name,
      .folder = {},
      .model = {},
      .device = {},
      .loss = {},
      .date = fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(std::time(nullptr))),
      .program = version_line(),
      .train = &train_facts,
      .val = &val_facts,
      .anchors = anchor_facts(config.model.anchors, config.loss.matcher.positive_iou),
      .batch = pictures};
  write_file_atomically(path, std::string_view(data_page(input)));
}

}  // namespace

void show_data_stats(const std::string& config_file, const std::vector<std::string>& overrides,
                     const std::string& out) {
  const AppConfig config = load_config(config_file, overrides);
  if (!out.empty()) {
    if (holds_run(RunFolder{out})) {
      fail("{}: holds a training run; name another folder with --out", out);
    }
    make_writable_folder(out);
  }
  Screen screen(stderr_screen());
  const DatasetPolicy policy{config.data.invalid_boxes, config.data.labels};
  const auto train = load_and_show(config.data.train, policy, "data.train", screen);
  const auto val = load_and_show(config.data.val, policy, "data.val", screen);
  const double iou = config.loss.matcher.positive_iou;
  const DataFacts train_facts = data_facts(*train, config.data, config.model.anchors, iou);
  DataConfig val_config = config.data;
  val_config.augment.short_sides = {};
  const DataFacts val_facts = data_facts(*val, val_config, config.model.anchors, iou);
  fmt::print("{}\n{}\n", class_table(train_facts, val_facts), size_table(*train, config));
  for (const std::string& line : anchor_text(*train, val.get(), config).lines) {
    fmt::print("{}\n", line);
  }
  if (out.empty()) {
    screen.print("With --out DIR this becomes a page with pictures.");
    return;
  }
  const fs::path path = fs::path(out) / "data.html";
  write_page(config, train, train_facts, val_facts, path);
  screen.print(
      fmt::format("{}: the same with charts, and training pictures as the network sees "
                  "them",
                  path.string()));
}

}  // namespace rn
