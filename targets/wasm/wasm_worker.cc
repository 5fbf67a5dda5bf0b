#include "targets/wasm/wasm_worker.h"

#include <cstdio>
#include <iterator>
#include <sstream>
#include <system_error>

#include "harness/core/text.h"
#include "harness/core/witness.h"
#include "harness/run/files.h"
#include "harness/run/trial.h"
#include "targets/wasm/adapter_memory.h"
#include "targets/wasm/byte_dump.h"
#include "targets/wasm/resource_script.h"

namespace fficheck {
namespace {

/// One value in so many also crosses through the component session.
constexpr std::uint64_t kBothEvery = 16;
/// Of a run, every so many values the guest collects its garbage inside cabi_realloc.
constexpr std::uint64_t kCollectEvery = 64;
constexpr std::chrono::milliseconds kCallLimit{5000};
constexpr CoreType kI32 = CoreType::I32;
constexpr CoreType kI64 = CoreType::I64;

}  // namespace

Result<std::unique_ptr<WasmWorker>> WasmWorker::load(std::vector<std::uint8_t> module,
                                                     std::vector<Schema> schemas,
                                                     StringEncoding encoding, const HostAbi& abi) {
  std::unique_ptr<WasmWorker> out(new WasmWorker());
  FFICHECK_TRY(const std::vector<std::uint8_t> whole, with_adapter_memory(module));
  out->bytes_ = with_exported_globals(whole);
  out->schemas_ = std::move(schemas);
  for (const Schema& schema : out->schemas_)
    out->interfaces_.push_back({&schema, lower_canonical(schema)});
  out->encoding_ = encoding;
  out->abi_ = &abi;
  FFICHECK_TRY(out->engine_, WasmEngine::create({}));
  FFICHECK_TRY(out->module_, CoreModule::compile(out->engine_, out->bytes_));
  out->begin_wrapping();
  FFICHECK_CHECK(out->start_core());
  return out;
}

Result<void> WasmWorker::start_core() {
  core_host_.clear();
  collecting_ = false;
  if (core_) return core_->restart();
  FFICHECK_TRY(core_, CoreSession::create(module_, interfaces_, encoding_, core_host_.functions(),
                                          kCallLimit, core_host_.destructor(), *abi_));
  return {};
}

void WasmWorker::begin_wrapping() {
  wrapping_ = std::async(std::launch::async,
                         [module = module_, bytes = bytes_, wit = batch_wit(schemas()),
                          encoding = encoding_]() -> Result<std::shared_ptr<CompiledComponent>> {
                           FFICHECK_TRY(const std::vector<std::uint8_t> whole,
                                        componentize(bytes, wit, "batch", encoding));
                           return CompiledComponent::compile_around(module, whole);
                         });
}

Result<void> WasmWorker::start_component() {
  if (!wrapped_) {
    if (!wrapping_.valid()) begin_wrapping();
    FFICHECK_TRY(wrapped_, wrapping_.get());
  }
  component_.reset();
  component_host_.clear();
  FFICHECK_TRY(component_,
               ComponentSession::create(wrapped_, schemas(), component_host_.functions(),
                                        kCallLimit, component_host_.destructor()));
  return {};
}

std::vector<const Schema*> WasmWorker::schemas() const {
  std::vector<const Schema*> all;
  for (const Schema& schema : schemas_) all.push_back(&schema);
  return all;
}

std::string WasmWorker::missing_function() const {
  for (const std::string& name : core_->missing())
    if (!name.starts_with("cabi_post_") && name.find("#[dtor]") == std::string::npos) return name;
  return {};
}

Result<CallOutcome> WasmWorker::open(std::uint32_t /*schema*/) { return CallOutcome{}; }
Result<CallOutcome> WasmWorker::close(std::uint32_t /*schema*/) { return CallOutcome{}; }

std::int64_t WasmWorker::counter(std::uint32_t which) {
  std::uint64_t raw[1] = {which};
  const CoreType in[] = {kI32};
  const CoreType out[] = {kI64};
  if (core_->probe("counter", in, out, raw)) return -1;
  return static_cast<std::int64_t>(raw[0]);
}

void WasmWorker::collect_in_realloc(bool on) {
  std::uint64_t raw[1] = {on ? 1U : 0U};
  const CoreType in[] = {kI32};
  (void)core_->probe("collect-in-realloc", in, {}, raw);  // a guest that trapped starts anew
  collecting_ = on;
}

std::string WasmWorker::run_core(std::uint32_t schema, std::uint32_t function,
                                 const std::vector<Value>& args, std::optional<Value>* result,
                                 std::uint64_t* witness) {
  const auto trap = collecting_
                        ? core_->call_watched(schema, function, args,
                                              {[this] { collect_in_realloc(true); }, {}}, result)
                        : core_->call_fast(schema, function, args, result);
  if (trap) {
    const Result<void> restarted = start_core();
    return "core session: trap: " + trap->reason +
           (restarted.ok() ? "" : "; and " + restarted.error().text());
  }
  if (witness == nullptr) return {};
  std::uint64_t raw[1] = {0};
  const CoreType out[] = {kI64};
  if (const auto trap = core_->probe("last-witness", {}, out, raw)) return trap->reason;
  *witness = raw[0];
  return {};
}

std::string WasmWorker::run_component(std::uint32_t schema, std::uint32_t function,
                                      const std::vector<Value>& args, std::optional<Value>* result,
                                      std::uint64_t* witness) {
  if (!component_) {
    const Result<void> started = start_component();
    if (!started) return "component session: " + started.error().text();
  }
  if (const auto trap = component_->call(schema, function, args, result)) {
    component_.reset();
    return "component session: trap: " + trap->reason;
  }
  std::optional<std::uint64_t> seen = 0;
  if (const auto trap = component_->probe("last-witness", {}, {}, &seen)) return trap->reason;
  *witness = *seen;
  return {};
}

std::string WasmWorker::dump_arguments(std::uint32_t schema, std::uint32_t function,
                                       const std::vector<Value>& args) {
  const Function& f = schemas_[schema].functions()[function];
  std::string lowered = " nothing";
  std::optional<Value> ignored;
  const auto trap = core_->call_tampered(
      schema, function, args,
      [&](std::span<CoreValue> flat, std::span<std::uint8_t> memory) {
        lowered = dump_lowered(flat, memory, core_->trace());
      },
      &ignored);
  if (trap) (void)start_core();
  std::vector<TypeId> types;
  for (const Param& param : f.params) types.push_back(param.type);
  return "\n  lowered by the core session:" + lowered + "\n  by the reference, as the ABI says:" +
         dump_by_reference(schemas_[schema], encoding_, types, args,
                           interfaces_[schema].lowering.functions[function].params_in_memory);
}

std::string WasmWorker::agree(std::uint32_t schema, std::uint32_t function,
                              const std::vector<Value>& args, const Seen& core,
                              const Seen& component) {
  const Schema& s = schemas_[schema];
  const Function& f = s.functions()[function];
  if (core.witness != component.witness)
    return "the callee's witness of its arguments differs between the core and the component "
           "session" +
           dump_arguments(schema, function, args);
  if (!f.result) return {};
  const auto different = first_difference(s, *f.result, *core.result, *component.result);
  if (!different) return {};
  const auto dump = [&](const Value& value) {
    return dump_by_reference(s, encoding_, {&*f.result, 1}, {&value, 1}, true);
  };
  return "result" + different->path + ": core session " + different->expected +
         ", component session " + different->seen +
         "\n  bytes of the core session's:" + dump(*core.result) +
         "\n  of the component session's:" + dump(*component.result);
}

std::string WasmWorker::check_ledger(std::uint32_t schema, std::uint32_t function,
                                     std::int64_t live, const AllocationTrace& trace) {
  const CanonicalFunction& lowered = interfaces_[schema].lowering.functions[function];
  const std::uint32_t wanted = lowered.needs_post_return ? 1 : 0;
  if (trace.post_returns != wanted)
    return "post-return called " + std::to_string(trace.post_returns) + " times, expected " +
           std::to_string(wanted);
  const std::int64_t now = counter(0);
  if (now != live)
    return "the guest has " + std::to_string(now) + " live allocations after the call, " +
           std::to_string(live) + " before it";
  if (const std::int64_t bad = counter(2); bad != 0)
    return "the guest freed what was not allocated, " + std::to_string(bad) + " times";
  return {};
}

std::string WasmWorker::try_value(const BulkRequest& request, const Trial& trial, bool both) {
  const Schema& schema = schemas_[request.schema];
  const Function& f = schema.functions()[request.function];
  std::optional<Value> seen;
  if (request.law == BulkLaw::Traps) return try_hostile(request, trial);
  if (request.law == BulkLaw::Host) return try_host(request, trial);
  if (request.law == BulkLaw::Gc) return try_gc(request, trial);
  if (request.law == BulkLaw::PostReturn) {
    // The name without the batch's part of it, which replays do not share.
    const std::string own = interface_id(schema) + "#" + f.name;
    for (const std::string& name : core_->missing())
      if (name.ends_with(own)) return "the module does not export its post-return";
    for (const std::string& name : core_->surplus())
      if (name.ends_with(own)) return "the module exports a post-return, which nothing needs";
    const std::int64_t live = counter(0);
    WasmCall call = core_->call(request.schema, request.function, trial.args);
    if (call.trap) {
      const Result<void> restarted = start_core();
      return "trap: " + call.trap->reason + (restarted.ok() ? "" : "; and it does not start again");
    }
    return check_ledger(request.schema, request.function, live, call.trace);
  }
  std::uint64_t core_witness = 0;
  const unsigned times = request.law == BulkLaw::Repeat ? 2 : 1;
  const bool collecting = trial.index % kCollectEvery == 0;
  if (collecting) collect_in_realloc(true);
  std::optional<Trial> again;  // of `repeat`: the first answer is what the second must be
  for (unsigned i = 0; i < times; ++i) {
    seen.reset();
    if (std::string problem = run_core(request.schema, request.function, trial.args, &seen,
                                       both ? &core_witness : nullptr);
        !problem.empty())
      return problem;
    if (times == 2 && i == 0) (again = trial)->expected = seen;
    if (std::string problem = judge_answer(schema, f, again ? *again : trial, seen);
        !problem.empty())
      return problem;
  }
  if (collecting) collect_in_realloc(false);
  if (!both || times == 2) return {};
  if (core_witness != trial.witness) return "the callee's witness of its arguments is wrong";
  std::optional<Value> other;
  std::uint64_t component_witness = 0;
  if (std::string problem =
          run_component(request.schema, request.function, trial.args, &other, &component_witness);
      !problem.empty())
    return problem;
  return agree(request.schema, request.function, trial.args, {seen, core_witness},
               {other, component_witness});
}

Result<BulkOutcome> WasmWorker::run_resources(const BulkRequest& request) {
  BulkOutcome out;
  if (!component_) FFICHECK_CHECK(start_component());
  ResourceScript script(schemas_[request.schema], request.schema, {*core_, core_host_},
                        {*component_, component_host_});
  for (std::uint64_t i = request.first; i != request.first + request.count; ++i) {
    std::string problem = script.run(value_seed(request.seed, i));
    if (problem.empty()) problem = try_wrong_handle(request.schema, value_seed(request.seed, i));
    if (!problem.empty()) {
      out.failed = i;
      out.detail = problem;
      component_.reset();
      FFICHECK_CHECK(start_core());
      break;
    }
    ++out.held;
  }
  calls_ += script.calls();
  return out;
}

Result<BulkOutcome> WasmWorker::bulk(const BulkRequest& request) {
  if (request.law == BulkLaw::Import) return run_import(request);
  if (request.law == BulkLaw::Resources) return run_resources(request);
  const Schema& schema = schemas_[request.schema];
  const Function& f = schema.functions()[request.function];
  FFICHECK_CHECK(check_law_fits(schema, f, request.law));
  BulkOutcome out;
  // Once for a schema is enough, and it costs an instance.
  if (request.law == BulkLaw::PostReturn && request.function == 0) {
    out.detail = try_realloc();
    if (!out.detail.empty()) {
      out.failed = request.first;
      return out;
    }
  }
  for (std::uint64_t i = request.first; i != request.first + request.count; ++i) {
    const Trial trial = make_trial(schema, f, request.law, request.seed, i, {});
    out.digest += trial.digest;
    out.errs += trial.errs;
    ++calls_;
    const std::string problem = try_value(request, trial, i % kBothEvery == 0);
    if (!problem.empty()) {
      out.failed = i;
      out.detail = f.name + ": " + problem;
      break;
    }
    ++out.held;
  }
  return out;
}

Result<CallOutcome> WasmWorker::call(std::uint32_t schema, std::uint32_t function,
                                     const std::vector<Value>& args, unsigned times) {
  const Schema& types = schemas_[schema];
  const Function& f = types.functions()[function];
  CallOutcome outcome;
  const auto failed = [&](std::string text) {
    outcome.status = CallOutcome::Status::Failure;
    outcome.text = std::move(text);
    return outcome;
  };
  std::optional<Value> other;
  std::uint64_t component_witness = 0;
  for (unsigned i = 0; i < std::max(times, 1u); ++i) {
    outcome.result.reset();
    const std::int64_t live = counter(0);
    collect_in_realloc(true);
    std::string problem =
        run_core(schema, function, args, &outcome.result, &outcome.callee_witness);
    collect_in_realloc(false);
    if (!problem.empty()) return failed(std::move(problem));
    if (counter(0) != live)
      return failed("the guest has " + std::to_string(counter(0)) +
                    " live allocations after the call, " + std::to_string(live) + " before it");
    problem = run_component(schema, function, args, &other, &component_witness);
    if (!problem.empty()) return failed(std::move(problem));
    problem = agree(schema, function, args, {outcome.result, outcome.callee_witness},
                    {other, component_witness});
    if (!problem.empty()) return failed(std::move(problem));
    calls_ += 2;
  }
  outcome.args_after = witness_args(types, f, args);
  return outcome;
}

Result<Counters> WasmWorker::counters() {
  return Counters{
      {"live_library_allocations", counter(0)},
      {"live_library_bytes", counter(1)},
      {"bad_frees", counter(2)},
      {"live_handles", static_cast<std::int64_t>(core_->handles().live())},
      {"live_descriptors", count_entries("/proc/self/fd")},
      {"total_library_allocations", counter(3)},
      {"total_calls", static_cast<std::int64_t>(calls_)},
      {"total_completions", static_cast<std::int64_t>(calls_)},
  };
}

Result<void> WasmWorker::trim() {
  std::uint64_t none[1] = {0};
  if (const auto trap = core_->probe("collect", {}, {}, RawValues(none, 0)))
    return environment_error("collect: " + trap->reason);
  return {};
}

namespace {

Result<std::unique_ptr<WasmWorker>> load_from(const std::filesystem::path& dir,
                                              const std::filesystem::path& module,
                                              StringEncoding encoding, const HostAbi& abi) {
  FFICHECK_TRY(const std::string manifest, read_file(dir / kWasmManifest));
  std::vector<Schema> schemas;
  std::istringstream lines(manifest);
  for (std::string id; lines >> id;) {
    const std::filesystem::path file = dir / "wit" / (id + ".wit");
    FFICHECK_TRY(const std::string wit, read_file(file));
    FFICHECK_TRY(Schema schema, parse_schema(wit, file.string()));
    schemas.push_back(std::move(schema));
  }
  FFICHECK_TRY(const std::string bytes, read_file(module));
  return WasmWorker::load({bytes.begin(), bytes.end()}, std::move(schemas), encoding, abi);
}

}  // namespace

int wasm_main(const std::filesystem::path& dir, const std::filesystem::path& module,
              StringEncoding encoding, const HostAbi& abi) {
  auto worker = load_from(dir, module, encoding, abi);
  if (!worker) {
    std::fprintf(stderr, "fficheck-wasm: %s\n", worker.error().text().c_str());
    return 3;
  }
  // Without one no component can be made of the whole batch: its schema is at fault.
  if (const std::string name = worker.value()->missing_function(); !name.empty()) {
    std::fprintf(stderr, "fficheck-wasm: the module does not export %s\n", name.c_str());
    return 3;
  }
  const std::vector<const Schema*> schemas = worker.value()->schemas();
  return serve(kWorkerWire, schemas, *worker.value());
}

}  // namespace fficheck
