// Names in a row, for messages and for generated code.
#pragma once

#include <string>
#include <vector>

namespace fficheck {

/// "a, b, c".
[[nodiscard]] inline std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace fficheck
