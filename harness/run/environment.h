// Where a run took place: what reports and stored results tell of the machine and the build.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace fficheck {

/// A flat object of strings and numbers: what the build wrote about itself (fficheck_build.json
/// beside the running program, where it is there: commit, compilers, Go, wasmtime), and host, os,
/// kernel, cpu, cores, memory_gib and load (of the last minute).
[[nodiscard]] nlohmann::json environment();

/// The time now, UTC, as "2026-01-31T02:00:00Z".
[[nodiscard]] std::string utc_now();

}  // namespace fficheck
