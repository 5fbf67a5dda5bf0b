// Cases: a schema and a script, saved as text that a person reads and edits (docs/case-file.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/schema.h"
#include "harness/core/text.h"
#include "harness/core/value.h"

namespace fficheck {

/// One step of a script. In a file each is one line: "call echo-0({a: 1})", "repeat f(1)",
/// "bulk echo-0 seed=0x1 count=1000", "cycle 10" (create and destroy, count times).
struct Step {
  enum class Kind : std::uint8_t { Call, Repeat, Bulk, Cycle };
  Kind kind = Kind::Call;
  std::string function;     ///< kebab name; not for Cycle
  std::vector<Value> args;  ///< Call, Repeat
  std::uint64_t seed = 0;   ///< Bulk
  std::uint64_t count = 1;  ///< Bulk: values; Cycle: times
};

struct Case {
  std::string target;    ///< empty: every target
  std::string property;  ///< empty: every property
  std::string message;   ///< of the failure it was saved for; one line; empty: must hold
  std::string origin;    ///< provenance, for instance "seed 0x1f case 17": never needed to replay
  Schema schema;
  std::vector<Step> steps;
};

/// Largest count of a step: beyond it a file is refused.
inline constexpr std::uint64_t kMaxStepCount = 1'000'000'000;

/// The text of a case; print_case(parse_case(print_case(c))) == print_case(c). Precondition: every
/// step's function is the schema's and its arguments fit.
[[nodiscard]] std::string print_case(const Case& c);
/// Reads any bytes; an error has "file:line" and, within a step, the column.
[[nodiscard]] Result<Case> parse_case(std::string_view text, const std::string& file);
/// The step's line, without line end.
[[nodiscard]] std::string print_step(const Schema& schema, const Step& step);

/// A measure that every accepted shrink step makes smaller: types, functions, parts, then values.
[[nodiscard]] std::uint64_t case_weight(const Case& c);

}  // namespace fficheck
