#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "eval/coco_evaluator.h"

namespace rn {

/// The options of `eval`.
struct EvalArguments {
  std::string annotations;
  std::string detections;  ///< read or, with a model, written
  std::string json;
  EvalOptions options;
  // With a model only:
  std::string model;
  std::string images;
  std::string device = "auto";
  std::string precision = "fp32";
  int64_t batch_size = 1;
  int64_t workers = 2;
};

/// Adds the subcommand with its options. @param arguments must live as long as `program`
CLI::App* add_eval_options(CLI::App& program, EvalArguments& arguments);

/// @throws Error naming the options that don't go together, or a path that won't do
void check_eval_arguments(const EvalArguments& arguments);

/// Prints the numbers and writes what the options ask for.
void show_evaluation(const EvaluationResult& result, const EvalArguments& arguments);

/// pycocotools' job, whole: two files, no model, no pictures. @return the exit code
int eval_files(const EvalArguments& arguments);

/// Writes a file and says so.
void write_output(const std::string& path, const std::string& content);

}  // namespace rn
