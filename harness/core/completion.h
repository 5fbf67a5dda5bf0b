// Completion: tasks, their plans, what must come back of them, and what a script saw
// (docs/completion.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/case.h"
#include "harness/core/schema.h"
#include "harness/core/value.h"
#include "harness/core/value_stream.h"

namespace fficheck {

/// What the test callee does with a call: section 1.
struct TaskPlan {
  std::uint32_t delay_us = 0;  ///< at most 65,535
  std::uint32_t progress = 0;  ///< at most 3, as asks and events
  std::uint32_t asks = 0;
  std::uint32_t first = 0;  ///< at most 7, as event
  std::uint32_t events = 0;
  std::uint32_t event = 0;
  bool thread = false;
  bool fail = false;
  bool hold = false;
  bool together = false;
  bool operator==(const TaskPlan&) const = default;
};
/// The u64 that a task gets. Fields beyond their limits are cut.
[[nodiscard]] std::uint64_t pack_plan(const TaskPlan& plan);
/// Absent where the number is no plan.
[[nodiscard]] std::optional<TaskPlan> unpack_plan(std::uint64_t number);

/// Whether the function's first parameter is a plan: every other function, and `create`.
[[nodiscard]] bool has_plan(const Schema& schema, const Function& function);
/// Whether an import is an event: named `on-*`, one record parameter, no result.
[[nodiscard]] bool is_event(const Schema& schema, const Function& import);
/// Indices in Schema::imports() of the host functions, and of the events.
[[nodiscard]] std::vector<std::uint32_t> host_functions(const Schema& schema);
[[nodiscard]] std::vector<std::uint32_t> events_of(const Schema& schema);
/// The import that the i-th ask (or event) of a plan is about; precondition: there are some.
[[nodiscard]] std::uint32_t asked_import(const std::vector<std::uint32_t>& among,
                                         std::uint32_t first, std::uint32_t i);

/// How a call must end that nothing disturbs: with a value, or an error that has a text. A declared
/// err of result<T, string> is an error with its text.
struct Ending {
  bool is_error = false;
  std::string text;            ///< of the error
  std::optional<Value> value;  ///< as the function's result; absent where it has none
};
/// The ending of a call with these arguments, whose host functions answer as section 1 says.
[[nodiscard]] Ending expected_ending(const Schema& schema, const Function& function,
                                     const std::vector<Value>& args, StreamLimits limits);
/// What a host function answers: as expected_ending, an err of result<T, string> is an error.
[[nodiscard]] Ending host_answer(const Schema& schema, const Function& import,
                                 const std::vector<Value>& args, StreamLimits limits);
/// A value as an ending of that result: declared err with a text to error.
[[nodiscard]] Ending as_ending(const Schema& schema, std::optional<TypeId> result,
                               std::optional<Value> value);

/// How a call ended, as section 3 names it.
enum class CallEnd : std::uint8_t { Right, Destroyed, Host, Cancelled, Wrong };
struct JudgedEnd {
  CallEnd end = CallEnd::Right;
  std::string detail;  ///< one line, where it is Wrong
};
[[nodiscard]] JudgedEnd judge_ending(const Schema& schema, const Function& function,
                                     const Ending& expected, const Ending& seen);
/// The key of StepSeen::counts: "right", "destroyed", ...
[[nodiscard]] const char* end_name(CallEnd end);

/// The arguments of call `i` of a Start, Create or Churn step: from the stream, then the plan.
[[nodiscard]] std::vector<Value> start_args(const Schema& schema, const Function& function,
                                            const Step& step, std::uint64_t i, StreamLimits limits);
/// The arguments of the i-th event of a call whose arguments have that witness.
[[nodiscard]] std::vector<Value> event_args(const Schema& schema, const Function& event,
                                            std::uint64_t call_witness, std::uint32_t i,
                                            StreamLimits limits);
/// The function that HostWay::Call and ListenWay::Call call; absent where there is none.
[[nodiscard]] std::optional<std::uint32_t> inner_function(const Schema& schema);

/// What perturbation() gives where a worker with a garbage collector shall run it.
inline constexpr int kCollect = -2;
/// How long, in microseconds, the perturbation sleeps before call `i` of that group; negative: it
/// yields, or collects garbage; 0: neither.
[[nodiscard]] int perturbation(std::uint64_t seed, std::uint64_t group, std::uint64_t i);

/// What a worker saw of one step: section 3. What is absent is 0.
struct StepSeen {
  std::map<std::string, std::uint64_t> counts;
  std::string detail;
  [[nodiscard]] std::uint64_t count(const std::string& name) const {
    const auto found = counts.find(name);
    return found == counts.end() ? 0 : found->second;
  }
};

}  // namespace fficheck
