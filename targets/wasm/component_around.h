// A component around a core module that is compiled already.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fficheck {

/// The name by which such a component imports the module.
inline constexpr const char* kImportedModule = "guest";

/// A component of wit-component in which the first core module, the guest's, is an import of that
/// module's type instead: both sessions then run the same compiled code. Absent where the bytes are
/// no such component, or the module's type has more than functions and memories. Source: the
/// Component Model's Binary.md.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> with_imported_module(
    std::span<const std::uint8_t> component);

}  // namespace fficheck
