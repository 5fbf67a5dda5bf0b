// Values as the CBOR of the wire, by docs/target-ipc.md alone: what the harness holds against the
// codecs of generated code. It shares nothing with them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"

namespace fficheck::ipc {

/// What nlohmann's to_cbor writes for the value. Precondition: it fits the type.
[[nodiscard]] nlohmann::json wire_value(const Schema& schema, TypeId type, const Value& value);
/// The value of what from_cbor read; an Error where it is none of the type.
[[nodiscard]] Result<Value> value_of_wire(const Schema& schema, TypeId type,
                                          const nlohmann::json& wire);

}  // namespace fficheck::ipc
