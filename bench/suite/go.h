// Benchmarks of the bindings in Go: loops of the programs go_loops and ipc_loops, which are started
// when the suite is made, to tell what they have.
#pragma once

#include <string>
#include <vector>

#include "bench/blocks/bench.h"

namespace fficheck {

/// Where the program does not start, its benchmarks are one that says why.
void add_go_benches(const std::string& target, const std::string& program, std::vector<Bench>& out);

}  // namespace fficheck
