#include "cli/run_report.h"

#include <fmt/chrono.h>

#include <ctime>

#include "cli/data_facts.h"
#include "cli/report_pictures.h"
#include "config/load.h"
#include "core/config_io.h"
#include "core/error.h"
#include "core/files.h"
#include "eval/analysis.h"
#include "front/version.h"
#include "report/run_history.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kTrainingPictures = 9;
constexpr size_t kValidationPictures = 3;  ///< best ones, and worst ones
constexpr double kUsualScore = 0.3;        ///< where no threshold is better than others

std::string loss_text(const ClassificationLossConfig& loss) {
  std::string text(enum_name(loss.kind));
  const bool is_focal =
      loss.kind == ClassificationKind::kFocal || loss.kind == ClassificationKind::kSoftmaxFocal;
  if (is_focal) text += fmt::format(", gamma {:g}", loss.gamma);
  if ((is_focal || loss.kind == ClassificationKind::kBalancedCe) &&
      loss.alpha_from != AlphaFrom::kNone) {
    text += fmt::format(", alpha {:g}", loss.alpha);
  }
  return text;
}

/// The records that eval's page wants, with file names within the folder of the pictures.
std::vector<CocoImage> coco_images(const Dataset& dataset, const fs::path& folder) {
  std::vector<CocoImage> images;
  for (const LabelledImage& image : dataset.images()) {
    images.push_back({image.id, image.path.lexically_relative(folder).string(), image.size.width,
                      image.size.height});
  }
  return images;
}

std::string now_text() {
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(std::time(nullptr)));
}

}  // namespace

RunReport::RunReport(Run run, OnProblem on_problem)
    : run_(std::move(run)), on_problem_(std::move(on_problem)) {}

void RunReport::restore_outcome() {
  try {
    const fs::path path = run_.folder.detections();
    const bool has_none = read_file(path) == results_json({});
    outcome_ =
        run_.validator->evaluate(has_none ? std::vector<CocoResult>{} : read_coco_results(path));
  } catch (const Error&) {  // not there, or not to be read: the next evaluation brings one
  }
}

void RunReport::write(const RunState& state, RunLog* log) {
  try {
    const bool has_been_evaluated = state.best_epoch > 0;
    std::error_code ec;
    if (has_been_evaluated && !outcome_ && fs::exists(run_.folder.report(), ec)) return;
    write_file_atomically(run_.folder.report(), std::string_view(page(state, log)));
    is_new_ = false;
  } catch (const std::exception& e) {
    on_problem_(
        fmt::format("the run's page can't be written, the run goes on without it: {}", e.what()));
  }
}

void RunReport::prepare() {
  if (is_prepared_) return;
  is_prepared_ = true;
  const AppConfig& config = run_.config;
  const double iou = config.loss.matcher.positive_iou;
  const Dataset& val = run_.validator->dataset();
  train_facts_ = data_facts(*run_.train, config.data, config.model.anchors, iou);
  DataConfig val_config = config.data;
  val_config.augment.short_sides = {};
  val_facts_ = data_facts(val, val_config, config.model.anchors, iou);
  images_ = coco_images(val, config.data.val.images);
  try {
    batch_ = training_pictures(run_.train, config.data, config.train.batch_size,
                               static_cast<uint64_t>(config.seed), kTrainingPictures);
    drawer_.emplace(val);
  } catch (const Error& e) {
    on_problem_(fmt::format("pictures are missing on the run's page: {}", e.what()));
  }
}

void RunReport::draw_validation(const Analysis& analysis, int64_t iteration, RunLog* log) {
  validation_.clear();
  if (!drawer_) return;
  const auto& best = analysis.class_table.all.best_f1;
  try {
    auto pictures =
        drawer_->draw(outcome_->detections, best ? best->score : kUsualScore, kValidationPictures);
    for (size_t i = 0; i < pictures.size(); ++i) {
      const EncodedJpeg& drawing = pictures[i].drawing;
      validation_.push_back(std::move(pictures[i].page));
      if (log == nullptr) continue;
      log->add_image(
          fmt::format("validation/{}", i), iteration,
          {drawing.bytes, static_cast<int>(drawing.width), static_cast<int>(drawing.height)});
    }
  } catch (const Error& e) {
    on_problem_(fmt::format("validation pictures are missing on the run's page: {}", e.what()));
  }
}

std::string RunReport::page(const RunState& state, RunLog* log) {
  prepare();
  const AppConfig& config = run_.config;
  const RunHistory history = read_run_history(run_.folder.metrics());
  RunReportInput input{
      .history = history,
      .state = state,
      .name = config.name,
      .folder = run_.folder.path.string(),
      .model = run_.model,
      .device = run_.device,
      .loss = loss_text(config.loss.classification),
      .date = now_text(),
      .program = version_line(),
      .train = &train_facts_,
      .val = &val_facts_,
      .anchors = anchor_facts(config.model.anchors, config.loss.matcher.positive_iou),
      .batch = batch_,
      .config = dump_config(config)};
  if (!outcome_) return run_page(input);

  const CocoGroundTruth& ground_truth = run_.validator->ground_truth();
  const Analysis analysis =
      analyze(ground_truth, outcome_->detections, outcome_->matches, outcome_->result);
  draw_validation(analysis, state.iteration, is_new_ ? log : nullptr);
  input.validation = validation_;
  ReportPictures pictures(config.data.val.images);
  const EvalReportInput evaluation{
      .ground_truth = ground_truth,
      .images = images_,
      .result = outcome_->result,
      .analysis = analysis,
      .detections = static_cast<int64_t>(outcome_->detections.size()),
      .annotations_name = run_.validator->dataset().source(),
      .detections_name = run_.folder.detections().string(),
      .model_name = {},
      .images_name = config.data.val.images,
      .date = input.date,
      .program = input.program,
      .compared_name = {},
      .pictures = pictures.source(),
  };
  input.evaluation = &evaluation;
  std::string html = run_page(input);
  const std::string missing = pictures.missing_text();
  if (is_new_ && !missing.empty()) on_problem_("the run's page: " + missing);
  return html;
}

}  // namespace rn
