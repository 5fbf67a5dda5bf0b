// The shapes that cross, each as an argument, as a result, and as both: calls of shapes.wit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"

namespace fficheck {

struct ShapeCall {
  std::string shape;      ///< "string-1KiB"
  std::string direction;  ///< "argument", "result", "both"
  std::string function;   ///< of shapes.wit: "echo-string"
  std::vector<Value> args;
  std::uint64_t bytes = 0;  ///< of the value that crosses, where it is worth a memcpy
  bool usual = false;       ///< one of the few that mechanisms show which do not show all

  /// "control/call/string-1KiB/both"
  [[nodiscard]] std::string name(const std::string& mechanism) const {
    return mechanism + "/" + shape + "/" + direction;
  }
  /// The call's own floor, and a memcpy of what crosses, for each way.
  [[nodiscard]] std::string floor(const std::string& call) const;
};

[[nodiscard]] const std::vector<ShapeCall>& shape_calls();

/// Sizes of the floors "floor/memcpy-N".
[[nodiscard]] std::vector<std::uint64_t> memcpy_sizes();
[[nodiscard]] std::string memcpy_name(std::uint64_t bytes);

/// A list of n points, and a text of n bytes, as the callees give them.
[[nodiscard]] Value points_value(std::size_t n);
[[nodiscard]] std::string text_of(std::size_t n);

/// Index of a function in Schema::functions().
[[nodiscard]] Result<std::uint32_t> function_index(const Schema& schema, const std::string& name);

}  // namespace fficheck
