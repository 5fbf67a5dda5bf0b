// Values as the canonical ABI has them in bytes, for messages about sessions that disagree.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "targets/wasm/core_session.h"

namespace fficheck {

/// What the reference (harness/core/reference_canonical.h) lowers: flat values, then each block
/// that it asks a realloc for, in hexadecimal. A trap's reason where it traps.
[[nodiscard]] std::string dump_by_reference(const Schema& schema, StringEncoding encoding,
                                            std::span<const TypeId> types,
                                            std::span<const Value> values, bool in_memory);
/// What a session lowered into a guest: the same form.
[[nodiscard]] std::string dump_lowered(std::span<const CoreValue> flat,
                                       std::span<const std::uint8_t> memory,
                                       const AllocationTrace& trace);

}  // namespace fficheck
