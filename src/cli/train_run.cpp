#include "cli/train_run.h"

#include <torch/version.h>

#include <cmath>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "cli/anchor_text.h"
#include "cli/data_wait.h"
#include "cli/datasets.h"
#include "cli/device.h"
#include "cli/log_sink.h"
#include "cli/recovery_text.h"
#include "cli/run_ending.h"
#include "cli/run_evaluator.h"
#include "cli/run_folder.h"
#include "cli/run_report.h"
#include "cli/signals.h"
#include "cli/start_lines.h"
#include "cli/start_model.h"
#include "config/changes.h"
#include "config/load.h"
#include "core/config_io.h"
#include "core/files.h"
#include "eval/report_text.h"
#include "front/exit_codes.h"
#include "model/model_file.h"
#include "report/run_display.h"
#include "report/run_log.h"
#include "report/screen.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

namespace rn {
namespace {

/// One training run from its config to its last line.
class TrainRun {
 public:
  TrainRun(AppConfig config, RunPlace place)
      : config_(std::move(config)), place_(std::move(place)), screen_(stderr_screen()) {}

  int run();
  /// What ends the run is in its log, too.
  void log_end(const std::string& error) {
    if (display_) display_->finish();
    screen_.log("error: " + error);
  }

 private:
  void load_data();
  void open_folder();
  bool resume(Trainer& trainer);
  std::optional<EvaluationEvent> evaluate(RetinaNet& model);
  void on_rollback(const RollbackEvent& event);
  void report_problem(const std::string& problem);
  void show(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) screen_.print(line);
  }
  void open_report(const std::string& model, const TrainingProgress& progress);
  void write_report(const RunState& state) { report_->write(state, numbers_.get()); }
  void skip_picture(const BadPicture& picture);
  TrainResult train(Trainer& trainer);
  int finish(const TrainResult& result, const RetinaNet& model);
  void show_anchors();
  TrainerHooks hooks();

