// The names that fields, cases and methods have in CBOR and on the wire: docs/target-ipc.md.
#pragma once

#include <string>
#include <vector>

#include "harness/core/schema.h"
#include "targets/native/c_names.h"

namespace fficheck {

/// Of a record's fields, of an enum's, a variant's or a result's cases; empty for other kinds.
[[nodiscard]] std::vector<std::string> cbor_names(const Type& type);
/// Of a function's parameters.
[[nodiscard]] std::vector<std::string> cbor_names(const Function& function);
/// What the wire calls a function: its C symbol without the library's prefix.
[[nodiscard]] std::string wire_method(const CNames& names, std::size_t function);

}  // namespace fficheck
