#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/run_folder.h"
#include "cli/run_pictures.h"
#include "cli/validation.h"
#include "config/app_config.h"
#include "data/dataset.h"
#include "report/run_log.h"
#include "runreport/run_report.h"

namespace rn {

/// Writes report.html into a run's folder. The page is for people and never worth the run: what
/// goes wrong with it is told, harms nothing, and may be told again each time.
class RunReport {
 public:
  using OnProblem = std::function<void(const std::string&)>;

  struct Run {
    AppConfig config;
    RunFolder folder;
    std::shared_ptr<const Dataset> train;
    const Validator* validator = nullptr;  ///< it must outlive the report
    std::string model, device;             ///< as they are shown
  };

  RunReport(Run run, OnProblem on_problem);

  /// The outcome is shown on the pages that are written from now on.
  void set_outcome(Validator::Outcome outcome) {
    outcome_ = std::move(outcome);
    is_new_ = true;
  }

  /// Of a run that goes on: the outcome is that of its detections.json, if that can be read.
  void restore_outcome();

  /// Writes the page: all that metrics.jsonl holds, and the last outcome. A page that has more, as
  /// that of a run that was evaluated and whose detections are lost, is left as it is.
  /// @param log gets the validation pictures if there is a new outcome; may be null
  void write(const RunState& state, RunLog* log);

 private:
  std::string page(const RunState& state, RunLog* log);
  /// What doesn't change: counted and drawn when the first page is written.
  void prepare();
  void draw_validation(const Analysis& analysis, int64_t iteration, RunLog* log);

  Run run_;
  OnProblem on_problem_;
  bool is_prepared_ = false;
  DataFacts train_facts_, val_facts_;
  std::vector<CocoImage> images_;  ///< of the validation set
  std::vector<RunPicture> batch_;
  std::optional<ValidationPictures> drawer_;
  std::vector<TruthBeside> validation_;
  std::optional<Validator::Outcome> outcome_;
  bool is_new_ = false;  ///< no page has shown the outcome yet
};

}  // namespace rn
