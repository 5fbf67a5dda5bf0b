// Memory for the preview1 adapter inside a guest in Go.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/core/result.h"

namespace fficheck {

/// A module of the Go guest's runtime (guest_go_runtime/ffirt/adapter.go) with the export
/// cabi_realloc_adapter added, which hands out the memory that the guest sets apart: the adapter
/// allocates before Go's runtime has started, and Go's heap bears no neighbour that grows the
/// memory. Its clock becomes one that counts calls, inside the component: Go's runtime asks for the
/// time wherever it allocates, and in cabi_realloc and post-return no import may be called. Every
/// other module comes back as it is. Errors: a module that cannot be read.
[[nodiscard]] Result<std::vector<std::uint8_t>> with_adapter_memory(
    std::span<const std::uint8_t> module);

}  // namespace fficheck
