// A benchmark as both ways of running it see it: Google Benchmark, and block mode.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "harness/core/result.h"

namespace fficheck {

/// What the iterations of one run cost, all together.
struct Measured {
  double ns = 0;      ///< wall time
  double allocs = 0;  ///< allocations, where they were counted
  double bytes = 0;   ///< bytes allocated, where they were counted
  double items = 0;   ///< what was handled, where that is known only now
};

/// A named operation whose cost is of interest.
struct Bench {
  std::string name;  ///< "target/mechanism/shape/direction"; stable, without spaces
  /// What it cannot be cheaper than, as a sum of other benchmarks:
  /// "floor/hop+2*floor/memcpy-1KiB"; empty: nothing.
  std::string floor;
  /// Does n iterations and measures them where their loop is. Fixtures are made by the first call
  /// and are no part of the time.
  std::function<Result<Measured>(std::uint64_t n)> run;
  /// Whether the same iterations always execute the same instructions: paths in C and C++ alone.
  bool counted = false;
  /// Whether all of its threads are this process's, or of one that is started for the block's
  /// processor, so that they can be kept on it: two blocks there can be compared, however busy
  /// another program keeps the others.
  bool one_processor = false;
  /// Whether its processor is kept awake meanwhile, where there is one: it mostly waits, and how
  /// fast a processor wakes up is not what it measures.
  bool awake = false;
  double items = 0;  ///< what one iteration handles, for items_per_second; 0: no such rate
};

/// Measures n calls of `once`. Whatever it computes must escape, for instance through
/// benchmark::DoNotOptimize.
template <class F>
Result<Measured> timed(std::uint64_t n, F&& once) {
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < n; ++i) once();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  return Measured{.ns = took.count()};
}

/// The same of an operation that can fail: it answers an error's text, empty for none.
template <class F>
Result<Measured> timed_or(std::uint64_t n, F&& once) {
  std::string problem;
  FFICHECK_TRY(const Measured measured, timed(n, [&] {
                 if (problem.empty()) problem = once();
               }));
  if (!problem.empty()) return input_error(problem);
  return measured;
}

}  // namespace fficheck
