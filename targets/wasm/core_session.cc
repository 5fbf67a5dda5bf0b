#include "targets/wasm/core_session.h"

#include <algorithm>
#include <set>

#include "targets/wasm/core_state.h"

namespace fficheck {

CoreSession::CoreSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
CoreSession::~CoreSession() = default;

Result<std::unique_ptr<CoreSession>> CoreSession::create(std::shared_ptr<CoreModule> module,
                                                         std::vector<WasmInterface> interfaces,
                                                         StringEncoding encoding, Host host,
                                                         std::chrono::milliseconds limit,
                                                         HostDrop drop, const HostAbi& abi) {
  auto state = std::make_unique<State>();
  state->interfaces = std::move(interfaces);
  state->encoding = encoding;
  state->host = std::move(host);
  state->host_drop = std::move(drop);
  state->abi = &abi;
  FFICHECK_TRY(state->instance,
               CoreInstance::create(std::move(module), state->host_functions(), limit));
  FFICHECK_CHECK(state->bind_exports());
  state->may_enter = state->may_leave = true;
  return std::unique_ptr<CoreSession>(new CoreSession(std::move(state)));
}

Result<void> CoreSession::restart() {
  State& s = *state_;
  s.handles = {};
  s.may_enter = s.may_leave = false;
  s.trace = {};
  FFICHECK_CHECK(s.instance->restart());
  s.trapped = false;
  s.may_enter = s.may_leave = true;
  return {};
}

std::optional<Trap> CoreSession::call_fast(std::uint32_t schema, std::uint32_t function,
                                           const std::vector<Value>& args,
                                           std::optional<Value>* result) {
  State& s = *state_;
  if (!s.may_enter) return Trap{"cannot enter component instance"};
  if (!s.bound[schema][function].export_number)
    return Trap{"the module does not export " +
                s.interfaces[schema].lowering.functions[function].name};
  std::optional<Trap> trap = cross(schema, function, args, result);
  if (trap) s.lock();
  return trap;
}

std::optional<Trap> CoreSession::cross(std::uint32_t schema, std::uint32_t function,
                                       const std::vector<Value>& args,
                                       std::optional<Value>* result) {
  State& s = *state_;
  const WasmInterface& interface = s.interfaces[schema];
  const Function& f = interface.schema->functions()[function];
  const CanonicalFunction& lowered = interface.lowering.functions[function];
  const BoundFunction& bound = s.bound[schema][function];
  if (bound.all_scalars && s.hooks == nullptr)
    return s.call_scalars(bound, f, *interface.schema, args, result);

  const std::uint64_t scope = ++s.scopes;
  CallHandles handles(s, schema, scope);
  Crossing crossing(*interface.schema, interface.lowering, s.encoding, s, &handles, *s.abi);
  s.flat.clear();
  crossing.lower(bound.params, args, lowered.params_in_memory, &s.flat);
  if (crossing.trap()) return crossing.trap();
  if (s.hooks != nullptr && s.hooks->lowered) s.hooks->lowered(s.flat, s.bytes());

  std::uint64_t few[kMaxFlatParams];
  const RawValues values(few, std::max(s.flat.size(), lowered.results.size()));
  for (std::size_t i = 0; i < s.flat.size(); ++i) values[i] = s.flat[i].bits;
  std::optional<Trap> trap = s.enter(*bound.export_number, values);
  if (trap) return trap;
  if (s.handles.open_borrows(scope) != 0)
    return Trap{"borrow handles still remain at the end of the call"};

  CoreValue returned;
  if (f.result) returned = {lowered.results[0], clean(lowered.results[0], values[0])};
  if (s.hooks != nullptr && s.hooks->returned)
    s.hooks->returned({&returned, f.result ? std::size_t{1} : 0}, s.bytes());
  if (f.result) {
    *result = crossing.lift_one(*f.result, returned, lowered.result_in_memory);
    if (crossing.trap()) return crossing.trap();
  }
  if (bound.post_return_number) {
    ++s.trace.post_returns;
    s.may_enter = s.may_leave = false;
    trap = s.instance->call(*bound.post_return_number, values.first(1));
    s.may_enter = s.may_leave = true;
  }
  return trap;
}

WasmCall CoreSession::call(std::uint32_t schema, std::uint32_t function,
                           const std::vector<Value>& args) {
  state_->trace = {};
  state_->tracing = true;
  WasmCall out;
  out.trap = call_fast(schema, function, args, &out.result);
  state_->tracing = false;
  out.trace = std::move(state_->trace);
  return out;
}

std::optional<Trap> CoreSession::call_tampered(std::uint32_t schema, std::uint32_t function,
                                               const std::vector<Value>& args, const Tamper& tamper,
                                               std::optional<Value>* result) {
  const Hooks hooks{.lowered = tamper};
  set_hooks(&hooks);
  std::optional<Trap> trap = call_fast(schema, function, args, result);
  state_->tracing = false;
  state_->hooks = nullptr;
  return trap;
}

std::optional<Trap> CoreSession::call_watched(std::uint32_t schema, std::uint32_t function,
                                              const std::vector<Value>& args, const Watch& watch,
                                              std::optional<Value>* result) {
  // Scalars leave nothing in memory.
  if (!watch.returned && state_->bound[schema][function].all_scalars)
    return call_fast(schema, function, args, result);
  const Hooks* before = state_->hooks;
  Hooks hooks = before == nullptr ? Hooks{} : *before;
  hooks.lowered = [&](std::span<CoreValue> flat, std::span<std::uint8_t> memory) {
    if (before != nullptr && before->lowered) before->lowered(flat, memory);
    watch.lowered();
  };
  if (watch.returned)
    hooks.returned = [&](std::span<CoreValue> flat, std::span<std::uint8_t> memory) {
      if (before != nullptr && before->returned) before->returned(flat, memory);
      watch.returned();
    };
  state_->hooks = &hooks;
  std::optional<Trap> trap = call_fast(schema, function, args, result);
  state_->hooks = before;
  return trap;
}

const AllocationTrace& CoreSession::trace() const { return state_->trace; }

std::optional<Trap> CoreSession::call_raw(std::uint32_t schema, std::uint32_t function,
                                          RawValues values) {
  const BoundFunction& bound = state_->bound[schema][function];
  if (!bound.export_number) return Trap{"not exported"};
  return state_->instance->call(*bound.export_number, values);
}

std::optional<Trap> CoreSession::run_import(const ImportRun& run, std::uint64_t* held) {
  std::uint64_t raw[6] = {run.schema, run.function, run.law, run.seed, run.first, run.count};
  const CoreType in[] = {CoreType::I32, CoreType::I32, CoreType::I32,
                         CoreType::I64, CoreType::I64, CoreType::I64};
  const CoreType out[] = {CoreType::I64};
  std::optional<Trap> trap = probe("run-import", in, out, raw);
  if (!trap) *held = raw[0];
  return trap;
}

std::optional<Trap> CoreSession::probe(std::string_view name, std::span<const CoreType> params,
                                       std::span<const CoreType> results, RawValues values) {
  const auto [at, added] = state_->probes.try_emplace(std::string(name));
  if (added)
    at->second =
        state_->instance->find("fficheck:probe/probe#" + std::string(name), params, results);
  if (!at->second) return Trap{"the module has no probe " + std::string(name)};
  if (state_->trapped) return Trap{"cannot enter component instance"};
  std::optional<Trap> trap = state_->instance->call(*at->second, values);
  if (trap) state_->lock();
  return trap;
}

std::optional<Trap> CoreSession::drop_rep(std::uint32_t schema, ResourceId resource,
                                          std::uint32_t rep) {
  State& s = *state_;
  if (!s.may_enter) return Trap{"cannot enter component instance"};
  s.may_enter = false;
  std::optional<Trap> trap = s.destroy({schema, resource}, rep);
  s.may_enter = true;
  if (trap) s.lock();
  return trap;
}

const std::vector<std::string>& CoreSession::missing() const { return state_->missing; }
const std::vector<std::string>& CoreSession::surplus() const { return state_->surplus; }
const HandleTable& CoreSession::handles() const { return state_->handles; }
HandleTable& CoreSession::handles() { return state_->handles; }
void CoreSession::set_hooks(const Hooks* hooks) {
  state_->hooks = hooks;
  state_->trace = {};
  state_->tracing = hooks != nullptr;
}
CoreInstance& CoreSession::instance() { return *state_->instance; }
std::uint64_t CoreSession::destructor_calls() const { return state_->destructor_calls; }

}  // namespace fficheck
