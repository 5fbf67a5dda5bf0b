// Instruction counts by callgrind: they repeat exactly for code in C and C++.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/core/result.h"

namespace fficheck {

/// Whether valgrind is there.
[[nodiscard]] bool can_count_instructions();

/// Instructions of one iteration of each benchmark of a bench program, by name. Those that could
/// not be counted are left out, and `errors` says why. An Error where nothing can be counted.
[[nodiscard]] Result<std::map<std::string, double>> count_instructions(
    const std::filesystem::path& program, const std::vector<std::string>& names,
    std::map<std::string, std::string>& errors);

}  // namespace fficheck
