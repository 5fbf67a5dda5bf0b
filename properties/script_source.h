// Completion scripts from a seed: docs/completion.md. A law asks for the shape that strains it.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/core/case.h"
#include "harness/core/schema.h"
#include "harness/core/value_stream.h"

namespace fficheck {

/// What scripts are made of: functions and imports of one schema.
struct ScriptParts {
  explicit ScriptParts(const Schema& schema);
  std::vector<std::string> tasks;   ///< functions with a plan, not `create`
  std::vector<std::string> others;  ///< the rest that values alone can call
  std::vector<std::string> hosts;
  std::vector<std::string> events;
  bool planned_create = false;
};

/// How heavy a script may be.
struct ScriptSize {
  std::uint32_t steps = 20;    ///< about so many
  std::uint32_t callers = 16;  ///< at most, of one group
  std::uint32_t churn = 10;    ///< contexts made and destroyed
  std::uint32_t failing = 20;  ///< constructors that fail
};

/// Draws steps; numbers of contexts, groups and listeners grow.
class ScriptWriter {
 public:
  ScriptWriter(std::uint64_t seed, const ScriptParts& parts) : random_(seed), parts_(parts) {}

  /// Goes on after these steps, which another writer made.
  void resume(const std::vector<Step>& steps);
  /// Anything: what the model of the law `completion` and the state machine of tests try.
  void any_step(const ScriptSize& size);

  void completion(const ScriptSize& size);
  void non_blocking(const ScriptSize& size);
  void concurrency(const ScriptSize& size);
  void panic(const ScriptSize& size);
  void teardown(const ScriptSize& size);
  void lifetime(const ScriptSize& size);

  [[nodiscard]] std::vector<Step> take() { return std::move(steps_); }

 private:
  using Change = void (*)(Action&);
  std::uint32_t below(std::uint32_t n) { return n == 0 ? 0 : random_.below(n); }
  bool chance(std::uint32_t percent) { return below(100) < percent; }
  Step& add(Act act, std::uint32_t number);
  std::uint32_t create(bool fails = false);
  /// A group of the plan; its number.
  std::uint32_t start(std::uint32_t context, std::uint64_t plan, std::uint32_t callers = 1,
                      std::uint32_t calls = 1, std::uint32_t contexts = 1);
  void await(std::uint32_t group) { add(Act::Await, group); }
  void host(std::uint32_t context, const std::string& name, HostWay way, std::uint32_t us = 0);
  /// All host functions of the context, each behaving in one of the ways.
  void hosts(std::uint32_t context, const std::vector<HostWay>& ways);
  void listen(std::uint32_t context);
  void too_late();
  void deafen(std::uint32_t context, const ScriptSize& size);
  void perturb() { add(Act::Perturb, 0).seed = random_.next(); }
  void pause(std::uint32_t us) { add(Act::Pause, 0).action.us = us; }
  std::uint64_t plan(std::uint32_t most_delay);
  std::uint64_t asking();
  std::uint32_t some_context() { return below(contexts_); }
  std::uint32_t some_group() { return below(groups_); }

  SplitMix random_;
  const ScriptParts& parts_;
  std::vector<Step> steps_;
  std::uint32_t contexts_ = 0;
  std::uint32_t groups_ = 0;
  std::uint32_t listeners_ = 0;
};

}  // namespace fficheck
