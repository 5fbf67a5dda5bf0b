// Witnesses: a 64-bit digest of a value (docs/value-stream.md section 4), computed independently on
// each side of a boundary from what that side holds.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/core/schema.h"
#include "harness/core/value.h"

namespace fficheck {

/// Digest of one value.
[[nodiscard]] std::uint64_t witness(const Schema& schema, TypeId type, const Value& value);
/// Digest of a function's arguments in order, as the callee computes it.
[[nodiscard]] std::uint64_t witness_args(const Schema& schema, const Function& function,
                                         const std::vector<Value>& args);

/// What a correct callee answers (docs/value-stream.md section 5); absent where it has no result.
struct StreamLimits;
[[nodiscard]] std::optional<Value> expected_result(const Schema& schema, const Function& function,
                                                   const std::vector<Value>& args,
                                                   StreamLimits limits);

}  // namespace fficheck
