// Comparing two builds by the method of docs/tracking.md: rounds of fresh processes, blocks in
// random order, more rounds where they do not suffice, a rerun of what looks like a change.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/stats/comparison.h"
#include "bench/track/contest.h"

namespace fficheck {

struct CompareOptions {
  CompareRule rule;
  std::uint64_t block_ns = 16'000'000;  ///< least length of the slower side's blocks
  /// The same in the rerun, which is of few benchmarks and decides: there is time for more.
  std::uint64_t rerun_block_ns = 64'000'000;
  std::uint64_t turn_ns = 2'000'000;  ///< least length of a turn
  /// A benchmark whose first turn takes longer, for one iteration, is left out: it would take the
  /// whole night.
  std::uint64_t longest_block_ns = 2'000'000'000;
  std::uint64_t seed = 1;  ///< of the order of blocks and of the bootstrap
  std::function<bool()> stopped = [] { return false; };
};

/// Instructions of one iteration.
struct Instructions {
  double baseline = 0;
  double candidate = 0;
};
/// A change of instruction counts of this size is an alarm, either way.
inline constexpr double kInstructionAlarm = 0.005;
/// The same for allocations and their bytes, which pools and growing buffers make vary a little.
inline constexpr double kAllocationAlarm = 0.03;

/// What became of one benchmark.
struct Compared {
  std::string name;
  Finding finding = Finding::Error;
  std::string error;              ///< what went wrong, for Finding::Error
  Estimate estimate;              ///< of the first series of rounds
  std::vector<double> rho;        ///< of each of its rounds
  std::optional<Estimate> rerun;  ///< of the confirming series
  std::vector<double> rerun_rho;
  BlockCost baseline;  ///< medians over the first series' blocks
  BlockCost candidate;
  std::optional<Instructions> instructions;
};

/// Is told how far a comparison is.
class CompareObserver {
 public:
  virtual ~CompareObserver() = default;
  /// A round is over; `wanted` may grow.
  virtual void on_round(std::size_t done, std::size_t wanted, std::size_t benchmarks,
                        bool rerun) = 0;
  /// A benchmark's verdict stands.
  virtual void on_decided(const Compared& compared) = 0;
};

struct Comparison {
  std::vector<Compared> benchmarks;   ///< decided ones, in the order of `names`
  std::vector<std::string> left_out;  ///< too slow
  bool interrupted = false;
};

/// Compares the benchmarks `names`, which both sides have. An Error where a side cannot be started.
Result<Comparison> compare(Contest& contest, const std::vector<std::string>& names,
                           const CompareOptions& options, CompareObserver& observer);

}  // namespace fficheck
