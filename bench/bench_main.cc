// The program fficheck_bench.
#include <vector>

#include "bench/blocks/block_mode.h"
#include "bench/core_benches.h"

int main(int argc, char** argv) {
  std::vector<fficheck::Bench> benches;
  fficheck::add_core_benches(benches);
  return fficheck::bench_main(argc, argv, benches);
}
