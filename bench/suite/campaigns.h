// What campaigns of the program fficheck manage in a second. They take seconds each, and no two
// have the same schemas: good for a look, not for comparing builds.
#pragma once

#include <vector>

#include "bench/blocks/bench.h"

namespace fficheck {

/// "harness/schemas/TARGET/batch-N": schemas built and tried, 20 values for each function and law;
/// "harness/values/TARGET": values tried, without building. items_per_second is the rate.
void add_campaign_benches(std::vector<Bench>& out);

}  // namespace fficheck
