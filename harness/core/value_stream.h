// The value stream: the written algorithm (docs/value-stream.md) that turns (type, seed) into
// values with many edge cases. The generated C and Go implement the same document; nothing is
// shared but it.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/core/schema.h"
#include "harness/core/value.h"

namespace fficheck {

/// splitmix64, docs/value-stream.md section 1.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t state) : state_(state) {}
  std::uint64_t next();
  /// Uniform enough in [0, n); precondition: 0 < n < 2^32.
  std::uint32_t below(std::uint32_t n);

 private:
  std::uint64_t state_;
};

/// The seed of value `index` of a run with seed `seed`: section 2.
[[nodiscard]] std::uint64_t value_seed(std::uint64_t seed, std::uint64_t index);

/// What a dialect's strings can hold.
struct StreamLimits {
  bool no_nul = false;  ///< strings without U+0000 (the nim dialect)
};

/// One value of the type from a fresh stream: section 3.
[[nodiscard]] Value stream_value(const Schema& schema, TypeId type, std::uint64_t seed,
                                 StreamLimits limits = {});
/// All arguments of a function from one stream, in order, sharing its budget.
[[nodiscard]] std::vector<Value> stream_args(const Schema& schema, const Function& function,
                                             std::uint64_t seed, StreamLimits limits = {});

}  // namespace fficheck
