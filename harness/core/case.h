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

/// What a step of a completion script does: docs/completion.md, section 2.
enum class Act : std::uint8_t {
  Create,
  Destroy,
  Start,
  Await,
  Cancel,
  Host,
  Release,
  Listen,
  Unlisten,
  Forge,
  Churn,
  Perturb,
  Pause
};
inline constexpr std::size_t kActs = 13;

/// How a host function behaves (Act::Host).
enum class HostWay : std::uint8_t {
  None,
  Answer,
  Later,
  Error,
  Hold,
  Call,
  Panic,
  Twice,
  Stranger,
  Null
};
/// What a listener does (Act::Listen).
enum class ListenWay : std::uint8_t { Stay, Once, Grow, Call };
/// What is answered that nobody asked for (Act::Forge).
enum class ForgeWay : std::uint8_t { Unknown, Foreign, Null, Again };

/// One action of a completion script. Its function or import is Step::function ("*" or empty where
/// there is none), its seed Step::seed, the times of Act::Churn Step::count.
struct Action {
  Act act = Act::Create;
  std::uint32_t number = 0;    ///< of the context, group or listener that the step is about
  std::uint32_t context = 0;   ///< Start, Listen: the (first) context
  std::uint32_t contexts = 1;  ///< Start: so many in a row
  std::uint64_t plan = 0;      ///< Create, Start, Churn
  std::uint32_t callers = 1;   ///< Start, Churn: at once
  std::uint32_t calls = 1;     ///< Start: of each caller
  bool late = false;           ///< Start: results are compared after the last call has ended
  std::uint32_t way = 0;       ///< HostWay, ListenWay, ForgeWay; Release: 1 backwards
  std::uint32_t us = 0;        ///< Host, Pause: microseconds
  bool operator==(const Action&) const = default;
};

/// One step of a script. In a file each is one line: "call echo-0({a: 1})", "repeat f(1)",
/// "bulk echo-0 seed=0x1 count=1000", "cycle 10" (create and destroy, count times), and the steps
/// of docs/completion.md.
struct Step {
  enum class Kind : std::uint8_t { Call, Repeat, Bulk, Cycle, Act };
  Kind kind = Kind::Call;
  std::string function;     ///< kebab name; not for Cycle
  std::vector<Value> args;  ///< Call, Repeat
  std::uint64_t seed = 0;   ///< Bulk, Act
  std::uint64_t count = 1;  ///< Bulk: values; Cycle, Act: times
  Action action;            ///< Act
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
