// Types and functions as a client's runtime knows them: rows of text.
#pragma once

#include <string>
#include <vector>

#include "harness/core/schema.h"

namespace fficheck::ipc {

/// A row for each type of the schema: its kind, and the rows of its parts ("-" for none), each
/// behind its name on the wire and ":" where it has one; an enum's names; how many flags; which
/// resource.
[[nodiscard]] std::vector<std::string> wire_rows(const Schema& schema);
/// A function's parameters, as a row's parts.
[[nodiscard]] std::string wire_params(const Function& function);

}  // namespace fficheck::ipc
