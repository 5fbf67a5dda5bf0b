// The program fficheck_bench.
#include <malloc.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include "bench/blocks/block_mode.h"
#include "bench/core_benches.h"
#include "bench/suite/campaigns.h"
#include "bench/suite/floors.h"
#include "bench/suite/go.h"
#include "bench/suite/native.h"
#include "bench/suite/shrinking.h"
#include "bench/suite/wasm.h"

int main(int argc, char** argv) {
  // Memory stays with the process: page faults after giving it back would vary from run to run.
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_MMAP_THRESHOLD, std::numeric_limits<int>::max());
  std::vector<fficheck::Bench> benches;
  fficheck::add_floor_benches(benches);
  fficheck::add_native_benches(benches);
  fficheck::add_go_benches(fficheck::kGoBinding, benches);
  fficheck::add_go_benches(fficheck::kIpcBinding, benches);
  fficheck::add_wasm_benches(benches);
  fficheck::add_core_benches(benches);
  fficheck::add_shrinking_benches(benches);
  // Blocks are for comparing builds.
  const std::vector<std::string_view> words(argv, argv + argc);
  if (std::find(words.begin(), words.end(), "--fficheck_blocks") == words.end())
    fficheck::add_campaign_benches(benches);
  return fficheck::bench_main(argc, argv, benches);
}
