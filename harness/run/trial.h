// One value of a bulk run, as a worker written in C++ tries it: its arguments, what a correct
// callee answers, and how an answer differs. docs/worker-protocol.md, "bulk".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"
#include "harness/core/value_stream.h"
#include "harness/run/target.h"

namespace fficheck {

struct Trial {
  std::uint64_t index = 0;
  std::vector<Value> args;
  std::uint64_t witness = 0;      ///< of args
  std::optional<Value> expected;  ///< absent where the function has no result
  std::uint64_t digest = 0;       ///< what BulkOutcome::digest sums
  std::uint64_t errs = 0;         ///< 1 where an err is expected
};

/// An Error where the function has not the law's signature.
[[nodiscard]] Result<void> check_law_fits(const Schema& schema, const Function& function,
                                          BulkLaw law);

/// Value `index` of a run of the law with that seed.
[[nodiscard]] Trial make_trial(const Schema& schema, const Function& function, BulkLaw law,
                               std::uint64_t seed, std::uint64_t index, StreamLimits limits);

/// What is wrong with an answer; empty where it is the expected one (by witness).
[[nodiscard]] std::string judge_answer(const Schema& schema, const Function& function,
                                       const Trial& trial, const std::optional<Value>& seen);

}  // namespace fficheck
