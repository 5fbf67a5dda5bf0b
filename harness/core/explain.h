// What an ABI makes of a schema, for people and programs: `fficheck explain`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/schema.h"

namespace fficheck {

/// One object: {"version": 1, "abi", "package", "interface", "types", "functions",
/// "unsupported"}. Sizes, alignments and offsets are in bytes. `symbols` are the C symbols as
/// Schema::functions(); where it is empty, the library's prefix is the interface's name.
/// Functions that the dialect cannot carry are under "unsupported", each with its reason; only
/// types that the others need are listed. Abi::Canonical has the form that explain_canonical.h
/// tells, and no use for `symbols`.
[[nodiscard]] nlohmann::json explain_json(const Schema& schema, Abi abi,
                                          const std::vector<std::string>& symbols = {});

/// The same as text: lines of at most a terminal's width where names allow.
[[nodiscard]] std::string explain_text(const Schema& schema, Abi abi,
                                       const std::vector<std::string>& symbols = {});

}  // namespace fficheck
