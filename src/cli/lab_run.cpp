#include "cli/lab_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
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

/// Whether all trials have it: what makes the variants, and what the laboratory sets, they don't.
bool is_common(const std::string& setting, int64_t seeds) {
  return !setting.starts_with("loss.classification.") && !setting.starts_with("name=") &&
         !setting.starts_with("train.early_stop=") && (seeds == 1 || !setting.starts_with("seed="));
}

/// Without any results. @throws Error if the data can't be trained on
LabReport report_of(const AppConfig& config, int64_t seeds) {
  const DatasetPolicy policy{config.data.invalid_boxes, config.data.labels};
  const auto train = Dataset::load(config.data.train, policy, "data.train");
  const auto val = Dataset::load(config.data.val, policy, "data.val");
  check_same_categories(train.categories(), train.source(), val.categories(), val.source());
  LabReport report;
  report.name = config.name;
  report.program = version_line();
  for (const std::string& setting : changed_settings(config)) {
    if (is_common(setting, seeds)) report.settings.push_back(setting);
  }
  for (size_t k = 0; k < train.categories().size(); ++k) {
    if (!train.categories()[k].is_used()) continue;
    report.classes.push_back({train.categories()[k].name, train.summary().objects_per_class[k],
                              val.summary().objects_per_class[k]});
  }
  return report;
}

}  // namespace

Lab::Lab(const LabArguments& arguments)
    : Lab(arguments, load_config(arguments.config, arguments.overrides)) {}

Lab::Lab(const LabArguments& arguments, const AppConfig& config)
    : out_(arguments.out.empty() ? fs::path("runs") / (config.name + "-lab")
                                 : fs::path(arguments.out)),
      epochs_(config.train.epochs),
      report_(report_of(config, arguments.seeds)),
      trials_(arguments, config, out_),
      wanted_(trials_.wanted()) {
  for (const LabTrial& trial : wanted_) trials_.check_unchanged(trial);
}

/// The run of a laboratory that was killed saves before it ends.
std::string Lab::wait_until_free(const LabTrial& trial) {
  constexpr double kPatience = 60;  // seconds
  const RunFolder run = trials_.folder(trial);
  std::error_code ec;
  const double start = screen_.now();
  bool is_told = false;
  while (fs::exists(run.path, ec)) {
    try {
      const RunFolderLock lock(run);
      break;
    } catch (const Error& e) {
      if (screen_.now() - start > kPatience || stop_requested()) return e.what();
      if (!std::exchange(is_told, true)) {
        screen_.print(fmt::format("waiting for up to {:.0f} s: {}", kPatience, e.what()));
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return {};
}

/// Every few seconds: the whole file is read for it.
void Lab::show_progress(const LabTrial& trial, double since) {
  constexpr double kInterval = 3;
  const double now = screen_.now();
  if (!screen_.live() || now - last_shown_ < kInterval) return;
  last_shown_ = now;
  screen_.draw_live(
      StyledText(fmt::format("  {} for {}  {}", trial.name, elapsed_text(now - since),
                             run_progress_text(trials_.folder(trial).metrics(), epochs_))));
}

Lab::Outcome Lab::train(const LabTrial& trial) {
  const fs::path output = trials_.output(trial);
  if (const std::string problem = wait_until_free(trial); !problem.empty()) {
    return {stop_requested() ? Ended::kStopped : Ended::kFailed, problem};
  }
  trials_.mark_begun(trial);
  std::error_code ec;
  const auto said_before =
      fs::exists(output, ec) ? static_cast<std::streamoff>(fs::file_size(output)) : 0;
  const double since = screen_.now();
  const int code = run_child(trials_.command(trial), output, [&] {
    show_progress(trial, since);
    return stop_requested();
  });
  screen_.clear_live();
  if (code == kExitInterrupted) return {Ended::kStopped, ""};
  if (code != kExitDone) {
    const std::string reason = last_error(output, said_before);
    return {stop_requested() ? Ended::kStopped : Ended::kFailed,
            fmt::format("{}; see {}", reason.empty() ? exit_text(code) : reason, output.string())};
  }
  trials_.mark_done(trial);
  return {stop_requested() ? Ended::kStopped : Ended::kDone, ""};
}

Lab::Outcome Lab::train_if_needed(const LabTrial& trial, size_t number) {
  const std::string heading =
      fmt::format("[{}/{}] {}: {}", number, wanted_.size(), trial.name, trial.variant.text);
  const LabTrial trained = trials_.trained_for(trial);
  if (trained.name != trial.name) {
    screen_.print(fmt::format("{}: the same as {}", heading, trained.name));
    const LabRun* run = run_of(report_, trained.variant.name, trained.seed);
    return {Ended::kDone, run == nullptr ? "" : run->problem};
  }
  if (trials_.is_done(trial)) {
    screen_.print(heading + ": done before");
    return {};
  }
  screen_.print(heading);
  const Outcome outcome = train(trial);
  if (outcome.ended == Ended::kFailed) {
    screen_.print(fmt::format("warning: {} failed: {}", trial.name, outcome.problem));
  }
  return outcome;
}

void Lab::write() const {
  write_file_atomically(out_ / "lab.json", json_text(lab_json(report_), 1) + "\n");
  write_file_atomically(out_ / "lab.html", lab_page(report_));
  write_file_atomically(out_ / "lab.md", lab_markdown(report_));
}

void Lab::add_run(const LabTrial& trial, const std::string& problem) {
  LabRun run{trial.seed, problem, {}};
  const fs::path metrics = trials_.folder(trials_.trained_for(trial)).metrics();
  std::error_code ec;
  if (fs::exists(metrics, ec)) run.history = read_run_history(metrics);
  rn::add_run(report_, trial.variant, std::move(run));
}

int Lab::run() {
  if (holds_run(RunFolder{out_})) {
    fail("{}: holds a training run; name another folder with --out", out_.string());
  }
  make_writable_folder(out_);
  const RunFolderLock lock(RunFolder{out_});
  for (const LabTrial& trial : trials_.done_besides()) add_run(trial, "");
  catch_stop_signals();
  size_t number = 0;
  for (const LabTrial& trial : wanted_) {
    const Outcome outcome = train_if_needed(trial, ++number);
    if (outcome.ended == Ended::kStopped) {
      screen_.print(fmt::format(
          "Stopped; {}. Go on with the same command: what is done is kept.",
          outcome.problem.empty() ? "all is saved" : trial.name + ": " + outcome.problem));
      return kExitInterrupted;
    }
    add_run(trial, outcome.problem);
    write();
  }
  return finish();
}

int Lab::finish() {
  fmt::print("{}", lab_table(report_, screen_.live() ? screen_.width() : 0));
  screen_.print(fmt::format("The curves: {}; all numbers: {}", (out_ / "lab.html").string(),
                            (out_ / "lab.json").string()));
  for (const LabResult& result : report_.results) {
    if (first_done(result) != nullptr) return kExitDone;
  }
  return kExitUserError;
}

}  // namespace rn
