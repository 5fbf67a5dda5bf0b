// The model of completion scripts: which steps make sense, and what a worker may have seen of them
// (docs/completion.md, section 5). It knows no target; it shares nothing with those who run
// scripts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/case.h"
#include "harness/core/completion.h"
#include "harness/core/schema.h"
#include "harness/core/value_stream.h"

namespace fficheck {

/// What of scripts can be run at all: see ScriptSupport (harness/run/target.h).
struct ModelLimits {
  bool panic = false;
  bool cancel = false;
  bool raw_answers = false;
  bool counts_progress = false;  ///< else nothing is said about progress
  std::uint32_t most_callers = 1;
};

/// The actions among `steps` that can be run: those that refer to contexts, groups, listeners,
/// functions and imports that are there, whose waiting is sure to end, and that the limits allow.
/// runnable(runnable(s)) == runnable(s).
[[nodiscard]] std::vector<Step> runnable(const Schema& schema, const std::vector<Step>& steps,
                                         const ModelLimits& limits);

/// How many calls a script makes, those of Churn among them.
[[nodiscard]] std::uint64_t calls_in(const std::vector<Step>& steps);

/// What is wrong with what was seen, and of which step; absent where nothing is. Preconditions: the
/// steps are runnable, and there is one observation for each.
struct ModelProblem {
  std::size_t step = 0;
  std::string message;
};
[[nodiscard]] std::optional<ModelProblem> judge_script(const Schema& schema,
                                                       const std::vector<Step>& steps,
                                                       const std::vector<StepSeen>& seen,
                                                       const ModelLimits& limits,
                                                       StreamLimits values);

}  // namespace fficheck
