#include "targets/native/control_worker.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>

#include "harness/core/text.h"
#include "harness/core/witness.h"
#include "harness/run/files.h"
#include "targets/native/control_laws.h"
#include "targets/native/control_script.h"
#include "targets/native/emit.h"

namespace fficheck {
namespace {

constexpr std::size_t kSlots = 64;
constexpr std::int64_t kSettleMs = 5000;

/// As docs/abi-native.md declares it.
struct RuntimeCounters {
  std::int64_t live_allocations, live_bytes, live_contexts, live_threads, bad_frees;
  std::int64_t total_allocations, total_calls, total_completions;
};

CallOutcome failure(std::string text) {
  CallOutcome outcome;
  outcome.status = CallOutcome::Status::Failure;
  outcome.text = std::move(text);
  return outcome;
}

CallOutcome from_text(std::string text) {
  return text.empty() ? CallOutcome{} : failure(std::move(text));
}

}  // namespace

std::string print_manifest(const ControlManifest& manifest) {
  std::string text = "abi " + std::string(abi_name(manifest.abi)) + "\n";
  for (const std::string& id : manifest.ids) text += "schema " + id + "\n";
  return text;
}

Result<ControlManifest> parse_manifest(const std::string& text) {
  ControlManifest manifest;
  std::istringstream lines(text);
  std::string word;
  std::string rest;
  while (lines >> word >> rest) {
    if (word == "abi" && rest == abi_name(Abi::Native))
      manifest.abi = Abi::Native;
    else if (word == "abi" && rest == abi_name(Abi::Nim))
      manifest.abi = Abi::Nim;
    else if (word == "schema")
      manifest.ids.push_back(rest);
    else
      return input_error("unknown line `" + word + " " + rest + "`", kControlManifest);
  }
  return manifest;
}

Result<std::unique_ptr<ControlWorker>> ControlWorker::load(const std::filesystem::path& library,
                                                           Abi abi,
                                                           const std::vector<std::string>& ids,
                                                           std::vector<Schema> schemas) {
  FFICHECK_TRY(SharedObject object, SharedObject::open(library.string()));
  std::unique_ptr<ControlWorker> worker(new ControlWorker(object));
  worker->schemas_ = std::move(schemas);
  FFICHECK_TRY(worker->slots_, CallSlots::create(kSlots));
  FFICHECK_TRY(worker->runtime_counters_, object.symbol("ffi_runtime_counters"));
  FFICHECK_TRY(worker->runtime_last_witness_, object.symbol("ffi_runtime_last_witness"));
  FFICHECK_TRY(worker->runtime_settle_, object.symbol("ffi_runtime_settle"));
  worker->abi_ = abi;
  worker->ids_ = ids;
  worker->scripts_.resize(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    FFICHECK_TRY(auto caller, ControlCaller::load(object, worker->schemas_[i], abi,
                                                  batch_name(ids[i]), *worker->slots_));
    worker->callers_.push_back(std::move(caller));
  }
  return worker;
}

struct ControlWorker::Scripts {
  std::unique_ptr<ScriptLibrary> library;
  std::unique_ptr<ScriptEngine> engine;
};

ControlWorker::ControlWorker(SharedObject object) : object_(object) {}
ControlWorker::~ControlWorker() = default;

Result<ControlWorker::Scripts*> ControlWorker::scripts(std::uint32_t schema) {
  if (!scripts_[schema]) {
    auto made = std::make_unique<Scripts>();
    FFICHECK_TRY(made->library,
                 ScriptLibrary::load(object_, schemas_[schema], abi_, batch_name(ids_[schema])));
    FFICHECK_TRY(made->engine,
                 ScriptEngine::create(*made->library,
                                      reinterpret_cast<int (*)(std::int64_t)>(runtime_settle_)));
    scripts_[schema] = std::move(made);
  }
  return scripts_[schema].get();
}

Result<ScriptOutcome> ControlWorker::script(const ScriptRequest& request) {
  FFICHECK_TRY(Scripts* const scripts, this->scripts(request.schema));
  ScriptOutcome out;
  bool stuck = false;  // what comes after that is not run
  for (const std::vector<Step>& steps : request.scripts) {
    out.push_back(stuck ? std::vector<StepSeen>(steps.size())
                        : scripts->engine->run(steps, std::chrono::milliseconds(request.limit_ms)));
    stuck = stuck || scripts->engine->stuck();
  }
  return out;
}

std::vector<const Schema*> ControlWorker::schemas() const {
  std::vector<const Schema*> all;
  for (const Schema& schema : schemas_) all.push_back(&schema);
  return all;
}

Result<CallOutcome> ControlWorker::open(std::uint32_t schema) {
  return from_text(callers_[schema]->create(schema));
}

Result<CallOutcome> ControlWorker::close(std::uint32_t schema) {
  return from_text(callers_[schema]->destroy());
}

Result<CallOutcome> ControlWorker::call(std::uint32_t schema, std::uint32_t function,
                                        const std::vector<Value>& args, unsigned times) {
  ControlCaller& caller = *callers_[schema];
  const Function& f = caller.schema().functions()[function];
  if (caller.context() == nullptr) return input_error("the schema was never opened");
  if (f.name == "create") return input_error("`create` is called by open only");
  // One object, lowered once; each call has a slot of its own for its completion.
  CallSlots::Slot* object = slots_->acquire();
  caller.lower(*object, function, args);
  CallOutcome outcome;
  for (unsigned i = 0; i < (times == 0 ? 1 : times); ++i) {
    CallSlots::Slot* slot = slots_->acquire();
    slot->params = object->params;
    const std::string refused = caller.start(*slot, function);
    if (refused.empty()) {
      slots_->wait(*slot);
      auto result = caller.outcome(*slot, function);
      outcome = result ? CallOutcome{} : failure(result.error().message);
      if (result) outcome.result = std::move(result).value();
    } else {
      outcome = failure(refused);
    }
    slots_->release(*slot);
  }
  const auto last_witness = reinterpret_cast<std::uint64_t (*)(void*)>(runtime_last_witness_);
  outcome.callee_witness = caller.is_open() ? last_witness(caller.context()) : 0;
  // Arguments that can no longer be read have a witness that no arguments are expected to have.
  const auto after = caller.lift_args(*object, function);
  outcome.args_after = after ? witness_args(caller.schema(), f, after.value()) : 0;
  slots_->release(*object);
  return outcome;
}

Result<BulkOutcome> ControlWorker::bulk(const BulkRequest& request) {
  return run_bulk(*callers_[request.schema], *slots_, request);
}

std::uint64_t ControlWorker::strays() const {
  std::uint64_t sum = slots_->strays();
  for (const auto& one : scripts_)
    if (one) sum += one->engine->strays();
  return sum;
}

Result<Counters> ControlWorker::counters() {
  reinterpret_cast<int (*)(std::int64_t)>(runtime_settle_)(kSettleMs);
  RuntimeCounters c{};
  reinterpret_cast<void (*)(RuntimeCounters*)>(runtime_counters_)(&c);
  return Counters{
      {"live_library_allocations", c.live_allocations},
      {"live_library_bytes", c.live_bytes},
      {"live_contexts", c.live_contexts},
      {"bad_frees", c.bad_frees},
      {"live_caller_allocations", static_cast<std::int64_t>(slots_->in_use())},
      {"live_slots", static_cast<std::int64_t>(slots_->in_use())},
      {"live_threads", count_entries("/proc/self/task")},
      {"live_descriptors", count_entries("/proc/self/fd")},
      {"stray_completions", static_cast<std::int64_t>(strays())},
      {"total_library_allocations", c.total_allocations},
      {"total_calls", c.total_calls},
      {"total_completions", c.total_completions},
  };
}

namespace {

Result<std::unique_ptr<ControlWorker>> load_from(const std::filesystem::path& dir,
                                                 const std::filesystem::path& library) {
  FFICHECK_TRY(const std::string text, read_file(dir / kControlManifest));
  FFICHECK_TRY(const ControlManifest manifest, parse_manifest(text));
  std::vector<Schema> schemas;
  for (const std::string& id : manifest.ids) {
    const std::filesystem::path file = dir / "wit" / (id + ".wit");
    FFICHECK_TRY(const std::string wit, read_file(file));
    FFICHECK_TRY(Schema schema, parse_schema(wit, file.string()));
    schemas.push_back(std::move(schema));
  }
  return ControlWorker::load(library, manifest.abi, manifest.ids, std::move(schemas));
}

}  // namespace

int control_main(const std::filesystem::path& dir, const std::filesystem::path& library) {
  auto worker = load_from(dir, library);
  if (!worker) {
    std::fprintf(stderr, "fficheck-control: %s\n", worker.error().text().c_str());
    return 3;
  }
  const std::vector<const Schema*> schemas = worker.value()->schemas();
  const int status = serve(kWorkerWire, schemas, *worker.value());
  // Threads of the library may still run: no destructor may pull memory from under them.
  std::_Exit(status);
}

}  // namespace fficheck
