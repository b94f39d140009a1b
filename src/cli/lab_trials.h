#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/run_folder.h"
#include "config/app_config.h"
#include "lab/variants.h"

namespace rn {

/// What `retinanet lab` is told.
struct LabArguments {
  std::string config;
  std::vector<std::string> overrides;
  std::string out;
  std::vector<std::string> variants;
  int64_t seeds = 1;  ///< how often each loss is trained, with seeds from the config's on
};

/// A training of the laboratory: a loss with a seed.
struct LabTrial {
  LabVariant variant;
  int64_t seed = 0;
  std::string
      name;  ///< also of its folder: the variant's, with "-seed7" for all but the first seed
};

/// The laboratory's trials as they lie in its folder: how each is trained, and which are done.
class LabTrials {
 public:
  LabTrials(const LabArguments& arguments, const AppConfig& config, std::filesystem::path out);

  /// One seed after the other, so that the table is whole as early as it can be.
  std::vector<LabTrial> wanted() const;
  /// Those that were trained before and aren't wanted now. What can't be compared is left out.
  std::vector<LabTrial> done_besides() const;

  RunFolder folder(const LabTrial& trial) const { return {out_ / trial.name}; }
  /// Has all that the trial says.
  std::filesystem::path output(const LabTrial& trial) const { return out_ / (trial.name + ".txt"); }
  /// The words that train it, or go on with it.
  std::vector<std::string> command(const LabTrial& trial) const;
  /// The trial that is trained for it: itself, or that of the variant which is the same function.
  LabTrial trained_for(const LabTrial& trial) const;

  /// @throws Error if it has been begun with another config or on other data
  void check_unchanged(const LabTrial& trial) const;
  bool is_done(const LabTrial& trial) const;
  void mark_begun(const LabTrial& trial) const;
  /// @throws Error if the data have changed since the laboratory began
  void mark_done(const LabTrial& trial) const;

 private:
  void check_unchanged_config(const LabTrial& trial) const;
  void check_mark(const std::filesystem::path& mark, const LabTrial& trial) const;
  /// What it was begun on.
  std::filesystem::path data_mark(const LabTrial& trial) const {
    return out_ / (trial.name + ".data");
  }
  LabTrial trial_of(const LabVariant& variant, int64_t seed) const;
  std::vector<std::string> settings(const LabTrial& trial) const;
  std::vector<int64_t> seeds_there(const LabVariant& variant) const;

  LabArguments arguments_;
  std::filesystem::path out_;
  DataConfig data_;
  int64_t first_seed_ = 0;
  std::string data_mark_;
};

}  // namespace rn
