// Running bench programs as what they are: programs of Google Benchmark.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/track/builds.h"
#include "harness/core/result.h"

namespace fficheck {

struct GoogleOptions {
  std::string filter;  ///< empty: all
  bool quick = false;  ///< about 10 ms for each benchmark instead of 200
  std::function<bool()> stopped = [] { return false; };
};

/// Runs all programs of a build one after another, their tables going to stdout. Gives Google
/// Benchmark's JSON of all of them together: names without "/manual_time", and the environment and
/// the build's facts in `context`. Errors: Input where nothing matches, Environment where a program
/// fails.
[[nodiscard]] Result<nlohmann::json> run_google(const Build& build, const GoogleOptions& options);

}  // namespace fficheck
