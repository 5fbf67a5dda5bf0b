// Columns of numbers as short texts: how a page carries histories.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fficheck::reports {

/// Each number as its difference from the last one that was there, zigzag, as base-64 digits of
/// five bits, least first, the sixth bit says that another follows (the mappings of JavaScript's
/// source maps); '!' for a number that is absent. Read by page/js/base.js.
[[nodiscard]] std::string encode_column(const std::vector<std::optional<std::int64_t>>& column);

}  // namespace fficheck::reports
