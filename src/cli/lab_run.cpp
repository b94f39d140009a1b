#include "cli/lab_run.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <thread>
#include <utility>

#include "cli/child_process.h"
#include "cli/lab_watch.h"
#include "cli/signals.h"
#include "config/changes.h"
#include "config/load.h"
#include "core/error.h"
#include "core/files.h"
#include "data/dataset.h"
#include "front/exit_codes.h"
#include "front/version.h"
#include "lab/lab_json.h"
#include "lab/lab_page.h"
#include "lab/lab_table.h"
#include "report/units.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDoneName = "lab-done";  // of a run: it has come to its end

}  // namespace

Lab::Lab(const LabArguments& arguments)
    : arguments_(arguments),
      config_(load_config(arguments.config, arguments.overrides)),
      out_(arguments.out.empty() ? fs::path("runs") / (config_.name + "-lab")
                                 : fs::path(arguments.out)),
      variants_(chosen_variants(arguments.variants)) {
  for (const LabVariant& variant : variants_) check_unchanged_config(variant);
  const DatasetPolicy policy{config_.data.invalid_boxes, config_.data.labels};
  const auto train = Dataset::load(config_.data.train, policy, "data.train");
  const auto val = Dataset::load(config_.data.val, policy, "data.val");
  check_same_categories(train.categories(), train.source(), val.categories(), val.source());
  data_mark_ = data_mark();
  for (const LabVariant& variant : variants_) is_done(variant);  // or an error before any training
  report_.name = config_.name;
  report_.program = version_line();
  report_.settings = changed_settings(config_);
  for (size_t k = 0; k < train.categories().size(); ++k) {
    if (!train.categories()[k].is_used()) continue;
    report_.classes.push_back({train.categories()[k].name, train.summary().objects_per_class[k]});
  }
}

std::vector<std::string> Lab::settings(const LabVariant& variant) const {
  std::vector<std::string> all = arguments_.overrides;
  all.insert(all.end(), variant.settings.begin(), variant.settings.end());
  all.push_back("name=" + variant.name);
  all.emplace_back("train.early_stop=0");  // the budget is what the variants have in common
  return all;
}

void Lab::check_unchanged_config(const LabVariant& variant) const {
  std::error_code ec;
  if (!variant.same_as.empty() || !fs::exists(folder(variant).config(), ec)) return;
  const AppConfig wanted = load_config(arguments_.config, settings(variant));
  const ConfigChanges changes =
      config_changes(read_file(folder(variant).config()), dump_config(wanted));
  std::vector<std::string> differences = changes.of_result;
  // Of no effect on a run that goes on, but variants must start from the same weights.
  std::copy_if(changes.harmless.begin(), changes.harmless.end(), std::back_inserter(differences),
               [](const std::string& change) { return change.starts_with("model."); });
  if (differences.empty()) return;
  fail(
      "{}: was trained with another config ({}), so it can't be compared; name another folder with "
      "--out, or remove that run",
      folder(variant).path.string(), differences.front());
}

