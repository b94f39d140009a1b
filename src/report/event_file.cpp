#include "report/event_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "report/event.pb.h"
#include "report/record_framing.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

using tensorboard::Event;
using tensorboard::SessionLog;
using tensorboard::Summary;

constexpr std::string_view kPrefix = "events.out.tfevents.";

std::string record_of(const Event& event) { return tfrecord(event.SerializeAsString()); }

/// TensorBoard drops what it has read of `step` and later ones, unless it is the first such event
/// of the folder.
std::string start_record(double time, int64_t step) {
  Event event;
  event.set_wall_time(time);
  event.set_step(step);
  event.mutable_session_log()->set_status(SessionLog::START);
  return record_of(event);
}

std::string version_record(double time) {
  Event event;
  event.set_wall_time(time);
  event.set_file_version("brain.Event:2");  // from 2 on, START events are heeded
  return record_of(event);
}

Event summary_event(double time, int64_t step) {
  Event event;
  event.set_wall_time(time);
  event.set_step(step);
  event.mutable_summary();
  return event;
}

void add_scalar(Event& event, std::string tag, double value) {
  Summary::Value* scalar = event.mutable_summary()->add_value();
  scalar->set_tag(std::move(tag));
  scalar->set_simple_value(static_cast<float>(value));
}

/// An average of no objects is -1.
void add_average(Event& event, std::string tag, double value) {
  if (value >= 0) add_scalar(event, std::move(tag), value);
}

/// Readers refuse a record with a string that isn't UTF-8.
std::string as_utf8(std::string_view text) {
  return parse_json(json_text(Json(text))).get<std::string>();
}

/// The SECONDS of an event file's name; 0 of any other name.
int64_t seconds_in(std::string_view name) {
  if (!name.starts_with(kPrefix)) return 0;
  name.remove_prefix(kPrefix.size());
  int64_t seconds = 0;
  std::from_chars(name.data(), name.data() + name.size(), seconds);
  return seconds;
}

/// A name behind those of the folder's other event files, also when a run goes on within a second
/// or the clock was put back.
std::string next_name(const fs::path& folder, double time) {
  auto seconds = static_cast<int64_t>(time);
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    seconds = std::max(seconds, seconds_in(it->path().filename().string()) + 1);
  }
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {"localhost"};
  return fmt::format("{}{:010}.{}.{}", kPrefix, seconds, host.data(), ::getpid());
}

}  // namespace

EventFile::EventFile(fs::path folder, int64_t done, MetricLog::Clock clock)
    : folder_(std::move(folder)), clock_(std::move(clock)) {
  const double time = clock_();
  owed_ = version_record(time) + start_record(time, done + 1);
}

std::string EventFile::write(std::string_view record) {
  if (!file_) {
    try {
      file_.emplace(folder_ / next_name(folder_, clock_()));
    } catch (const Error& e) {
      return e.what();
    }
  }
  std::string problem = file_->append_record(owed_ + std::string(record));
  if (problem.empty()) owed_.clear();
  return problem;
}

std::string EventFile::add(const StepEvent& event) {
  Event summary = summary_event(clock_(), event.iteration);
  add_scalar(summary, "loss/total", event.loss_cls + event.loss_box);
  add_scalar(summary, "loss/cls", event.loss_cls);
  add_scalar(summary, "loss/box", event.loss_box);
  add_scalar(summary, "train/learning_rate", event.learning_rate);
  add_scalar(summary, "train/grad_norm", event.grad_norm);
  add_scalar(summary, "train/positives", static_cast<double>(event.positives));
  add_scalar(summary, "speed/step_seconds", event.step_seconds);
  if (event.step_seconds > 0) {
    const auto images = static_cast<double>(event.images);
    add_scalar(summary, "speed/images_per_second", images / event.step_seconds);
    add_scalar(summary, "speed/data_wait_share", event.data_seconds / event.step_seconds);
  }
  return write(record_of(summary));
}

std::string EventFile::add(const EvaluationEvent& event) {
  RN_CHECK(event.category_names.size() == event.category_ap.size(), "{} names, {} values",
           event.category_names.size(), event.category_ap.size());
  Event summary = summary_event(clock_(), event.iteration);
  for (size_t i = 0; i < event.stats.size(); ++i) {
    add_average(summary, std::string("eval/") + kStatNames[i], event.stats[i]);
  }
  add_scalar(summary, "eval/seconds", event.seconds);
  for (size_t i = 0; i < event.category_ap.size(); ++i) {
    add_average(summary, "eval_class/" + as_utf8(event.category_names[i]), event.category_ap[i]);
  }
  return write(record_of(summary));
}

std::string EventFile::add(const LossProfileEvent& event) {
  Event summary = summary_event(clock_(), event.iteration);
  add_scalar(summary, "eval/easy_negatives_share", event.easy_negatives_share);
  return write(record_of(summary));
}

std::string EventFile::add_image(std::string_view tag, int64_t iteration,
                                 const EncodedPicture& picture) {
  Event summary = summary_event(clock_(), iteration);
  Summary::Value* value = summary.mutable_summary()->add_value();
  value->set_tag(as_utf8(tag));
  Summary::Image* image = value->mutable_image();
  image->set_width(picture.width);
  image->set_height(picture.height);
  image->set_colorspace(3);  // RGB
  image->set_encoded_image_string(picture.bytes.data(), picture.bytes.size());
  return write(record_of(summary));
}

std::string EventFile::go_back(int64_t iteration) {
  owed_ += start_record(clock_(), iteration + 1);
  return write({});
}

}  // namespace rn
