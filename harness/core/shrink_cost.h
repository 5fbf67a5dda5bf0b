// How many candidates of a large value or case are held in memory at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "harness/core/case.h"

namespace fficheck {

inline constexpr std::size_t kShrinkBytes = std::size_t{16} << 20;
inline constexpr std::size_t kFewestCandidates = 24;

/// About the bytes that the value takes.
[[nodiscard]] inline std::size_t bytes_of(const Value& value) {
  const std::uint64_t weight = value_weight(value);
  return (weight >> 44) * sizeof(Value) + ((weight >> 22) & 0x3FFFFF);
}

/// `limit`, or fewer where so many copies of the value would take more than kShrinkBytes.
[[nodiscard]] inline std::size_t affordable(std::size_t limit, std::size_t bytes) {
  return std::min(limit,
                  std::max(kFewestCandidates, kShrinkBytes / std::max<std::size_t>(bytes, 1)));
}
[[nodiscard]] inline std::size_t affordable(std::size_t limit, const Value& value) {
  return affordable(limit, bytes_of(value));
}
[[nodiscard]] inline std::size_t affordable(std::size_t limit, const Case& c) {
  std::size_t bytes = 0;
  for (const Step& step : c.steps) {
    for (const Value& arg : step.args) bytes += bytes_of(arg);
  }
  return affordable(limit, bytes);
}

}  // namespace fficheck
