#include "cli/lab_trials.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

#include "config/changes.h"
#include "config/load.h"
#include "core/error.h"
#include "core/files.h"

namespace rn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDoneName = "lab-done";  // of a run: it has come to its end

std::string seed_suffix(int64_t seed) { return fmt::format("-seed{}", seed); }

/// The seed at the end of a folder's name that begins with `start`.
std::optional<int64_t> seed_in(std::string_view name, std::string_view start) {
  if (!name.starts_with(start)) return std::nullopt;
  const std::string_view digits = name.substr(start.size());
  int64_t seed = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (problem != std::errc() || name != fmt::format("{}{}", start, seed)) return std::nullopt;
  return seed;
}

/// What must be the same for runs to be compared, beside their configs.
std::string mark_of_data(const DataConfig& data) {
  std::string mark;
  for (const DatasetConfig& set : {data.train, data.val}) {
    const std::string text = read_file(set.annotations);
    mark += fmt::format("{} {} {:08x}\n", set.annotations, text.size(),
                        ::crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
  }
  return mark;
}

}  // namespace

LabTrials::LabTrials(const LabArguments& arguments, const AppConfig& config, fs::path out)
    : arguments_(arguments),
      out_(std::move(out)),
      data_(config.data),
      first_seed_(config.seed),
      data_mark_(mark_of_data(data_)) {}

LabTrial LabTrials::trial_of(const LabVariant& variant, int64_t seed) const {
  return {variant, seed, variant.name + (seed == first_seed_ ? "" : seed_suffix(seed))};
}

std::vector<LabTrial> LabTrials::wanted() const {
  std::vector<LabTrial> trials;
  for (int64_t k = 0; k < arguments_.seeds; ++k) {
    for (const LabVariant& variant : chosen_variants(arguments_.variants)) {
      trials.push_back(trial_of(variant, first_seed_ + k));
    }
  }
  return trials;
}

std::vector<int64_t> LabTrials::seeds_there(const LabVariant& variant) const {
  std::vector<int64_t> seeds = {first_seed_};
  std::error_code ec;
  for (auto it = fs::directory_iterator(out_, ec); !ec && it != fs::directory_iterator();
       it.increment(ec)) {
    const auto seed = seed_in(it->path().filename().string(), variant.name + "-seed");
    if (seed && *seed != first_seed_) seeds.push_back(*seed);
  }
  return seeds;
}

std::vector<LabTrial> LabTrials::done_besides() const {
  const std::vector<LabTrial> now = wanted();
  std::vector<LabTrial> done;
  for (const LabVariant& variant : lab_variants()) {
    if (!variant.same_as.empty()) continue;
    for (const int64_t seed : seeds_there(variant)) {
      const LabTrial trial = trial_of(variant, seed);
      const auto is_this = [&](const LabTrial& other) { return other.name == trial.name; };
      if (std::any_of(now.begin(), now.end(), is_this)) continue;
      try {
        check_unchanged(trial);
      } catch (const Error&) {
        continue;  // of another config or other data: not to be compared
      }
      if (!is_done(trial)) continue;
      done.push_back(trial);
      for (const LabVariant& other : chosen_variants(arguments_.variants)) {
        if (other.same_as == variant.name) done.push_back(trial_of(other, seed));
      }
    }
  }
  return done;
}

std::vector<std::string> LabTrials::settings(const LabTrial& trial) const {
  std::vector<std::string> all = arguments_.overrides;
  const auto& of_variant = trial.variant.settings;
  all.insert(all.end(), of_variant.begin(), of_variant.end());
  all.push_back("name=" + trial.name);
  all.push_back(fmt::format("seed={}", trial.seed));
  all.emplace_back("train.early_stop=0");  // the budget is what the variants have in common
  return all;
}

std::vector<std::string> LabTrials::command(const LabTrial& trial) const {
  std::vector<std::string> words = {"train", arguments_.config, "--out",
                                    folder(trial).path.string(), "--resume"};
  for (const std::string& setting : settings(trial)) {
    words.emplace_back("--set");
    words.push_back(setting);
  }
  return words;
}

LabTrial LabTrials::trained_for(const LabTrial& trial) const {
  if (trial.variant.same_as.empty()) return trial;
  return trial_of(chosen_variants({trial.variant.same_as}).front(), trial.seed);
}

void LabTrials::check_unchanged_config(const LabTrial& trial) const {
  std::error_code ec;
  if (!trial.variant.same_as.empty() || !fs::exists(folder(trial).config(), ec)) return;
  const AppConfig wanted = load_config(arguments_.config, settings(trial));
  const ConfigChanges changes =
      config_changes(read_file(folder(trial).config()), dump_config(wanted));
  std::vector<std::string> differences = changes.of_result;
  // Of no effect on a run that goes on, but variants must start from the same weights.
  std::copy_if(changes.harmless.begin(), changes.harmless.end(), std::back_inserter(differences),
               [](const std::string& change) { return change.starts_with("model."); });
  if (differences.empty()) return;
  fail(
      "{}: was trained with another config ({}), so it can't be compared; name another folder with "
      "--out, or remove that run",
      folder(trial).path.string(), differences.front());
}

void LabTrials::check_mark(const fs::path& mark, const LabTrial& trial) const {
  std::error_code ec;
  if (!fs::exists(mark, ec) || read_file(mark) == data_mark_) return;
  fail(
      "{}: was trained on other annotations than those there are now, so it can't be compared; "
      "name another folder with --out, or remove that run",
      folder(trial).path.string());
}

void LabTrials::check_unchanged(const LabTrial& trial) const {
  check_unchanged_config(trial);
  if (holds_run(folder(trial))) check_mark(data_mark(trial), trial);
  check_mark(folder(trial).path / kDoneName, trial);
}

bool LabTrials::is_done(const LabTrial& trial) const {
  std::error_code ec;
  return fs::exists(folder(trial).path / kDoneName, ec);
}

void LabTrials::mark_begun(const LabTrial& trial) const {
  write_file_atomically(data_mark(trial), std::string_view(data_mark_));
}

void LabTrials::mark_done(const LabTrial& trial) const {
  if (mark_of_data(data_) != data_mark_) {
    fail("the annotations have changed while the laboratory ran; name another folder with --out");
  }
  write_file_atomically(folder(trial).path / kDoneName, std::string_view(data_mark_));
}

}  // namespace rn
