#pragma once

namespace rn {

/// The command line from its arguments to its exit code, for what needs no LibTorch: --help,
/// --version and the evaluation of a results file. Everything else is done by the program
/// retinanet-engine beside this one, which this process becomes: loading LibTorch takes a third of
/// a second, three times as long as evaluating half a million detections.
/// Whatever goes wrong is told on stderr; nothing is thrown.
int run_front(int argc, char** argv);

}  // namespace rn
