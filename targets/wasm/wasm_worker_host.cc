// The laws that judge the host itself, the core session: `host`, beside the reference, and in
// `resources` what a guest may not hand out. docs/target-wasm.md, "What a hostile guest gets".
#include <algorithm>

#include "harness/core/reference_canonical.h"
#include "harness/core/witness.h"
#include "harness/run/trial.h"
#include "targets/wasm/hostile_host.h"
#include "targets/wasm/wasm_worker.h"

namespace fficheck {
namespace {

std::vector<TypeId> types_of(const Function& f) {
  std::vector<TypeId> out;
  for (const Param& param : f.params) out.push_back(param.type);
  return out;
}

std::vector<ReferenceCore> same(std::span<const CoreValue> flat) {
  std::vector<ReferenceCore> out;
  for (const CoreValue& core : flat) out.push_back({core.type, core.bits});
  return out;
}

std::string shown(std::uint32_t old_size, std::uint32_t align, std::uint32_t size) {
  return "(" + std::to_string(old_size) + ", " + std::to_string(align) + ", " +
         std::to_string(size) + ")";
}

/// Where the host asked the guest's allocator for something else than the reference does.
std::string compare_reallocs(const std::vector<AllocationTrace::Realloc>& seen,
                             const std::vector<ReferenceGuest::Call>& owed) {
  for (std::size_t i = 0; i < std::max(seen.size(), owed.size()); ++i) {
    const std::string what = "cabi_realloc #" + std::to_string(i) + " (old size, align, size): ";
    if (i >= owed.size())
      return what + "expected none, seen " +
             shown(seen[i].old_size, seen[i].align, seen[i].new_size);
    const std::string expected = shown(owed[i].old_size, owed[i].align, owed[i].size);
    if (i >= seen.size()) return what + "expected " + expected + ", seen none";
    const std::string done = shown(seen[i].old_size, seen[i].align, seen[i].new_size);
    if (done != expected) return what + "expected " + expected + ", seen " + done;
  }
  return {};
}

/// A handle that a guest may not pass where `own` or borrow is wanted.
struct WrongHandle {
  std::string what;
  std::uint32_t index = 0;
};

WrongHandle wrong_handle(HandleTable& table, ResourceType type, bool own, std::uint32_t rep,
                         SplitMix& random) {
  switch (random.below(own ? 6 : 4)) {
    case 0: return {"index 0", 0};
    case 1: return {"an index without a handle", 0x00FFFFFF};
    case 2: {
      const std::uint32_t index = table.add_own(type, rep);
      HandleTable::Dropped ignored;
      (void)table.drop(index, type, &ignored);
      return {"a handle that was dropped", index};
    }
    case 3: return {"a handle of another resource", table.add_own({type.schema, ~0u}, rep)};
    case 4: return {"a borrow handle", table.add_borrow(type, rep, 0)};
    default: {
      const std::uint32_t index = table.add_own(type, rep);
      std::uint32_t ignored = 0;
      (void)table.lend(index, type, 0, &ignored);
      return {"a handle that is lent", index};
    }
  }
}

/// A place where a guest hands out a handle by itself, not within another value.
struct HandlePlace {
  bool import = false;  ///< among the arguments of an import; else the result of an export
  std::uint32_t function = 0;
  std::size_t flat = 0;
  Type type;
};

bool reaches_handle(const Schema& schema, TypeId id) {
  const Type& type = schema.type(id);
  return class_of(type.kind) == KindClass::Handle ||
         std::any_of(type.parts.begin(), type.parts.end(), [&](const Part& part) {
           return part.type && reaches_handle(schema, *part.type);
         });
}

std::vector<HandlePlace> handle_places(const Schema& schema, const CanonicalLowering& lowering) {
  std::vector<HandlePlace> out;
  const auto is_handle = [&](TypeId id) {
    return class_of(schema.type(id).kind) == KindClass::Handle;
  };
  for (std::uint32_t i = 0; i < schema.functions().size(); ++i) {
    const Function& f = schema.functions()[i];
    bool alone = f.result && is_handle(*f.result);
    for (const Param& param : f.params) alone = alone && !reaches_handle(schema, param.type);
    if (alone) out.push_back({false, i, 0, schema.type(*f.result)});
  }
  for (std::uint32_t i = 0; i < schema.imports().size(); ++i) {
    if (lowering.imports[i].params_in_memory) continue;
    std::size_t flat = 0;
    for (const Param& param : schema.imports()[i].params) {
      if (is_handle(param.type)) out.push_back({true, i, flat, schema.type(param.type)});
      flat += lowering.types[param.type].flat.size();
    }
  }
  return out;
}

}  // namespace

std::string WasmWorker::try_host(const BulkRequest& request, const Trial& trial) {
  const Schema& schema = schemas_[request.schema];
  const Function& f = schema.functions()[request.function];
  const CanonicalReference reference(schema, encoding_);
  SplitMix random(trial.witness ^ value_seed(request.seed, trial.index));
  std::string problem;
  std::optional<Tampering> done;
  std::optional<Result<std::vector<Value>>> owed;
  CoreSession::Hooks hooks;
  hooks.lowered = [&](std::span<CoreValue> flat, std::span<std::uint8_t> memory) {
    const std::vector<TypeId> types = types_of(f);
    ReferenceGuest other;
    (void)reference.lower(types, trial.args, kMaxFlatParams, other);
    problem = compare_reallocs(core_->trace().reallocs, other.calls);
    if (!problem.empty()) return;
    ReferenceGuest guest;
    guest.lent = memory;
    const auto lifted = reference.lift(types, same(flat), kMaxFlatParams, guest);
    if (!lifted) {
      problem = "the host lowers what must trap: " + lifted.error().text();
    } else if (witness_args(schema, f, lifted.value()) != trial.witness) {
      problem = "the host lowers other arguments";
    }
  };
  hooks.returned = [&](std::span<CoreValue> flat, std::span<std::uint8_t> memory) {
    if (flat.empty()) return;
    const auto lift = [&](ReferenceGuest& guest) {
      return reference.lift({&*f.result, 1}, same(flat), kMaxFlatResults, guest);
    };
    ReferenceGuest guest;
    guest.lent = memory;
    owed = lift(guest);
    // What a guest hands out wrongly by itself is no place to look for more.
    if (!owed->ok() || !equal(owed->value()[0], *trial.expected)) return;
    std::vector<Tampering> all =
        result_tamperings(schema, interfaces_[request.schema].lowering, request.function,
                          *trial.expected, flat[0], memory, random.next());
    if (all.empty()) return;
    done = std::move(all[random.below(static_cast<std::uint32_t>(all.size()))]);
    apply(*done, flat, memory);
    owed = lift(guest);
  };
  std::optional<Value> seen;
  core_->set_hooks(&hooks);
  const auto trap = core_->call_fast(request.schema, request.function, trial.args, &seen);
  core_->set_hooks(nullptr);
  const bool refused = trap && trap->cause == Trap::Cause::Rule;
  if (problem.empty() && owed) {
    if (owed->ok() != !refused) {
      problem = refused ? "trap, where the reference lifts it: " + trap->reason
                        : "the host lifts what must trap: " + owed->error().text();
    } else if (!refused && (!seen || !equal(*seen, owed->value()[0]))) {
      const auto at = first_difference(schema, *f.result, owed->value()[0], *seen);
      problem = "result" + (at ? at->path + ": expected " + at->expected + ", seen " + at->seen
                               : std::string(" is another"));
    }
    if (!problem.empty() && done) problem = done->what + ": " + problem;
  }
  // Nothing says what a guest still holds that was made to say something else.
  if (trap || done) {
    if (const Result<void> restarted = start_core(); !restarted.ok() && problem.empty())
      problem = "the guest does not start again: " + restarted.error().text();
  }
  return problem;
}

std::string WasmWorker::try_wrong_handle(std::uint32_t schema, std::uint64_t seed) {
  const Schema& s = schemas_[schema];
  const std::vector<HandlePlace> places = handle_places(s, interfaces_[schema].lowering);
  if (places.empty()) return {};
  SplitMix random(seed ^ 0x5A5A5A5A5A5A5A5Au);
  const HandlePlace& place = places[random.below(static_cast<std::uint32_t>(places.size()))];
  const bool own = place.type.kind == Kind::Own;
  std::optional<WrongHandle> passed;
  const auto pass = [&](std::span<CoreValue> flat) {
    if (passed) return;
    // Live, so that nothing but the handle is wrong.
    const std::uint32_t rep = s.resources()[place.type.resource].imported
                                  ? core_host_.make(schema, place.type.resource)
                                  : 1;
    passed = wrong_handle(core_->handles(), {schema, place.type.resource}, own, rep, random);
    flat[place.flat].bits = passed->index;
  };
  CoreSession::Hooks hooks;
  std::optional<Trap> trap;
  if (place.import) {
    hooks.imported = [&](std::uint32_t function, std::span<CoreValue> flat) {
      if (function == place.function) pass(flat);
    };
    std::uint64_t ignored = 0;
    core_->set_hooks(&hooks);
    trap = core_->run_import(
        {schema, place.function, static_cast<std::uint64_t>(BulkLaw::Call), seed}, &ignored);
  } else {
    const Function& f = s.functions()[place.function];
    hooks.returned = [&](std::span<CoreValue> flat, std::span<std::uint8_t>) { pass(flat); };
    std::optional<Value> ignored;
    core_->set_hooks(&hooks);
    trap = core_->call_fast(schema, place.function, stream_args(s, f, seed), &ignored);
  }
  core_->set_hooks(nullptr);
  // A host's function that is called with it is too late to notice.
  const bool refused = trap && trap->cause == Trap::Cause::Rule && core_host_.problem().empty();
  if (const Result<void> restarted = start_core(); !restarted.ok())
    return "the guest does not start again: " + restarted.error().text();
  if (!passed || refused) return {};
  const Function& f = (place.import ? s.imports() : s.functions())[place.function];
  return qualified_name(s, f) + ": the host takes " + passed->what + " for " +
         (own ? "own" : "borrow") + " of " + s.resources()[place.type.resource].name;
}

}  // namespace fficheck
