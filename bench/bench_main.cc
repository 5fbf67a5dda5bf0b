// The program fficheck_bench.
#include "bench/blocks/block_mode.h"

int main(int argc, char** argv) { return fficheck::bench_main(argc, argv); }
