#include <sys/prctl.h>

#include "cli/program.h"

int main(int argc, char** argv) {
  ::prctl(PR_SET_NAME, "retinanet");  // the name under which the user started it
  return rn::run_program(argc, argv);
}
