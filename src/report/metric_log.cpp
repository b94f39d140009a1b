#include "report/metric_log.h"

#include <chrono>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

Json start_of(const char* kind, double time, int64_t iteration) {
  return {{"kind", kind}, {"time", time}, {"iteration", iteration}};
}

Json start_of(const char* kind, double time, int64_t iteration, int64_t epoch) {
  Json line = start_of(kind, time, iteration);
  line["epoch"] = epoch;
  return line;
}

/// A line stays unless it says that it belongs to a later iteration. What isn't a metric (a note
/// by the user) stays too.
bool is_later(std::string_view line, int64_t iteration, bool evaluation_due) {
  const Json json = parse_json(line);
  if (!json.is_object()) return false;
  const auto found = json.find("iteration");
  if (found == json.end() || !found->is_number()) return false;
  const auto last = static_cast<double>(iteration);
  if (found->get<double>() != last) return found->get<double>() > last;
  return evaluation_due &&
         (json.value("kind", Json()) == "evaluation" || json.value("of", Json()) == "validation");
}

/// The whole lines of the file that a run keeps which goes on after `iteration`.
std::string kept_lines(std::string_view content, int64_t iteration, bool evaluation_due) {
  std::string kept;
  for (size_t start = 0; start < content.size();) {
    const size_t end = content.find('\n', start);
    if (end == std::string_view::npos) break;  // cut short when the run was killed
    const std::string_view line = content.substr(start, end + 1 - start);
    if (!is_later(line, iteration, evaluation_due)) kept += line;
    start = end + 1;
  }
  return kept;
}

const fs::path& without_earlier_numbers(const fs::path& path) {
  std::error_code ec;
  if (fs::file_size(path, ec) > 0 && !ec) {
    fail(
        "{}: found the numbers of an earlier run, expected no file; go on with that run "
        "(--resume), or choose another folder with --out",
        path.string());
  }
  return path;
}

Json shares_json(const LossShares& shares, const std::vector<double>& levels) {
  return {{"samples", shares.samples},
          {"loss", shares.loss},
          {"loss_of_easiest", shares.loss_of_easiest},
          {"p_t", shares.p_t},
          {"levels", levels}};
}

}  // namespace

double unix_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count() / 1000.0;
}

MetricLog::MetricLog(const fs::path& path, Clock clock)
    : MetricLog(Resumed{}, without_earlier_numbers(path), std::move(clock)) {}

MetricLog::MetricLog(Resumed, const fs::path& path, Clock clock)
    : file_(path), clock_(std::move(clock)) {}

MetricLog MetricLog::resume(const fs::path& path, int64_t iteration, bool evaluation_due,
                            Clock clock) {
  std::error_code ec;
  if (fs::exists(path, ec)) {
    const std::string content = read_file(path);
    const std::string kept = kept_lines(content, iteration, evaluation_due);
    if (std::string_view(content).starts_with(kept)) {
      // The usual case. Cutting needs no space, so it works on a full disk too.
      fs::resize_file(path, kept.size(), ec);
      if (ec) fail("{}: can't be shortened: {}", path.string(), ec.message());
    } else {
      write_file_atomically(path, std::string_view(kept));
    }
  }
  return MetricLog(Resumed{}, path, std::move(clock));
}

std::string MetricLog::add(const StepEvent& event) {
  Json line = start_of("step", clock_(), event.iteration, event.epoch);
  line["loss"] = event.loss_cls + event.loss_box;
  line["loss_cls"] = event.loss_cls;
  line["loss_box"] = event.loss_box;
  line["learning_rate"] = event.learning_rate;
  line["grad_norm"] = event.grad_norm;
  line["positives"] = event.positives;
  line["images"] = event.images;
  line["images_per_second"] = event.step_seconds > 0
                                  ? Json(static_cast<double>(event.images) / event.step_seconds)
                                  : Json(nullptr);
  line["step_seconds"] = event.step_seconds;
  line["data_seconds"] = event.data_seconds;
  if (event.skipped) line["skipped"] = true;
  return file_.append(json_text(line));
}

std::string MetricLog::add(const EvaluationEvent& event) {
  RN_CHECK(event.category_names.size() == event.category_ap.size(), "{} names, {} values",
           event.category_names.size(), event.category_ap.size());
  Json line = start_of("evaluation", clock_(), event.iteration, event.epoch);
  for (size_t i = 0; i < kStatNames.size(); ++i) line[kStatNames[i]] = event.stats[i];
  line["seconds"] = event.seconds;
  line["is_best"] = event.is_best;
  line["best_ap"] = event.best_ap;
  line["best_epoch"] = event.best_epoch;
  Json categories = Json::array();
  for (size_t i = 0; i < event.category_ap.size(); ++i) {
    categories.push_back({{"name", event.category_names[i]}, {"AP", event.category_ap[i]}});
  }
  line["per_category"] = std::move(categories);
  return file_.append(json_text(line));
}

std::string MetricLog::add(const LossProfileEvent& event) {
  Json line = start_of("loss_profile", clock_(), event.iteration, event.epoch);
  line["of"] = event.at_start ? "training" : "validation";
  line["images"] = event.images;
  line["easy_negatives_share"] = event.easy_negatives_share;
  line["positives"] = shares_json(event.positives, event.level_positives);
  line["negatives"] = shares_json(event.negatives, event.level_negatives);
  return file_.append(json_text(line));
}

std::string MetricLog::add(const RollbackEvent& event) {
  Json line = start_of("rollback", clock_(), event.to_iteration);
  line["from_iteration"] = event.iteration;
  line["reason"] = event.reason;
  line["rate_factor"] = event.rate_factor;
  return file_.append(json_text(line));
}

}  // namespace rn
