#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "eval/analysis/comparison.h"
#include "eval/matches.h"

namespace rn {

/// The options of `eval`.
struct EvalArguments {
  std::string annotations;
  std::string detections;  ///< read or, with a model, written
  std::string json;
  std::string report;   ///< folder
  std::string compare;  ///< results file
  std::string images;   ///< folder
  EvalOptions options;
  BootstrapOptions bootstrap;
  // With a model only:
  std::string model;
  std::string device = "auto";
  std::string precision = "fp32";
  int64_t batch_size = 1;
  int64_t workers = 2;

  /// Whether it needs pictures, and so the engine.
  bool needs_engine() const { return !model.empty() || !images.empty(); }
};

/// Adds the subcommand with its options. @param arguments must live as long as `program`
CLI::App* add_eval_options(CLI::App& program, EvalArguments& arguments);

/// @throws Error naming the options that don't go together, or a path that won't do
void check_eval_arguments(const EvalArguments& arguments);

}  // namespace rn
