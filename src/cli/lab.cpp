#include <fmt/format.h>

#include <fstream>
#include <map>
#include <memory>

#include "cli/child_process.h"
#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/run_folder.h"
#include "cli/signals.h"
#include "config/changes.h"
#include "config/load.h"
#include "core/error.h"
#include "core/files.h"
#include "data/dataset.h"
#include "front/version.h"
#include "lab/lab_json.h"
#include "lab/lab_page.h"
#include "lab/lab_table.h"
#include "report/screen.h"
#include "report/units.h"

namespace rn {
namespace {
namespace fs = std::filesystem;

struct LabArguments {
  std::string config;
  std::vector<std::string> overrides;
  std::string out;
  std::vector<std::string> variants;
  bool list = false;
};

constexpr const char* kDoneName = "lab-done";  // of a run: it has come to its end

/// One laboratory: its runs, one after the other, and what they came to.
class Lab {
 public:
  explicit Lab(const LabArguments& arguments);
  int run();

 private:
  enum class Ended { kDone, kFailed, kStopped };
  struct Outcome {
    Ended ended = Ended::kDone;
    std::string problem;
  };

  RunFolder folder(const LabVariant& variant) const { return {out_ / variant.name}; }
  std::vector<std::string> settings(const LabVariant& variant) const;
  /// @throws Error if the folder holds a run with another config
  void check_unchanged_config(const LabVariant& variant) const;
  bool is_done(const LabVariant& variant) const;
  Outcome train(const LabVariant& variant);
  std::string last_error(const fs::path& output) const;
  void show_progress(const LabVariant& variant, double since);
  void add_result(const LabVariant& variant, const std::string& problem);
  void write() const;

  LabArguments arguments_;
  AppConfig config_;
  fs::path out_;
  std::vector<LabVariant> variants_;
  Screen screen_{stderr_screen()};
  LabReport report_;
  double last_shown_ = 0;
};

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
  if (changes.of_result.empty()) return;
  fail(
      "{}: was trained with another config ({}), so it can't be compared; name another folder with "
      "--out, or remove that run",
      folder(variant).path.string(), changes.of_result.front());
}

bool Lab::is_done(const LabVariant& variant) const {
  std::error_code ec;
  return fs::exists(folder(variant).path / kDoneName, ec);
}

/// Of the file that has all that a run said: its last error, without the rest of its text.
std::string Lab::last_error(const fs::path& output) const {
  constexpr std::string_view kError = "error: ";
  std::ifstream file(output);
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kError)) last = line.substr(kError.size());
  }
  return last;
}

/// Shows how far a run is, each time that it has logged something.
void Lab::show_progress(const LabVariant& variant, double since) {
  if (!screen_.live() || screen_.now() - last_shown_ < 1) return;
  last_shown_ = screen_.now();
  std::string text = fmt::format("  {}, {}", variant.name, elapsed_text(last_shown_ - since));
  try {
    const RunHistory history = read_run_history(folder(variant).metrics());
    if (!history.steps.empty()) {
      const StepEvent& step = history.steps.back();
      text +=
          fmt::format(": epoch {}/{}, step {}, loss {}, {} img/s", step.epoch, config_.train.epochs,
                      step.iteration, loss_text(step.loss_cls + step.loss_box),
                      rate_text(static_cast<double>(step.images) / step.step_seconds));
    }
    if (!history.evaluations.empty()) {
      text += ", AP " + score_text(history.evaluations.back().stats[0]);
    }
  } catch (const Error&) {  // it has none yet
  }
  screen_.draw_live(StyledText(text));
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
  const double since = screen_.now();
  const int code = run_child(words, output, [&] {
    show_progress(variant, since);
    return stop_requested();
  });
  screen_.clear_live();
  if (code == kExitInterrupted || stop_requested()) return {Ended::kStopped, ""};
  if (code != kExitDone) {
    const std::string reason = last_error(output);
    return {Ended::kFailed,
            fmt::format("{}; see {}", reason.empty() ? fmt::format("ended with {}", code) : reason,
                        output.string())};
  }
  write_file_atomically(run.path / kDoneName, std::string_view(""));
  return {};
}

void Lab::add_result(const LabVariant& variant, const std::string& problem) {
  LabResult result{variant, problem, {}};
  LabVariant trained = variant;
  if (!variant.same_as.empty()) trained.name = variant.same_as;
  std::error_code ec;
  if (fs::exists(folder(trained).metrics(), ec)) {
    result.history = read_run_history(folder(trained).metrics());
  }
  report_.results.push_back(std::move(result));
}

void Lab::write() const {
  write_file_atomically(out_ / "lab.json", json_text(lab_json(report_), 1) + "\n");
  write_file_atomically(out_ / "lab.html", lab_page(report_));
  write_file_atomically(out_ / "lab.md", lab_markdown(report_));
}

int Lab::run() {
  make_writable_folder(out_);
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

void list_variants() {
  for (const LabVariant& variant : lab_variants()) {
    fmt::print("{:<18} {}{}\n", variant.name, variant.text,
               variant.same_as.empty() ? "" : fmt::format(" (the same as {})", variant.same_as));
  }
}

}  // namespace

void add_lab_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand(kLabCommand.name, kLabCommand.description);
  auto arguments = std::make_shared<LabArguments>();
  add_config_options(*command, arguments->config, arguments->overrides, "train.epochs=30");
  command->add_option("--out", arguments->out,
                      "folder of the runs, one for each variant, and of lab.html, lab.md and "
                      "lab.json; default runs/NAME-lab. What is done in it is kept");
  command
      ->add_option("--variants", arguments->variants,
                   "names of the losses to train, with commas between; default: all")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--list", arguments->list, "name the variants and end");
  command->final_callback([arguments, &exit_code] {
    exit_code = kExitDone;
    if (arguments->list) return list_variants();
    exit_code = Lab(*arguments).run();
  });
}

}  // namespace rn
