// jemalloc takes malloc's place in the program and reads this at its start: freed memory is kept
// for the next step, which asks for the same hundreds of megabytes again, and each page that the
// system gives costs a fault and a pass of zeros. glibc can be told so, too, but its heap then
// falls into pieces: a step of ResNet-50 on 800x1088 took a fifth more memory
// (tools/bench/README.md).
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf = "dirty_decay_ms:-1,muzzy_decay_ms:-1,oversize_threshold:0";
}
