#include "targets/wasm/core_state.h"

#include <algorithm>
#include <set>

#include "targets/wasm/scalars.h"

namespace fficheck {
namespace {

constexpr CoreType kI32 = CoreType::I32;

/// What call_fast wants to know of a function's parameters.
void bind_params(const Schema& schema, const Function& f, const CanonicalFunction& lowered,
                 BoundFunction* out) {
  const auto is_scalar = [&](TypeId id) {
    return class_of(schema.type(id).kind) == KindClass::Scalar;
  };
  out->all_scalars = !lowered.params_in_memory && (!f.result || is_scalar(*f.result));
  for (const Param& param : f.params) {
    out->params.push_back(param.type);
    out->scalars.push_back(schema.type(param.type).kind);
    out->all_scalars = out->all_scalars && is_scalar(param.type);
  }
}

}  // namespace

std::optional<Trap> CoreSession::State::realloc(std::uint32_t old, std::uint32_t old_size,
                                                std::uint32_t align, std::uint32_t new_size,
                                                std::uint32_t* out) {
  if (!realloc_number) return Trap{"the module does not export cabi_realloc"};
  std::uint64_t raw[4] = {old, old_size, align, new_size};
  const bool could_leave = may_leave;
  const bool could_enter = may_enter;
  may_leave = may_enter = false;
  std::optional<Trap> trap = instance->call(*realloc_number, raw);
  may_leave = could_leave;
  may_enter = could_enter;
  if (trap) return trap;
  *out = static_cast<std::uint32_t>(raw[0]);
  if (tracing) trace.reallocs.push_back({old, old_size, align, new_size, *out});
  return std::nullopt;
}

std::optional<Trap> CoreSession::State::call_scalars(const BoundFunction& bound, const Function& f,
                                                     const Schema& schema,
                                                     const std::vector<Value>& args,
                                                     std::optional<Value>* result) {
  std::uint64_t few[kMaxFlatParams];
  const std::size_t count = bound.scalars.size();
  for (std::size_t i = 0; i < count; ++i) few[i] = scalar_bits(bound.scalars[i], args[i]);
  const RawValues values(few, std::max<std::size_t>(count, f.result ? 1 : 0));
  if (std::optional<Trap> trap = enter(*bound.export_number, values)) return trap;
  if (!f.result) return std::nullopt;
  bool valid = true;
  result->emplace(abi->lift_scalar(schema.type(*f.result).kind, values[0], &valid));
  if (!valid) return Trap{"invalid char"};
  return std::nullopt;
}

std::optional<Trap> CallHandles::lift_own(ResourceId resource, std::uint32_t index,
                                          std::uint64_t* rep) {
  std::uint32_t narrow = 0;
  auto trap = state_.abi->take_own(state_.handles, index, {schema_, resource}, &narrow);
  *rep = narrow;
  return trap;
}

std::optional<Trap> CallHandles::lift_borrow(ResourceId resource, std::uint32_t index,
                                             std::uint64_t* rep) {
  std::uint32_t narrow = 0;
  auto trap = state_.abi->lend(state_.handles, index, {schema_, resource}, scope_, &narrow);
  *rep = narrow;
  return trap;
}

std::uint32_t CallHandles::lower_own(ResourceId resource, std::uint64_t rep) {
  ++state_.handles.counts().moved_in;
  return state_.handles.add_own({schema_, resource}, static_cast<std::uint32_t>(rep));
}

std::uint32_t CallHandles::lower_borrow(ResourceId resource, std::uint64_t rep) {
  const auto narrow = static_cast<std::uint32_t>(rep);
  // The instance that implements the resource gets the representation itself.
  if (!state_.interfaces[schema_].schema->resources()[resource].imported) return narrow;
  return state_.handles.add_borrow({schema_, resource}, narrow, scope_);
}

std::optional<Trap> CoreSession::State::destroy(ResourceType type, std::uint32_t rep) {
  if (interfaces[type.schema].schema->resources()[type.resource].imported) {
    ++host_destructor_calls;
    if (host_drop) host_drop(type.schema, type.resource, rep);
    return std::nullopt;
  }
  ++destructor_calls;
  const auto& number = destructors[type.schema][type.resource];
  if (!number) return std::nullopt;
  std::uint64_t raw[1] = {rep};
  return instance->call(*number, raw);
}

std::optional<Trap> CoreSession::State::call_host(std::uint32_t schema, std::uint32_t function,
                                                  RawValues values) {
  if (!may_leave) return Trap{"cannot leave component instance"};
  const WasmInterface& interface = interfaces[schema];
  const Function& f = interface.schema->imports()[function];
  const CanonicalFunction& lowered = interface.lowering.imports[function];
  std::vector<TypeId> types;
  for (const Param& param : f.params) types.push_back(param.type);
  std::vector<CoreValue> in;
  for (std::size_t i = 0; i < lowered.params.size(); ++i)
    in.push_back({lowered.params[i], clean(lowered.params[i], values[i])});

  const std::uint64_t scope = ++scopes;
  CallHandles call_handles(*this, schema, scope);
  Crossing crossing(*interface.schema, interface.lowering, encoding, *this, &call_handles, *abi);
  if (hooks != nullptr && hooks->imported) hooks->imported(function, in);
  const std::vector<Value> args = crossing.lift(types, in, lowered.params_in_memory);
  if (crossing.trap()) return crossing.trap();
  HostAnswer answer = host(schema, function, args);
  handles.end_loans(scope);
  if (answer.trap) return std::move(answer.trap);
  if (!f.result) return std::nullopt;
  std::vector<CoreValue> out;
  std::optional<std::uint32_t> at;
  if (lowered.result_in_memory) at = static_cast<std::uint32_t>(values[lowered.params.size()]);
  crossing.lower({&*f.result, 1}, {&*answer.result, 1}, lowered.result_in_memory, &out, at);
  if (!out.empty()) values[0] = out[0].bits;
  return crossing.trap();
}

void CoreSession::State::add_resource_functions(std::uint32_t schema,
                                                std::vector<HostFunction>* out) {
  const Schema& s = *interfaces[schema].schema;
  for (ResourceId r = 0; r < s.resources().size(); ++r) {
    const Resource& resource = s.resources()[r];
    const ResourceType type{schema, r};
    const std::string home = resource.imported ? host_interface_id(s) : interface_id(s);
    const auto drop = [this, type](RawValues values) -> std::optional<Trap> {
      if (!may_leave) return Trap{"cannot leave component instance"};
      HandleTable::Dropped dropped;
      if (auto trap = handles.drop(static_cast<std::uint32_t>(values[0]), type, &dropped))
        return trap;
      return dropped.own ? destroy(type, dropped.rep) : std::nullopt;
    };
    out->push_back({home, "[resource-drop]" + resource.name, {kI32}, {}, drop});
    if (resource.imported) continue;
    const std::string exported = "[export]" + home;
    // The guest may import resource.drop of its own resource by either module name.
    out->push_back({exported, "[resource-drop]" + resource.name, {kI32}, {}, drop});
    out->push_back({exported,
                    "[resource-new]" + resource.name,
                    {kI32},
                    {kI32},
                    [this, type](RawValues values) -> std::optional<Trap> {
                      if (!may_leave) return Trap{"cannot leave component instance"};
                      ++handles.counts().created;
                      values[0] = handles.add_own(type, static_cast<std::uint32_t>(values[0]));
                      return std::nullopt;
                    }});
    out->push_back({exported,
                    "[resource-rep]" + resource.name,
                    {kI32},
                    {kI32},
                    [this, type](RawValues values) -> std::optional<Trap> {
                      std::uint32_t rep = 0;
                      auto trap = handles.rep(static_cast<std::uint32_t>(values[0]), type, &rep);
                      values[0] = rep;
                      return trap;
                    }});
  }
}

std::vector<HostFunction> CoreSession::State::host_functions() {
  std::vector<HostFunction> out;
  for (std::uint32_t i = 0; i < interfaces.size(); ++i) {
    add_resource_functions(i, &out);
    const std::vector<CanonicalFunction>& imports = interfaces[i].lowering.imports;
    for (std::uint32_t k = 0; k < imports.size(); ++k) {
      const bool direct = !imports[k].result_in_memory;
      out.push_back({host_interface_id(*interfaces[i].schema), imports[k].name,
                     imports[k].import_params(),
                     direct ? imports[k].results : std::vector<CoreType>{},
                     [this, i, k](RawValues values) { return call_host(i, k, values); }});
    }
  }
  return out;
}

Result<void> CoreSession::State::bind_exports() {
  const auto bind = [this](const std::string& name, std::span<const CoreType> params,
                           std::span<const CoreType> results) {
    auto number = instance->find(name, params, results);
    if (!number) missing.push_back(name);
    return number;
  };
  const CoreType four[] = {kI32, kI32, kI32, kI32};
  const CoreType one[] = {kI32};
  realloc_number = instance->find("cabi_realloc", four, one);
  std::set<std::string> posts;
  for (const WasmInterface& interface : interfaces) {
    const Schema& schema = *interface.schema;
    const std::string prefix = interface_id(schema) + "#";
    std::vector<BoundFunction> functions;
    for (std::size_t k = 0; k < schema.functions().size(); ++k) {
      const CanonicalFunction& lowered = interface.lowering.functions[k];
      BoundFunction b;
      b.export_number = bind(prefix + lowered.name, lowered.params, lowered.results);
      if (lowered.needs_post_return) {
        b.post_return_number = bind("cabi_post_" + prefix + lowered.name, lowered.results, {});
        posts.insert("cabi_post_" + prefix + lowered.name);
      }
      bind_params(schema, schema.functions()[k], lowered, &b);
      functions.push_back(std::move(b));
    }
    bound.push_back(std::move(functions));
    std::vector<std::optional<std::size_t>> dtors;
    for (const Resource& resource : schema.resources())
      dtors.push_back(resource.imported ? std::nullopt
                                        : bind(prefix + "[dtor]" + resource.name, one, {}));
    destructors.push_back(std::move(dtors));
  }
  for (const std::string& name : instance->export_names())
    if (name.starts_with("cabi_post_") && !posts.contains(name)) surplus.push_back(name);
  return {};
}

}  // namespace fficheck
