// Simpler actions to try in place of one: for shrink_steps.
#pragma once

#include <vector>

#include "harness/core/case.h"

namespace fficheck {

/// Actions of the same kind that do less: fewer callers and calls, a plainer plan, no delay.
/// Boldest first. Precondition: Step::Kind::Act.
[[nodiscard]] std::vector<Step> simpler_actions(const Step& step);

/// Scripts without one context, without one group of calls, and with one context in the place of
/// another: steps that refer to each other go together. Steps other than Step::Kind::Act stay.
[[nodiscard]] std::vector<std::vector<Step>> fewer_actions(const std::vector<Step>& steps);

}  // namespace fficheck
