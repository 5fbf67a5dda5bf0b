// What shrinking costs without a worker: finding the smallest case that still "fails".
#pragma once

#include <vector>

#include "bench/blocks/bench.h"

namespace fficheck {

void add_shrinking_benches(std::vector<Bench>& out);

}  // namespace fficheck
