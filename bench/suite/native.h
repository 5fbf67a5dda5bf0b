// The control target's benchmarks: a generated C library, called through libffi.
#pragma once

#include <vector>

#include "bench/blocks/bench.h"

namespace fficheck {

void add_native_benches(std::vector<Bench>& out);

}  // namespace fficheck
