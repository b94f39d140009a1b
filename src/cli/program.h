#pragma once

namespace rn {

/// The command line from its arguments to the exit code of front/exit_codes.h. Whatever goes wrong
/// is told here, on stderr; nothing is thrown.
int run_program(int argc, char** argv);

}  // namespace rn
