// Identifiers that generated C and C++ headers must not use as names of their own.
#pragma once

#include <string_view>

namespace fficheck {

/// Keywords of C (to C23) and C++ (to C++20), macros and typedefs of stdint, stddef, stdbool,
/// stdlib, string, pthread, errno, predefined macros of compilers, and the names of the runtime.
[[nodiscard]] bool is_reserved_in_c(std::string_view name);

}  // namespace fficheck
