#pragma once

#include <CLI/CLI.hpp>

#include "front/commands.h"
#include "front/exit_codes.h"

namespace rn {

/// Each subcommand is one file. It adds itself and its options to the program; when it was chosen,
/// it runs inside parse() and leaves its exit code in `exit_code`. Errors leave as exceptions.
void add_train_command(CLI::App& program, int& exit_code);
void add_eval_command(CLI::App& program, int& exit_code);
void add_predict_command(CLI::App& program, int& exit_code);
void add_import_command(CLI::App& program, int& exit_code);
void add_export_command(CLI::App& program, int& exit_code);
void add_data_command(CLI::App& program, int& exit_code);
void add_model_command(CLI::App& program, int& exit_code);
void add_doctor_command(CLI::App& program, int& exit_code);
void add_bench_command(CLI::App& program, int& exit_code);
void add_lab_command(CLI::App& program, int& exit_code);

}  // namespace rn
