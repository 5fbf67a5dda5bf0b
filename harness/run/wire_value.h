// Values, requests and answers as CBOR (docs/worker-protocol.md), by way of nlohmann::json.
// Everything decoded is checked: a type out of place is an Error, never an exception.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"
#include "harness/run/target.h"

namespace fficheck {

/// Precondition: the value fits the type.
[[nodiscard]] nlohmann::json value_to_json(const Schema& schema, TypeId type, const Value& value);
/// Decodes by the type and checks shape, ranges, case indices, char and UTF-8 validity.
[[nodiscard]] Result<Value> value_from_json(const Schema& schema, TypeId type,
                                            const nlohmann::json& json);

/// Deepest nesting of arrays and maps that is decoded; values of the deepest type need less.
inline constexpr std::size_t kMaxCborNesting = 512;

[[nodiscard]] std::string to_cbor(const nlohmann::json& json);
/// One CBOR item, the whole of `bytes`. Malformed, truncated, trailing or too deep: an Error.
[[nodiscard]] Result<nlohmann::json> from_cbor(std::string_view bytes);

/// Payload of `call`. Precondition: args fit the function.
[[nodiscard]] nlohmann::json call_to_json(const Schema& schema, std::uint32_t schema_index,
                                          std::uint32_t function_index,
                                          const std::vector<Value>& args, unsigned times);
[[nodiscard]] nlohmann::json bulk_to_json(const BulkRequest& request);
[[nodiscard]] Result<BulkRequest> bulk_from_json(const nlohmann::json& json);
[[nodiscard]] nlohmann::json bulk_outcome_to_json(const BulkOutcome& outcome);
[[nodiscard]] Result<BulkOutcome> bulk_outcome_from_json(const nlohmann::json& json);
/// Payload of `script`. Precondition: the steps are valid (completion_model.h, runnable()).
[[nodiscard]] nlohmann::json script_to_json(const Schema& schema, const ScriptRequest& request);
/// Checks names, numbers and their limits.
[[nodiscard]] Result<ScriptRequest> script_from_json(const Schema& schema,
                                                     const nlohmann::json& json);
[[nodiscard]] nlohmann::json script_outcome_to_json(const ScriptOutcome& outcome);
/// The outcome must have one observation for each step of the request.
[[nodiscard]] Result<ScriptOutcome> script_outcome_from_json(const ScriptRequest& request,
                                                             const nlohmann::json& json);
/// Answer of `call`, `open`, `close`. `function`: null for open and close.
[[nodiscard]] nlohmann::json outcome_to_json(const Schema& schema, const Function* function,
                                             const CallOutcome& outcome);
/// A result that is no value of its type (a char beyond Unicode, bits beyond the last flag) is what
/// a broken binding gave its caller: it decodes as a Failure that says so.
[[nodiscard]] Result<CallOutcome> outcome_from_json(const Schema& schema, const Function* function,
                                                    const nlohmann::json& json);
[[nodiscard]] Result<Counters> counters_from_json(const nlohmann::json& json);

/// Member `key` of a map as an unsigned integer of at most `max`.
[[nodiscard]] Result<std::uint64_t> natural_member(const nlohmann::json& map, const char* key,
                                                   std::uint64_t max = ~std::uint64_t{0});

}  // namespace fficheck
