#include "cli/data_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

#include "cli/anchor_text.h"
#include "cli/commands.h"
#include "cli/datasets.h"
#include "config/load.h"
#include "core/error.h"
#include "data/picture_checks.h"
#include "report/progress_bar.h"
#include "report/screen.h"

namespace rn {
namespace {

constexpr size_t kExamples = 5;

/// A set that could be read, and what was found in it.
struct FoundSet {
  Dataset dataset;
  std::vector<PictureCheck> pictures;
};

/// One run of the command.
class DataCheck {
 public:
  DataCheck(AppConfig config, bool name_all)
      : config_(std::move(config)), name_all_(name_all), screen_(stderr_screen()) {}

  int run();

 private:
  std::optional<FoundSet> check_set(const DatasetConfig& set, const std::string& key);
  void compare(const FoundSet& train, const FoundSet& val);
  std::vector<PictureCheck> decode(const Dataset& dataset, const std::string& key);
  void note_orientations(const std::vector<PictureCheck>& pictures);
  void note_categories(const Dataset& dataset);
  void note_absent_objects(const Dataset& dataset, std::vector<Fault>& warnings) const;

  /// By kind, in the order in which the kinds were found first.
  void show(std::string_view severity, std::vector<Fault> faults, size_t examples);
  void show_errors(const std::vector<Fault>& errors) {
    errors_ += errors.size();
    show("error", errors, std::numeric_limits<size_t>::max());
  }
  void show_warnings(const std::vector<Fault>& warnings) {
    warnings_ += warnings.size();
    show("warning", warnings, name_all_ ? warnings.size() : kExamples);
  }

  AppConfig config_;
  bool name_all_;
  Screen screen_;
  size_t errors_ = 0;
  size_t warnings_ = 0;
};

/// Both sets are looked at, whatever is wrong with the first.
int DataCheck::run() {
  const auto train = check_set(config_.data.train, "data.train");
  const auto val = check_set(config_.data.val, "data.val");
  if (train && val) compare(*train, *val);
  if (train) {
    const Dataset* val_set = val ? &val->dataset : nullptr;
    const AnchorText anchors = anchor_text(train->dataset, val_set, config_);
    for (const std::string& line : anchors.lines) screen_.print(line);
    if (anchors.is_warning) ++warnings_;
  }
  screen_.print(fmt::format("data check: {} error{}, {} warning{}{}", errors_,
                            errors_ == 1 ? "" : "s", warnings_, warnings_ == 1 ? "" : "s",
                            errors_ > 0 ? ": mend the errors before training" : ""));
  return errors_ > 0 ? kExitUserError : kExitDone;
}

std::optional<FoundSet> DataCheck::check_set(const DatasetConfig& set, const std::string& key) {
  try {
    DatasetFaults faults;
    const DatasetPolicy policy{config_.data.invalid_boxes, config_.data.labels};
    FoundSet found{Dataset::inspect(set, policy, key, faults), {}};
    screen_.print(dataset_line(found.dataset, key));
    note_categories(found.dataset);
    found.pictures = decode(found.dataset, key);
    for (const PictureCheck& picture : found.pictures) {
      if (!picture.fault.empty()) {
        faults.fatal.push_back({"pictures that can't be used", picture.fault});
      }
    }
    show_errors(faults.fatal);
    note_absent_objects(found.dataset, faults.mended);
    auto unclear = unclear_orientations({key, &found.dataset, &found.pictures});
    std::move(unclear.begin(), unclear.end(), std::back_inserter(faults.mended));
    show_warnings(faults.mended);
    note_orientations(found.pictures);
    screen_.print(fmt::format("{}: {}", key,
                              faults.fatal.empty()
                                  ? fmt::format("all {} pictures can be used", found.dataset.size())
                                  : "can't be trained on as it is"));
    return found;
  } catch (const Error& e) {
    ++errors_;
    screen_.print(fmt::format("error: {}", e.what()));
  }
  return std::nullopt;
}

std::vector<PictureCheck> DataCheck::decode(const Dataset& dataset, const std::string& key) {
  ProgressBarOptions options;
  options.shown_after = 2;
  ProgressBar bar(screen_, "decode " + key, dataset.size(), options);
  std::vector<PictureCheck> pictures = check_pictures(dataset, [&bar] { bar.advance(); });
  bar.finish();
  return pictures;
}

void DataCheck::compare(const FoundSet& train, const FoundSet& val) {
  try {
    check_same_categories(train.dataset.categories(), train.dataset.source(),
                          val.dataset.categories(), val.dataset.source());
  } catch (const Error& e) {
    show_errors({{"categories that differ between the sets", e.what()}});
  }
  show_warnings(duplicate_pictures({{"data.train", &train.dataset, &train.pictures},
                                    {"data.val", &val.dataset, &val.pictures}}));
}

void DataCheck::note_orientations(const std::vector<PictureCheck>& pictures) {
  const auto count = [&](ExifUse use) {
    return std::count_if(pictures.begin(), pictures.end(),
                         [use](const PictureCheck& picture) { return picture.exif == use; });
  };
  const auto applied = count(ExifUse::kApplied), left_out = count(ExifUse::kLeftOut);
  if (applied + left_out == 0) return;
  screen_.print(
      fmt::format("  note: EXIF quarter turns: {} applied, {} left out, as the sizes in the "
                  "annotation file ask for",
                  applied, left_out));
}

/// Ids with gaps are no fault, but whoever reads raw logits must know what they became.
void DataCheck::note_categories(const Dataset& dataset) {
  const std::vector<Category>& categories = dataset.categories();
  const auto classes = static_cast<int64_t>(categories.size());
  const int64_t first = categories.front().id, last = categories.back().id;
  if (config_.data.labels == LabelRule::kCategoryId || last - first + 1 == classes) return;
  screen_.print(
      fmt::format("  note: the {} category ids go from {} to {} with gaps; logit k is the k-th of "
                  "them, and detections are written with the file's ids",
                  classes, first, last));
}

void DataCheck::note_absent_objects(const Dataset& dataset, std::vector<Fault>& warnings) const {
  if (dataset.summary().objects > 0) return;
  // Each category would be named for it, too.
  std::erase_if(warnings,
                [](const Fault& fault) { return fault.kind == "categories without objects"; });
  warnings.push_back({"sets without a single object",
                      dataset.source() + " has no objects: nothing can be learned or measured"});
}

void DataCheck::show(std::string_view severity, std::vector<Fault> faults, size_t examples) {
  while (!faults.empty()) {
    const std::string_view kind = faults.front().kind;
    const auto others = std::stable_partition(
        faults.begin(), faults.end(), [kind](const Fault& fault) { return fault.kind == kind; });
    const auto count = static_cast<size_t>(others - faults.begin());
    screen_.print(fmt::format("  {}: {}: {}", severity, kind, count));
    const size_t named = std::min(count, examples);
    for (size_t i = 0; i < named; ++i) screen_.print("    " + faults[i].text);
    if (named < count) {
      screen_.print(fmt::format("    ... and {} more; --all names them", count - named));
    }
    faults.erase(faults.begin(), others);
  }
}

}  // namespace

int check_data(const std::string& config, const std::vector<std::string>& overrides,
               bool name_all) {
  return DataCheck(load_config(config, overrides), name_all).run();
}

}  // namespace rn
