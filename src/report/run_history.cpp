#include "report/run_history.h"

#include <limits>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "report/metric_log.h"

namespace rn {
namespace {

/// What is wrong with a line; the caller knows which it is.
struct DamagedLine {
  std::string found;
};

[[noreturn]] void damaged(std::string_view key, const char* expected, const Json& found) {
  throw DamagedLine{
      fmt::format("\"{}\" is {}, expected {}", key, json_text(found).substr(0, 40), expected)};
}

const Json* find(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

double number_of(const Json& value, std::string_view key) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!value.is_number()) damaged(key, "a number", value);
  return value.get<double>();
}

double number(const Json& line, std::string_view key) {
  const Json* value = find(line, key);
  return number_of(value == nullptr ? Json() : *value, key);
}

int64_t whole(const Json& line, std::string_view key) {
  const Json* value = find(line, key);
  if (value == nullptr) return 0;
  if (!value->is_number_integer()) damaged(key, "a whole number", *value);
  return value->get<int64_t>();
}

bool flag(const Json& line, std::string_view key) {
  const Json* value = find(line, key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) damaged(key, "true or false", *value);
  return value->get<bool>();
}

std::string text(const Json& line, std::string_view key) {
  const Json* value = find(line, key);
  if (value == nullptr) return {};
  if (!value->is_string()) damaged(key, "a text", *value);
  return value->get<std::string>();
}

std::vector<double> numbers(const Json& line, std::string_view key) {
  const Json* value = find(line, key);
  if (value == nullptr) return {};
  if (!value->is_array()) damaged(key, "a list", *value);
  std::vector<double> out;
  for (const Json& item : *value) out.push_back(number_of(item, key));
  return out;
}

StepEvent step_of(const Json& line) {
  StepEvent event;
  event.iteration = whole(line, "iteration");
  event.epoch = whole(line, "epoch");
  event.images = whole(line, "images");
  event.positives = whole(line, "positives");
  event.loss_cls = number(line, "loss_cls");
  event.loss_box = number(line, "loss_box");
  event.learning_rate = number(line, "learning_rate");
  event.grad_norm = number(line, "grad_norm");
  event.skipped = flag(line, "skipped");
  event.step_seconds = number(line, "step_seconds");
  event.data_seconds = number(line, "data_seconds");
  return event;
}

EvaluationEvent evaluation_of(const Json& line) {
  EvaluationEvent event;
  event.iteration = whole(line, "iteration");
  event.epoch = whole(line, "epoch");
  for (size_t i = 0; i < kStatNames.size(); ++i) event.stats[i] = number(line, kStatNames[i]);
  event.seconds = number(line, "seconds");
  event.is_best = flag(line, "is_best");
  event.best_ap = number(line, "best_ap");
  event.best_epoch = whole(line, "best_epoch");
  const Json* categories = find(line, "per_category");
  if (categories == nullptr) return event;
  if (!categories->is_array()) damaged("per_category", "a list", *categories);
  for (const Json& category : *categories) {
    if (!category.is_object()) damaged("per_category", "a list of objects", category);
    event.category_names.push_back(text(category, "name"));
    event.category_ap.push_back(number(category, "AP"));
  }
  return event;
}

LossShares shares_of(const Json& line, const char* key, std::vector<double>& levels) {
  const Json* found = find(line, key);
  if (found == nullptr) return {};
  if (!found->is_object()) damaged(key, "an object", *found);
  levels = numbers(*found, "levels");
  return {.samples = number(*found, "samples"),
          .loss = number(*found, "loss"),
          .loss_of_easiest = numbers(*found, "loss_of_easiest"),
          .p_t = numbers(*found, "p_t")};
}

LossProfileEvent profile_of(const Json& line) {
  LossProfileEvent event;
  event.iteration = whole(line, "iteration");
  event.epoch = whole(line, "epoch");
  event.at_start = text(line, "of") == "training";
  event.images = whole(line, "images");
  event.easy_negatives_share = number(line, "easy_negatives_share");
  event.positives = shares_of(line, "positives", event.level_positives);
  event.negatives = shares_of(line, "negatives", event.level_negatives);
  return event;
}

RollbackEvent rollback_of(const Json& line) {
  RollbackEvent event;
  event.to_iteration = whole(line, "iteration");
  event.iteration = whole(line, "from_iteration");
  event.reason = text(line, "reason");
  event.rate_factor = number(line, "rate_factor");
  return event;
}

void add_line(std::string_view content, RunHistory& history) {
  const Json line = parse_json(content);
  if (line.is_discarded()) throw DamagedLine{"no JSON"};
  if (!line.is_object()) return;
  const Json kind = line.value("kind", Json());
  if (kind == "step") history.steps.push_back(step_of(line));
  if (kind == "evaluation") history.evaluations.push_back(evaluation_of(line));
  if (kind == "loss_profile") history.profiles.push_back(profile_of(line));
  if (kind == "rollback") history.rollbacks.push_back(rollback_of(line));
}

}  // namespace

RunHistory read_run_history(const std::filesystem::path& metrics_jsonl) {
  const std::string content = read_file(metrics_jsonl);
  RunHistory history;
  int64_t number_of_line = 0;
  for (size_t start = 0; start < content.size();) {
    const size_t end = content.find('\n', start);
    if (end == std::string::npos) break;
    ++number_of_line;
    const std::string_view line(content.data() + start, end - start);
    start = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    try {
      add_line(line, history);
    } catch (const DamagedLine& damage) {
      fail("{}: line {}: found {}; remove this line, the others hold the rest of the run",
           metrics_jsonl.string(), number_of_line, damage.found);
    }
  }
  return history;
}

}  // namespace rn
