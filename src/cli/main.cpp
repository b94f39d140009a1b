#include "cli/program.h"

int main(int argc, char** argv) { return rn::run_program(argc, argv); }
