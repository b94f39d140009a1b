#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/lab_trials.h"
#include "cli/run_folder.h"
#include "config/app_config.h"
#include "lab/lab_results.h"
#include "report/screen.h"

namespace rn {

/// One laboratory: its trials, one after the other, and what they came to.
class Lab {
 public:
  /// Looks at everything before anything is trained.
  /// @throws Error if the config or its data can't be trained on, or a trial was trained with
  /// other ones
  explicit Lab(const LabArguments& arguments);

  /// Trains what isn't done yet and writes lab.json, lab.html and lab.md after each trial.
  /// @return the exit code: kExitInterrupted if a signal has stopped it, kExitUserError if not one
  /// trial has come to its end
  int run();

 private:
  enum class Ended { kDone, kFailed, kStopped };
  struct Outcome {
    Ended ended = Ended::kDone;
    std::string problem;
  };

  Lab(const LabArguments& arguments, const AppConfig& config);

  /// @return why it isn't free after a while; empty: it is
  std::string wait_until_free(const LabTrial& trial);
  Outcome train(const LabTrial& trial);
  Outcome train_if_needed(const LabTrial& trial, size_t number);
  void show_progress(const LabTrial& trial, double since);
  void add_run(const LabTrial& trial, const std::string& problem);
  void write() const;
  int finish();

  std::filesystem::path out_;
  int64_t epochs_ = 0;
  LabReport report_;
  LabTrials trials_;
  std::vector<LabTrial> wanted_;
  Screen screen_{stderr_screen()};
  double last_shown_ = 0;
};

}  // namespace rn
