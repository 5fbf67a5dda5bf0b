// The canonical NaN of the canonical ABI (CanonicalABI.md, "Loading").
#pragma once

#include <bit>
#include <cstdint>

namespace fficheck {

[[nodiscard]] inline float canonical_nan(float f) {
  return f != f ? std::bit_cast<float>(0x7FC00000u) : f;
}
[[nodiscard]] inline double canonical_nan(double f) {
  return f != f ? std::bit_cast<double>(std::uint64_t{0x7FF8000000000000}) : f;
}

}  // namespace fficheck
