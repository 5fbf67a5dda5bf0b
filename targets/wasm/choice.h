// Case indices of the Choice kinds.
#pragma once

#include <optional>

#include "harness/core/schema.h"

namespace fficheck {

/// How many cases a choice has; an option's are none and some.
[[nodiscard]] inline std::size_t case_count(const Type& type) {
  return type.kind == Kind::Option ? 2 : type.parts.size();
}

/// Type of the payload of case `index`, absent where it has none. Precondition: index < case_count.
[[nodiscard]] inline std::optional<TypeId> payload_type(const Type& type, std::uint32_t index) {
  if (type.kind == Kind::Option) return index == 0 ? std::nullopt : type.parts[0].type;
  return type.parts[index].type;
}

}  // namespace fficheck
