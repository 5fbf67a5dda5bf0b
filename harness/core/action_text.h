// The actions of completion scripts as text (docs/completion.md, section 2), and their limits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/core/case.h"

namespace fficheck {

/// "create", "start", ...: the first word of a step, in files and on the wire.
[[nodiscard]] std::string_view act_name(Act act);
[[nodiscard]] std::optional<Act> find_act(std::string_view name);

/// Whether an action's numbers are within their limits: callers, calls, contexts, ways.
[[nodiscard]] Result<void> check_action(const Step& step);

/// The step's line. Precondition: Step::Kind::Act.
[[nodiscard]] std::string print_action(const Step& step);
/// Reads what follows the first word. Functions and imports must be the schema's. The error has no
/// place: the caller knows it.
[[nodiscard]] Result<Step> parse_action(const Schema& schema, Act act, std::string_view rest);

}  // namespace fficheck
