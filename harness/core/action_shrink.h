// Simpler actions to try in place of one: for shrink_steps.
#pragma once

#include <vector>

#include "harness/core/case.h"

namespace fficheck {

/// Actions of the same kind that do less: fewer callers and calls, a plainer plan, no delay.
/// Boldest first. Precondition: Step::Kind::Act.
[[nodiscard]] std::vector<Step> simpler_actions(const Step& step);

}  // namespace fficheck