  AppConfig config_;
  RunPlace place_;
  std::optional<RunFolderLock> lock_;
  Screen screen_;
  LogToScreen log_{screen_};
  torch::Device device_ = torch::kCPU;
  std::shared_ptr<const Dataset> train_;
  std::unique_ptr<RunEvaluator> evaluator_;
  std::optional<Criterion> criterion_;
  std::unique_ptr<RunLog> numbers_;
  std::unique_ptr<RunDisplay> display_;
  std::unique_ptr<DataWait> data_wait_;
  std::unique_ptr<RunReport> report_;
  int64_t iterations_ = 0;  ///< of the whole run
  std::string last_table_;
  std::set<std::string> reported_;
  int64_t skipped_pictures_ = 0;
};

void TrainRun::load_data() {
  const DataConfig& data = config_.data;
  const DatasetPolicy policy{data.invalid_boxes, data.labels};
  train_ = load_and_show(data.train, policy, "data.train", screen_);
  const auto val = load_and_show(data.val, policy, "data.val", screen_);
  check_same_categories(train_->categories(), train_->source(), val->categories(), val->source());
  show_anchors();
  evaluator_ = std::make_unique<RunEvaluator>(config_, *train_, val, device_, screen_);
  data_wait_ = std::make_unique<DataWait>(
      data, *train_, static_cast<int64_t>(std::thread::hardware_concurrency()));
}

void TrainRun::show_anchors() {
  const AnchorText anchors = short_anchor_text(*train_, config_);
  for (const std::string& line : anchors.lines) screen_.print(start_line("anchors", line));
  if (!anchors.is_warning) return;
  report_problem(
      "many objects of a size are reached by no anchor; retinanet data check proposes better ones");
}

/// The folder is made only after config and data have been found good.
void TrainRun::open_folder() {
  make_writable_folder(place_.folder.path);
  lock_.emplace(place_.folder);
  report_problem(lock_->warning());
  check_unchanged(place_);
  screen_.log_to(place_.folder.log());
}

/// @return whether there is anything left to do
bool TrainRun::resume(Trainer& trainer) {
  const TrainingState state = load_checkpoint(place_.folder.checkpoint());
  const ConfigChanges changes = config_changes(state.config, dump_config(config_));
  for (const std::string& change : changes.of_result) {
    report_problem("the config has changed since the run was stopped, so its result may, too: " +
                   change);
  }
  for (const std::string& change : changes.harmless) {
    screen_.print("The config has changed since the run was stopped, the result won't: " + change);
  }
  trainer.resume(state, place_.folder.checkpoint().string());
  return trainer.progress().iteration < trainer.length().iterations ||
         trainer.progress().evaluation_due;
}

/// Once: what goes wrong at every step must not bury the rest.
void TrainRun::report_problem(const std::string& problem) {
  if (problem.empty() || !reported_.insert(problem).second) return;
  screen_.print("warning: " + problem);
}

void TrainRun::skip_picture(const BadPicture& picture) {
  ++skipped_pictures_;
  report_problem(fmt::format("data.train: image {} is left out of training ({} of at most {}): {}",
                             picture.image_id, skipped_pictures_, config_.data.max_bad_images,
                             picture.reason));
}

std::optional<EvaluationEvent> TrainRun::evaluate(RetinaNet& model) {
  auto outcome = evaluator_->evaluate(model, *criterion_);
  if (!outcome) return {};
  EvaluationEvent event = evaluation_event(outcome->evaluation);
  event.loss_profile = summarize(outcome->losses);
  last_table_ = category_table(outcome->evaluation.result);
  try {
    write_file_atomically(place_.folder.detections(), results_json(outcome->evaluation.detections));
  } catch (const Error& e) {  // the run is worth more than this file
    report_problem(e.what());
  }
  report_->set_outcome(std::move(outcome->evaluation));
  return event;
}

void TrainRun::on_rollback(const RollbackEvent& event) {
  display_->on_rollback();
  numbers_->add(event);
  if (!event.gives_up) screen_.print("warning: " + rollback_text(event));  // else the error tells
}

TrainerHooks TrainRun::hooks() {
  TrainerHooks hooks;
  hooks.on_step = [this](const StepEvent& event) {
    display_->on_step(event);
    report_problem(data_wait_->add(event));
    if (event.iteration % config_.train.log_every == 0 || event.iteration == 1 ||
        event.iteration == event.iterations || event.skipped) {
      numbers_->add(event);
    }
  };
  hooks.evaluate = [this](RetinaNet& model) { return evaluate(model); };
  hooks.on_start_profile = [this](const LossProfileEvent& event) { numbers_->add(event); };
  hooks.on_evaluation = [this](const EvaluationEvent& event) {
    display_->on_evaluation(event);
    numbers_->add(event);
  };
  hooks.after_evaluation = [this](const EvaluationEvent& event) {
    write_report(evaluated_state(event, iterations_, config_));
  };
  hooks.on_rollback = [this](const RollbackEvent& event) { on_rollback(event); };
  hooks.should_stop = stop_requested;
  hooks.should_save = [this] {
    if (!take_save_request()) return false;
    screen_.print("SIGUSR1: the run is saved as soon as the disk is free, and goes on.");
    return true;
  };
  return hooks;
}

void TrainRun::open_report(const std::string& model, const TrainingProgress& progress) {
  report_ = std::make_unique<RunReport>(
      RunReport::Run{config_, place_.folder, train_, &evaluator_->validator(), model,
                     device_text(device_)},
      [this](const std::string& problem) { report_problem(problem); });
  // One may look at the training pictures before the first epoch is over.
  if (place_.resume) report_->restore_outcome();
  write_report(running_state(progress, iterations_, config_));
}

int TrainRun::run() {
  catch_save_signal();
  device_ = open_device(config_.device);
  screen_.print(banner(device_, config_.precision));
  show(setting_lines(config_, screen_.width()));
  for (const std::string& doubt : doubtful_settings(config_)) report_problem(doubt);
  load_data();

  RetinaNet model = start_model(config_, train_->num_classes(), screen_);
  criterion_.emplace(config_.loss, train_->num_classes(), train_->summary().objects_per_class);
  LoaderOptions loader_options =
      training_loader(config_.data, config_.train.batch_size, static_cast<uint64_t>(config_.seed));
  loader_options.on_bad_picture = [this](const BadPicture& picture) { skip_picture(picture); };
  DataLoader loader(train_, loader_options);
  Trainer trainer({config_.train,
                   config_.precision,
                   device_,
                   config_.seed,
                   train_->checksum(),
                   train_->objects_checksum(),
                   place_.folder.path,
                   dump_config(config_),
                   fmt::format("{}, LibTorch {}", device_text(device_), TORCH_VERSION),
                   {config_.model, train_->categories(), to_metadata(detector_config(config_))}},
                  model, *criterion_, loader, hooks());
  open_folder();
  if (place_.resume && !resume(trainer)) {  // nothing of it is written anew
    show(ended_before_lines(trainer.progress(), place_.folder));
    return kExitDone;
  }
  write_file_atomically(place_.folder.config(), dump_config(config_));
  const int64_t done = trainer.progress().iteration;
  numbers_ =
      std::make_unique<RunLog>(place_.folder.path, done, trainer.progress().evaluation_due,
                               [this](const std::string& problem) { report_problem(problem); });
  iterations_ = trainer.length().iterations;
  const std::string model_text = model_line(model, config_);
  screen_.print(start_line("model", model_text));
  screen_.print(learning_rate_line(config_.train, trainer.length()));
  screen_.print(run_line(config_.train, trainer.length(),
                         place_.resume ? std::optional(done) : std::nullopt,
                         place_.folder.path.string()));
  open_report(model_text, trainer.progress());
  const TrainResult result = train(trainer);
  return finish(result, model);
}

TrainResult TrainRun::train(Trainer& trainer) {
  display_ = std::make_unique<RunDisplay>(screen_);
  catch_stop_signals();
  try {
    TrainResult result = trainer.run();
    display_->finish();
    return result;
  } catch (const std::exception& e) {
    write_report(failed_state(trainer.progress(), e, iterations_, config_));
    throw;
  }
}

int TrainRun::finish(const TrainResult& result, const RetinaNet& model) {
  if (skipped_pictures_ > 0) {
    report_problem(fmt::format(
        "{} of {} training pictures couldn't be read and were left out; they are named above, and "
        "retinanet data check names them all",
        skipped_pictures_, train_->size()));
  }
  report_problem(recovery_text(result.progress));
  if (result.stopped || result.stopped_early)
    write_report(ended_state(result, iterations_, config_));
  const std::string speed = result.stopped ? "" : evaluator_->speed_text(model);
  show(ending_lines(result, place_.folder, {last_table_, speed}));
  return result.stopped ? kExitInterrupted : kExitDone;
}

}  // namespace

int run_training(AppConfig config, RunPlace place) {
  TrainRun run(std::move(config), std::move(place));
  try {
    return run.run();
  } catch (const std::exception& e) {
    run.log_end(e.what());
    throw;
  }
}

}  // namespace rn
