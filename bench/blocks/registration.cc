#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <string_view>

#include "bench/blocks/block_mode.h"

namespace fficheck {
namespace {

/// Measures what benchmarks are compared with, in the same process, right before them.
class Floors {
 public:
  explicit Floors(const std::vector<Bench>& benches) {
    for (const Bench& bench : benches) by_name_[bench.name].bench = &bench;
  }

  /// Nanoseconds of a sum such as "floor/hop+2*floor/memcpy-1KiB".
  Result<double> sum(std::string_view text) {
    double out = 0;
    while (!text.empty()) {
      std::string_view part = text.substr(0, text.find('+'));
      text.remove_prefix(std::min(text.size(), part.size() + 1));
      double times = 1;
      if (const std::size_t star = part.find('*'); star != std::string_view::npos) {
        times = std::strtod(std::string(part.substr(0, star)).c_str(), nullptr);
        part.remove_prefix(star + 1);
      }
      FFICHECK_TRY(const double one, measure(std::string(part)));
      out += times * one;
    }
    return out;
  }

 private:
  struct Known {
    const Bench* bench = nullptr;
    std::uint64_t iterations = 1;
  };

  /// Of one iteration: the median of five blocks.
  Result<double> measure(const std::string& name) {
    constexpr double kBlock = 1e6;
    const auto at = by_name_.find(name);
    if (at == by_name_.end()) return input_error("no benchmark is named " + name);
    std::uint64_t& n = at->second.iterations;
    std::vector<double> each;
    while (each.size() < 5) {
      FFICHECK_TRY(const Measured measured, at->second.bench->run(n));
      if (measured.ns < kBlock)
        n *= 2;
      else
        each.push_back(measured.ns / static_cast<double>(n));
    }
    std::nth_element(each.begin(), each.begin() + 2, each.end());
    return each[2];
  }

  std::map<std::string, Known> by_name_;
};

/// What a run compares with and shows; an Error leaves the benchmark out.
Result<void> run(benchmark::State& state, const Bench& bench, Floors& floors) {
  FFICHECK_TRY(const double floor_ns, floors.sum(bench.floor));
  const auto n = static_cast<std::uint64_t>(state.max_iterations);
  FFICHECK_TRY(const Measured measured, bench.run(n));
  const double each = 1 / static_cast<double>(n);
  for (auto _ : state) state.SetIterationTime(measured.ns * each * 1e-9);
  state.counters["allocs"] = measured.allocs * each;
  state.counters["bytes"] = measured.bytes * each;
  const double items = bench.items * static_cast<double>(n) + measured.items;
  if (items != 0) state.SetItemsProcessed(static_cast<std::int64_t>(items));
  if (bench.floor.empty()) return {};
  state.SetLabel("floor=" + bench.floor);
  state.counters["floor_ns"] = floor_ns;
  state.counters["ratio"] = measured.ns * each / floor_ns;
  return {};
}

}  // namespace

void register_benches(const std::vector<Bench>& benches) {
  // Google Benchmark keeps what is registered until the process ends.
  const auto floors = std::make_shared<Floors>(benches);
  for (const Bench& bench : benches)
    benchmark::RegisterBenchmark(bench.name.c_str(), [&bench, floors](benchmark::State& state) {
      const Result<void> ran = run(state, bench, *floors);
      if (ran.ok()) return;
      state.SkipWithError(ran.error().text().c_str());
      // Google Benchmark wants to see the loop, even though it is not entered.
      for (auto _ : state) {
      }
    })->UseManualTime();
}

}  // namespace fficheck
