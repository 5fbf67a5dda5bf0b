#include <benchmark/benchmark.h>

#include "bench/blocks/block_mode.h"

namespace fficheck {
namespace {

void run(benchmark::State& state, const Bench& bench) {
  const auto n = static_cast<std::uint64_t>(state.max_iterations);
  const Result<Measured> measured = bench.run(n);
  if (!measured.ok()) {
    state.SkipWithError(measured.error().text().c_str());
    // Google Benchmark wants to see the loop, even though it is not entered.
    for (auto _ : state) {
    }
    return;
  }
  const double each = 1 / static_cast<double>(n);
  for (auto _ : state) state.SetIterationTime(measured.value().ns * each * 1e-9);
  if (!bench.floor.empty()) state.SetLabel("floor=" + bench.floor);
  state.counters["allocs"] = measured.value().allocs * each;
  state.counters["bytes"] = measured.value().bytes * each;
}

}  // namespace

void register_benches(const std::vector<Bench>& benches) {
  for (const Bench& bench : benches)
    benchmark::RegisterBenchmark(bench.name.c_str(), [&bench](benchmark::State& state) {
      run(state, bench);
    })->UseManualTime();
}

}  // namespace fficheck
