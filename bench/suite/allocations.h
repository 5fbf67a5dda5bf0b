// Counts what this process allocates, whichever part of it asks: this program has a malloc of its
// own in front of the C library's (glibc manual, "Replacing malloc").
#pragma once

#include <cstdint>
#include <functional>

#include "bench/blocks/bench.h"

namespace fficheck {

/// The same benchmark, which tells allocations too: they are counted once, in a run of their own
/// before the first, since counting takes time.
[[nodiscard]] std::function<Result<Measured>(std::uint64_t)> counting_once(
    std::function<Result<Measured>(std::uint64_t)> run);

}  // namespace fficheck
