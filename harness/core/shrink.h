// Shrinking: smaller values and smaller cases to try in place of one that fails. Nothing here knows
// the failure: the engine tests the candidates, takes the first that still fails, and asks again
// (docs/shrinking.md). Every candidate is valid and strictly smaller, so that the loop ends.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/core/case.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"

namespace fficheck {

/// The smallest value of the type: zero, empty, none, the first case.
[[nodiscard]] Value smallest_value(const Schema& schema, TypeId type);

/// Values of the type with a smaller value_weight, best first: the smallest, halves of lists, parts
/// alone, then single steps. At most `limit`. Precondition: the value fits the type.
[[nodiscard]] std::vector<Value> shrink_value(const Schema& schema, TypeId type, const Value& value,
                                              std::size_t limit = 1000);

/// Cases with the same schema and a smaller script: fewer steps, simpler steps, smaller values.
/// They need no build of their own.
[[nodiscard]] std::vector<Case> shrink_steps(const Case& c, std::size_t limit = 1000);

/// Cases with a smaller schema, the script's values carried along; every step still names a
/// function that exists and has the role it had. Each needs a build; many share one.
[[nodiscard]] std::vector<Case> shrink_schema(const Case& c, std::size_t limit = 1000);

/// Both, the script's first.
[[nodiscard]] std::vector<Case> shrink_case(const Case& c, std::size_t limit = 1000);

}  // namespace fficheck
