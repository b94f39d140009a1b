#pragma once

#include <CLI/CLI.hpp>

namespace rn {

/// Exit codes: the command line's contract.
constexpr int kExitDone = 0;
constexpr int kExitUserError = 2;      ///< the user can mend it; the message says how
constexpr int kExitInternal = 70;      ///< a bug of ours
constexpr int kExitInterrupted = 130;  ///< stopped by the user

/// Each subcommand is one file. It adds itself and its options to the program; when it was chosen,
/// it runs inside parse() and leaves its exit code in `exit_code`. Errors leave as exceptions.
void add_train_command(CLI::App& program, int& exit_code);
void add_eval_command(CLI::App& program, int& exit_code);
void add_predict_command(CLI::App& program, int& exit_code);
void add_import_command(CLI::App& program, int& exit_code);
void add_export_command(CLI::App& program, int& exit_code);
void add_data_command(CLI::App& program, int& exit_code);
void add_doctor_command(CLI::App& program, int& exit_code);

}  // namespace rn
