// What no crossing in this process can undercut.
#pragma once

#include <vector>

#include "bench/blocks/bench.h"

namespace fficheck {

/// floor/c-call, floor/ffi-call, floor/hop, floor/socket, floor/socket-one-way, floor/memcpy-*.
void add_floor_benches(std::vector<Bench>& out);

}  // namespace fficheck
