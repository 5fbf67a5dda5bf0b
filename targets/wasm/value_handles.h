// The handles within values: own and borrow, wherever they lie.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "harness/core/schema.h"
#include "harness/core/value.h"

namespace fficheck {

/// What stands for a handle of the type, whose number was the second.
using RenameHandle = std::function<std::uint64_t(const Type&, std::uint64_t)>;

/// The value with other handles: `rename` is asked for each, in the value's order.
[[nodiscard]] Value with_handles(const Schema& schema, TypeId type, const Value& value,
                                 const RenameHandle& rename);
/// The same of arguments.
[[nodiscard]] std::vector<Value> with_handles(const Schema& schema, const Function& f,
                                              const std::vector<Value>& args,
                                              const RenameHandle& rename);
/// All handles of a value, in its order; their resources too where asked for.
[[nodiscard]] std::vector<std::uint64_t> handles_of(const Schema& schema, TypeId type,
                                                    const Value& value,
                                                    std::vector<ResourceId>* resources = nullptr);

}  // namespace fficheck
