// The law `import`: the guest is the caller, and keeps what it got.
#include <algorithm>

#include "harness/run/trial.h"
#include "targets/wasm/wasm_worker.h"

namespace fficheck {
namespace {

/// What run-import does beside the laws of the worker protocol: docs/target-wasm.md.
constexpr std::uint64_t kKeep = 254;
constexpr std::uint64_t kKept = 255;
/// Values of a run whose results are kept.
constexpr std::uint64_t kMostKept = 4;

}  // namespace

Result<BulkOutcome> WasmWorker::run_import(const BulkRequest& request) {
  const Schema& schema = schemas_[request.schema];
  const Function& f = schema.functions()[request.function];
  if (request.function >= schema.imports().size())
    return input_error("the schema has no import that mirrors " + f.name);
  const auto law = static_cast<std::uint64_t>(BulkLaw::Call);
  BulkOutcome out;
  calls_ += request.count;
  const std::int64_t live = counter(0);
  if (const auto trap = core_->run_import(
          {request.schema, request.function, law, request.seed, request.first, request.count},
          &out.held)) {
    FFICHECK_CHECK(start_core());
    out.failed = request.first;
    out.detail = f.name + ": trap in the guest as caller: " + trap->reason;
    return out;
  }
  const auto ask = [&](std::string_view name) {
    const CoreType number[] = {CoreType::I64};
    std::uint64_t answer[1] = {0};
    if (core_->probe(name, {}, number, answer)) return std::uint64_t{0};
    return answer[0];
  };
  out.digest = ask("digest");
  out.errs = ask("errs");
  if (out.held != request.count) {
    out.failed = ask("failed");
    out.detail = f.name + ": the host's answer is not what the guest expects";
  } else if (const std::int64_t now = counter(0); now != live) {
    out.failed = request.first;
    out.detail = f.name + ": the guest has " + std::to_string(now) +
                 " live allocations after it called its host, " + std::to_string(live) +
                 " before it";
  } else if (const std::string problem = keep_results(request); !problem.empty()) {
    out.failed = request.first;
    out.detail = f.name + ": " + problem;
  }
  return out;
}

/// Results that the guest keeps must outlive the post-returns of the exports that are called
/// meanwhile.
std::string WasmWorker::keep_results(const BulkRequest& request) {
  const Schema& schema = schemas_[request.schema];
  const Function& f = schema.functions()[request.function];
  const auto& lowered = interfaces_[request.schema].lowering.functions[request.function];
  if (!lowered.needs_post_return) return {};
  const std::int64_t live = counter(0);
  std::string problem;
  const auto run = [&](std::uint64_t law, std::uint64_t index) {
    std::uint64_t held = 0;
    const auto trap =
        core_->run_import({request.schema, request.function, law, request.seed, index}, &held);
    if (trap) problem = "trap in the guest as caller: " + trap->reason;
    return held == 1;
  };
  const BulkLaw law = schema.role(f) == Role::Produce ? BulkLaw::Produce : BulkLaw::Call;
  for (std::uint64_t i = 0; i < std::min(request.count, kMostKept) && problem.empty(); ++i) {
    const std::uint64_t index = request.first + i;
    calls_ += 2;
    if (!run(kKeep, index)) {
      if (problem.empty()) problem = "the host's answer is not what the guest expects";
      break;
    }
    const Trial trial = make_trial(schema, f, law, request.seed, index, {});
    std::optional<Value> ignored;
    problem = run_core(request.schema, request.function, trial.args, &ignored, nullptr);
    if (problem.empty() && !run(kKept, index) && problem.empty())
      problem = "a result that the guest kept has changed after the host called it";
  }
  if (problem.empty() && counter(0) != live)
    problem = "the guest has " + std::to_string(counter(0)) +
              " live allocations after it kept a result, " + std::to_string(live) + " before it";
  if (problem.empty()) return {};
  const Result<void> restarted = start_core();
  return restarted.ok() ? problem : problem + "; and it does not start again";
}

}  // namespace fficheck
