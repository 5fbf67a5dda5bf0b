// The benchmarks of the wasm targets: guests in C and in Go under both sessions, and a guest in C
// written by hand.
#pragma once

#include <vector>

#include "bench/blocks/bench.h"

namespace fficheck {

void add_wasm_benches(std::vector<Bench>& out);

}  // namespace fficheck
