// Scalars between values, core values and memory: one kind at a time, and whole lists of one kind.
// Source: CanonicalABI.md, Loading, Storing, Flat Lifting, Flat Lowering.
#pragma once

#include <cstdint>

#include "harness/core/kind.h"
#include "harness/core/value.h"

namespace fficheck {

/// Bits of a scalar kind's value as the core stack holds them; precondition: class Scalar.
[[nodiscard]] std::uint64_t scalar_bits(Kind kind, const Value& value);
/// The value that core bits stand for, whose upper bits may be anything. `valid` becomes false for
/// what is no char. Precondition: class Scalar.
[[nodiscard]] Value scalar_value(Kind kind, std::uint64_t bits, bool* valid);

/// Writes the elements of a list one after the other, as memory holds them.
void store_scalars(Kind kind, const Sequence& items, std::uint8_t* to);
/// Reads `count` elements; false where one is no char.
[[nodiscard]] bool load_scalars(Kind kind, const std::uint8_t* from, std::size_t count,
                                Sequence* out);

}  // namespace fficheck
