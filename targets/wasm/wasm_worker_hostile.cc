// The law `traps`, as a hostile host: docs/target-wasm.md, "What a hostile host gets".
#include "harness/core/witness.h"
#include "harness/run/trial.h"
#include "targets/wasm/hostile_host.h"
#include "targets/wasm/wasm_worker.h"

namespace fficheck {
namespace {

constexpr std::uint32_t kBadFrees = 2;

/// What the rule says against this end of the call; empty where nothing.
std::string judge(const std::optional<Trap>& trap, HostileRule rule, const std::string& answer) {
  if (trap && trap->cause == Trap::Cause::Time) return "the guest does not come to an end";
  switch (rule) {
    case HostileRule::MustTrap:
      if (!trap) return "the guest answers, where it must trap";
      return trap->cause == Trap::Cause::Guest ? "" : "the guest answers badly: " + trap->reason;
    case HostileRule::MustAnswer:
      if (trap) return "trap, where it must answer: " + trap->reason;
      return answer;
    case HostileRule::Either: return {};
  }
  return {};
}

}  // namespace

std::string WasmWorker::try_hostile(const BulkRequest& request, const Trial& trial) {
  const Schema& schema = schemas_[request.schema];
  const Function& f = schema.functions()[request.function];
  SplitMix random(trial.witness ^ value_seed(request.seed, trial.index));
  // What is owed is the answer to the value itself, right or not: that is for other laws to say.
  Trial own = trial;
  own.expected.reset();
  if (const auto trap =
          core_->call_fast(request.schema, request.function, trial.args, &own.expected)) {
    const Result<void> restarted = start_core();
    return "trap before anything was tampered with: " + trap->reason +
           (restarted.ok() ? "" : "; and it stays down");
  }
  const std::int64_t live = counter(0);
  std::optional<Tampering> done;
  std::optional<Value> seen;
  const auto trap = core_->call_tampered(
      request.schema, request.function, trial.args,
      [&](std::span<CoreValue> flat, std::span<std::uint8_t> memory) {
        std::vector<Tampering> all =
            tamperings(schema, interfaces_[request.schema].lowering, request.function, trial.args,
                       flat, memory, random.next());
        if (all.empty()) return;
        done = std::move(all[random.below(static_cast<std::uint32_t>(all.size()))]);
        apply(*done, flat, memory);
      },
      &seen);
  const HostileRule rule = done ? done->rule : HostileRule::MustAnswer;
  const std::string what = done ? done->what + ": " : "";
  std::string problem =
      judge(trap, rule, trap ? std::string() : judge_answer(schema, f, own, seen));
  if (problem.empty() && !trap) problem = after_hostile(request, own, rule, live);
  // After a trap the instance is lost; after the host's own nothing says what it still holds.
  if (trap || rule == HostileRule::Either) {
    if (const Result<void> restarted = start_core(); !restarted.ok())
      return what + "the guest does not start again: " + restarted.error().text();
  }
  return problem.empty() ? problem : what + problem;
}

std::string WasmWorker::after_hostile(const BulkRequest& request, const Trial& trial,
                                      HostileRule rule, std::int64_t live) {
  if (const std::int64_t bad = counter(kBadFrees); bad != 0)
    return "the guest freed what was not allocated, " + std::to_string(bad) + " times";
  const auto left = [&] { return std::to_string(counter(0)) + " live allocations"; };
  if (rule == HostileRule::MustAnswer && counter(0) != live)
    return "the guest has " + left() + " after the call, " + std::to_string(live) + " before it";
  live = counter(0);
  std::optional<Value> seen;
  if (const auto trap = core_->call_fast(request.schema, request.function, trial.args, &seen)) {
    const Result<void> restarted = start_core();
    return "the next call traps: " + trap->reason + (restarted.ok() ? "" : "; and it stays down");
  }
  const Schema& schema = schemas_[request.schema];
  const std::string problem =
      judge_answer(schema, schema.functions()[request.function], trial, seen);
  if (!problem.empty()) return "the next call: " + problem;
  if (counter(0) != live)
    return "the guest has " + left() + " after the next call, " + std::to_string(live) +
           " before it";
  if (counter(kBadFrees) != 0) return "the next call frees what was not allocated";
  return {};
}

}  // namespace fficheck
