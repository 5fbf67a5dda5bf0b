// Inside explain: what the canonical ABI makes of a schema.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/core/schema.h"

namespace fficheck {

/// {"version": 1, "abi": "canonical", "package", "interface", "types", "functions", "imports",
/// "resources", "unsupported"}. A type has "size", "align", "flat" (core types), the "members" of
/// a sequence with their offsets, the "discriminant", "payload" and "cases" of a choice, the
/// "flags" of flags, lowest bit first; bytes all. A function has its core "params" and "results" as
/// its side declares them: an export with its "export" and "post_return" (null where it needs
/// none), an import with "module" and "field".
[[nodiscard]] nlohmann::json explain_canonical_json(const Schema& schema);
[[nodiscard]] std::string explain_canonical_text(const Schema& schema);

}  // namespace fficheck
