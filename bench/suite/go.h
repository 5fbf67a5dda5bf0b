// The Go binding's benchmarks: loops of the program go_loops, which is started when the first of
// them is asked for.
#pragma once

#include <vector>

#include "bench/blocks/bench.h"

namespace fficheck {

/// Where go_loops does not start, its benchmarks are one that says why.
void add_go_benches(std::vector<Bench>& out);

}  // namespace fficheck
