// The law `gc`: the guest's collector runs inside cabi_realloc, so also inside imports with a
// result in memory, once more when the arguments are there, between a result's return and its
// post-return, and between calls.
#include <cstring>

#include "harness/run/trial.h"
#include "targets/wasm/wasm_worker.h"

namespace fficheck {
namespace {

constexpr CoreType kI32 = CoreType::I32;

}  // namespace

std::string WasmWorker::collect() {
  std::uint64_t none[1] = {0};
  const auto trap = core_->probe("collect", {}, {}, RawValues(none, 0));
  return trap ? "collect: trap: " + trap->reason : "";
}

std::string WasmWorker::try_gc(const BulkRequest& request, const Trial& trial) {
  const Schema& schema = schemas_[request.schema];
  const Function& f = schema.functions()[request.function];
  const std::int64_t live = counter(0);
  std::string between;
  std::optional<Value> seen;
  std::string problem;
  CoreSession::Watch watch{[&] { collect_in_realloc(true); }, {}};
  // Of a flat result the guest keeps nothing.
  const CanonicalFunction& lowered =
      interfaces_[request.schema].lowering.functions[request.function];
  if (lowered.result_in_memory) watch.returned = [&] { between = collect(); };
  collect_in_realloc(true);
  const auto trap = core_->call_watched(request.schema, request.function, trial.args, watch, &seen);
  if (trap) {
    const Result<void> restarted = start_core();
    return "trap: " + trap->reason + (restarted.ok() ? "" : "; and it does not start again");
  }
  if (!between.empty()) return between;
  if (problem = judge_answer(schema, f, trial, seen); !problem.empty()) return problem;
  collect_in_realloc(false);
  if (problem = collect(); !problem.empty()) return problem;
  if (counter(0) != live)
    return "the guest has " + std::to_string(counter(0)) + " live allocations after the call, " +
           std::to_string(live) + " before it";
  if (const std::int64_t bad = counter(2); bad != 0)
    return "the guest freed what was not allocated, " + std::to_string(bad) + " times";
  // What it keeps when it calls its host is for the law `import` to say.
  collect_in_realloc(true);
  problem = send_while_collecting(request, trial.index);
  if (!problem.empty()) return problem;
  collect_in_realloc(false);
  return collect();
}

std::string WasmWorker::send_while_collecting(const BulkRequest& request, std::uint64_t index) {
  if (request.function >= schemas_[request.schema].imports().size()) return {};
  constexpr auto kLaw = static_cast<std::uint64_t>(BulkLaw::Call);
  std::uint64_t held = 0;
  if (const auto trap =
          core_->run_import({request.schema, request.function, kLaw, request.seed, index}, &held)) {
    const Result<void> restarted = start_core();
    return "as caller: trap: " + trap->reason + (restarted.ok() ? "" : "; and it stays down");
  }
  return held == 1 ? "" : "as caller: the host's answer is not what the guest expects";
}

/// Grows and shrinks a block as a host that transcodes does; then the instance is replaced, since
/// nothing but a call would take the block.
std::string WasmWorker::try_realloc() {
  const CoreType four[] = {kI32, kI32, kI32, kI32};
  const CoreType one[] = {kI32};
  const auto number = core_->instance().find("cabi_realloc", four, one);
  if (!number) return {};
  std::uint32_t at = 0;
  std::uint32_t old = 0;
  std::string problem;
  for (const std::uint32_t size : {5u, 24u, 4096u, 7u, 70000u, 1u}) {
    std::uint64_t raw[4] = {at, old, 1, size};
    if (const auto trap = core_->instance().call(*number, raw)) {
      problem = "cabi_realloc: trap: " + trap->reason;
      break;
    }
    at = static_cast<std::uint32_t>(raw[0]);
    const std::span<std::uint8_t> memory = core_->instance().memory();
    if (at > memory.size() || memory.size() - at < size) {
      problem = "cabi_realloc answers memory that is not there";
      break;
    }
    for (std::uint32_t i = 0; i < std::min(old, size) && problem.empty(); ++i)
      if (memory[at + i] != static_cast<std::uint8_t>(i * 7 + 1))
        problem = "cabi_realloc from " + std::to_string(old) + " to " + std::to_string(size) +
                  " bytes loses byte " + std::to_string(i);
    if (!problem.empty()) break;
    for (std::uint32_t i = 0; i < size; ++i) memory[at + i] = static_cast<std::uint8_t>(i * 7 + 1);
    old = size;
    // A block that is smaller than it was asked for shows in its neighbour.
    std::uint64_t other[4] = {0, 0, 8, 64};
    if (const auto trap = core_->instance().call(*number, other)) {
      problem = "cabi_realloc: trap: " + trap->reason;
      break;
    }
    const auto beside = static_cast<std::uint32_t>(other[0]);
    if (beside < at + size && at < beside + 64) {
      problem = "cabi_realloc answers two blocks that overlap";
      break;
    }
    std::memset(core_->instance().memory().data() + beside, 0xEE, 64);
  }
  const Result<void> restarted = start_core();
  if (problem.empty() && !restarted.ok()) problem = restarted.error().text();
  return problem;
}

}  // namespace fficheck
