// What the core costs for each schema and each value.
#pragma once

#include <vector>

#include "bench/blocks/bench.h"

namespace fficheck {

void add_core_benches(std::vector<Bench>& out);

}  // namespace fficheck
