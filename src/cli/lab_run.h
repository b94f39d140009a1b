#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/run_folder.h"
#include "config/app_config.h"
#include "lab/lab_results.h"
#include "report/screen.h"

namespace rn {

/// What `retinanet lab` is told.
struct LabArguments {
  std::string config;
  std::vector<std::string> overrides;
  std::string out;
  std::vector<std::string> variants;
};

/// One laboratory: its runs, one after the other, and what they came to.
class Lab {
 public:
  /// Looks at everything before anything is trained.
  /// @throws Error if the config or its data can't be trained on, or a variant was trained with
  /// other ones
  explicit Lab(const LabArguments& arguments);

  /// Trains what isn't done yet and writes lab.json, lab.html and lab.md after each variant.
  /// @return the exit code: kExitInterrupted if a signal has stopped it, kExitUserError if not one
  /// variant has been trained to its end
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
  std::string data_mark() const;
  bool is_done(const LabVariant& variant) const;
  void wait_until_free(const RunFolder& run) const;
  Outcome train(const LabVariant& variant);
  void show_progress(const LabVariant& variant, double since);
  void add_others();
  void add_result(const LabVariant& variant, const std::string& problem);
  void write() const;

  LabArguments arguments_;
  AppConfig config_;
  std::filesystem::path out_;
  std::vector<LabVariant> variants_;
  Screen screen_{stderr_screen()};
  LabReport report_;
  std::string data_mark_;
  double last_shown_ = 0;
};

}  // namespace rn
