// Schemas that were written by people, made testable: docs/value-stream.md section 5.
#pragma once

#include "harness/core/schema.h"

namespace fficheck {

/// The schema with functions consume-..., produce-... and echo-... added for each of its types that
/// holds no resource, named apart from everything in it; its own functions stay as they are.
[[nodiscard]] Schema augment(const Schema& schema);

}  // namespace fficheck
