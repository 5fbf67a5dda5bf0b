// Two builds that take turns: what a comparison asks of them. The real ones are processes
// (block_process.h); tests and the proof of the method have invented ones.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "harness/core/result.h"

namespace fficheck {

enum class Side { Baseline, Candidate };

/// What a block, or one turn of it, measured.
struct BlockCost {
  double ns = 0;      ///< for one iteration
  double allocs = 0;  ///< for one iteration, where the benchmark counts them
  double bytes = 0;   ///< allocated by one iteration, where the benchmark counts them
  double took = 0;    ///< ns, all of its iterations together
};

/// A freshly started build of one side.
class Contestant {
 public:
  virtual ~Contestant() = default;
  /// Measures iterations for at least min_ns. An Error of the Input is the benchmark's own; one of
  /// the Environment says that this contestant is of no use any more.
  virtual Result<BlockCost> block(const std::string& benchmark, std::uint64_t min_ns) = 0;
};

/// Starts contestants. An Error where a side cannot be started at all.
class Contest {
 public:
  virtual ~Contest() = default;
  virtual Result<std::unique_ptr<Contestant>> start(Side side) = 0;
};

}  // namespace fficheck
