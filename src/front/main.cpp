#include "front/front.h"

int main(int argc, char** argv) { return rn::run_front(argc, argv); }