/// What must be the same for runs to be compared, beside their configs.
std::string Lab::data_mark() const {
  std::string mark;
  for (const DatasetConfig& set : {config_.data.train, config_.data.val}) {
    const std::string text = read_file(set.annotations);
    mark += fmt::format("{} {} {:08x}\n", set.annotations, text.size(),
                        ::crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
  }
  return mark;
}

/// @throws Error if it has been trained to its end on other data
bool Lab::is_done(const LabVariant& variant) const {
  const fs::path path = folder(variant).path / kDoneName;
  std::error_code ec;
  if (!fs::exists(path, ec)) return false;
  if (read_file(path) != data_mark_) {
    fail(
        "{}: was trained on other annotations than those there are now, so it can't be compared; "
        "name another folder with --out, or remove that run",
        folder(variant).path.string());
  }
  return true;
}

/// The run of a laboratory that was killed saves before it ends.
void Lab::wait_until_free(const RunFolder& run) const {
  constexpr double kPatience = 60;  // seconds
  std::error_code ec;
  const double start = screen_.now();
  while (fs::exists(run.path, ec)) {
    try {
      const RunFolderLock lock(run);
      return;
    } catch (const Error&) {
      if (screen_.now() - start > kPatience || stop_requested()) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

/// Every few seconds: the whole file is read for it.
void Lab::show_progress(const LabVariant& variant, double since) {
  constexpr double kInterval = 3;
  const double now = screen_.now();
  if (!screen_.live() || now - last_shown_ < kInterval) return;
  last_shown_ = now;
  screen_.draw_live(
      StyledText(fmt::format("  {} for {}  {}", variant.name, elapsed_text(now - since),
                             run_progress_text(folder(variant).metrics(), config_.train.epochs))));
}

Lab::Outcome Lab::train(const LabVariant& variant) {
  const RunFolder run = folder(variant);
  std::vector<std::string> words = {"train", arguments_.config, "--out", run.path.string(),
                                    "--resume"};
  for (const std::string& setting : settings(variant)) {
    words.emplace_back("--set");
    words.push_back(setting);
  }
  const fs::path output = out_ / (variant.name + ".txt");
  wait_until_free(run);
  std::error_code ec;
  const auto said_before =
      fs::exists(output, ec) ? static_cast<std::streamoff>(fs::file_size(output)) : 0;
  const double since = screen_.now();
  const int code = run_child(words, output, [&] {
    show_progress(variant, since);
    return stop_requested();
  });
  screen_.clear_live();
  if (code == kExitInterrupted || stop_requested()) return {Ended::kStopped, ""};
  if (code != kExitDone) {
    const std::string reason = last_error(output, said_before);
    return {Ended::kFailed,
            fmt::format("{}; see {}", reason.empty() ? exit_text(code) : reason, output.string())};
  }
  write_file_atomically(run.path / kDoneName, std::string_view(data_mark_));
  return {};
}

void Lab::write() const {
  write_file_atomically(out_ / "lab.json", json_text(lab_json(report_), 1) + "\n");
  write_file_atomically(out_ / "lab.html", lab_page(report_));
  write_file_atomically(out_ / "lab.md", lab_markdown(report_));
}

/// Variants that were trained before and aren't asked for now are part of the picture, too.
void Lab::add_others() {
  for (const LabVariant& variant : lab_variants()) {
    const auto is_this = [&](const LabVariant& other) { return other.name == variant.name; };
    if (!variant.same_as.empty() || std::any_of(variants_.begin(), variants_.end(), is_this)) {
      continue;
    }
    try {
      check_unchanged_config(variant);
      if (is_done(variant)) add_result(variant, "");
    } catch (const Error&) {  // of another config or other data: not to be compared
    }
  }
}

void Lab::add_result(const LabVariant& variant, const std::string& problem) {
  LabResult result{variant, problem, {}};
  LabVariant trained = variant;
  if (!variant.same_as.empty()) trained.name = variant.same_as;
  std::error_code ec;
  if (fs::exists(folder(trained).metrics(), ec)) {
    result.history = read_run_history(folder(trained).metrics());
  }
  rn::add_result(report_, std::move(result));
}

int Lab::run() {
  if (holds_run(RunFolder{out_})) {
    fail("{}: holds a training run; name another folder with --out", out_.string());
  }
  make_writable_folder(out_);
  const RunFolderLock lock(RunFolder{out_});
  add_others();
  catch_stop_signals();
  std::map<std::string, std::string> problems;  // by variant
  size_t number = 0;
  for (const LabVariant& variant : variants_) {
    const std::string heading =
        fmt::format("[{}/{}] {}: {}", ++number, variants_.size(), variant.name, variant.text);
    if (!variant.same_as.empty()) {
      screen_.print(fmt::format("{}: the same as {}", heading, variant.same_as));
      add_result(variant, problems[variant.same_as]);
      continue;
    }
    if (is_done(variant)) {
      screen_.print(heading + ": done before");
    } else {
      screen_.print(heading);
      const Outcome outcome = train(variant);
      if (outcome.ended == Ended::kStopped) {
        screen_.print("Stopped; all is saved. Go on with the same command: what is done is kept.");
        return kExitInterrupted;
      }
      problems[variant.name] = outcome.problem;
      if (outcome.ended == Ended::kFailed) {
        screen_.print(fmt::format("warning: {} failed: {}", variant.name, outcome.problem));
      }
    }
    add_result(variant, problems[variant.name]);
    write();
  }
  write();
  fmt::print("{}", lab_table(report_, screen_.live() ? screen_.width() : 0));
  screen_.print(fmt::format("The curves: {}; all numbers: {}", (out_ / "lab.html").string(),
                            (out_ / "lab.json").string()));
  for (const LabResult& result : report_.results) {
    if (result.problem.empty()) return kExitDone;
  }
  return kExitUserError;
}

}  // namespace rn
