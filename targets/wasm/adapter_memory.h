// What the sessions change in a module of a guest in Go: memory for the preview1 adapter, a clock,
// exported globals.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/result.h"

namespace fficheck {

/// A module of the Go guest's runtime (guest_go_runtime/ffirt/adapter.go) with the export
/// cabi_realloc_adapter added, which hands out the memory that the guest sets apart: the adapter
/// allocates before Go's runtime has started, and Go's heap bears no neighbour that grows the
/// memory. Its clock becomes one that counts calls, inside the component: Go's runtime asks for the
/// time wherever it allocates, and in cabi_realloc and post-return no import may be called. Every
/// other module comes back as it is, and one that was here before. Errors: a module that cannot be
/// read.
[[nodiscard]] Result<std::vector<std::uint8_t>> with_adapter_memory(
    std::span<const std::uint8_t> module);

/// Where such a module imports its clock from.
inline constexpr std::string_view kQuietModule = "fficheck_quiet";

/// A module with `_initialize` whose every mutable global is exported too, by exported_global, so
/// that what `_initialize` leaves can be copied from one instance to the next. Every other module,
/// and one with such globals that are no numbers, comes back as it is.
[[nodiscard]] std::vector<std::uint8_t> with_exported_globals(std::span<const std::uint8_t> module);
/// "fficheck:global:3"
[[nodiscard]] std::string exported_global(std::size_t number);

}  // namespace fficheck
