#include "targets/wasm/component_session.h"

#include <algorithm>

#include "harness/core/bridge.h"
#include "targets/wasm/adapter_memory.h"
#include "targets/wasm/component_around.h"
#include "targets/wasm/component_value.h"

namespace fficheck {
namespace {

using ComponentLinkerPtr =
    std::unique_ptr<wasmtime_component_linker_t, Deleter<wasmtime_component_linker_delete>>;
using LinkerInstancePtr = std::unique_ptr<wasmtime_component_linker_instance_t,
                                          Deleter<wasmtime_component_linker_instance_delete>>;
using ResourceTypePtr = std::unique_ptr<wasmtime_component_resource_type_t,
                                        Deleter<wasmtime_component_resource_type_delete>>;
using ExportIndexPtr = std::unique_ptr<wasmtime_component_export_index_t,
                                       Deleter<wasmtime_component_export_index_delete>>;

}  // namespace

struct ComponentSession::State {
  /// What a host callback needs; the linker holds pointers to these.
  struct HostBinding {
    State* state = nullptr;
    std::uint32_t schema = 0;
    std::uint32_t function = 0;  ///< of imports(); of a destructor, the resource
  };
  std::shared_ptr<WasmEngine> engine;
  std::vector<const Schema*> schemas;
  Host host;
  HostDrop host_drop;
  std::vector<std::unique_ptr<HostBinding>> bindings;
  std::shared_ptr<CompiledComponent> component;
  StorePtr store;
  ComponentLinkerPtr linker;
  wasmtime_context_t* context = nullptr;
  wasmtime_component_instance_t instance{};
  std::unique_ptr<HostResources> resources;
  std::vector<std::vector<std::optional<wasmtime_component_func_t>>> functions;
  std::map<std::string, wasmtime_component_func_t> probes;
  std::uint64_t ticks = 1;
  bool inside = false;   ///< a call has not returned
  bool trapped = false;  ///< wasmtime locks the instance only where the guest's own code trapped

  /// Calls a function of the component; what forbids it or ends it.
  std::optional<Trap> enter(const wasmtime_component_func_t& function, ComponentValues& in,
                            ComponentValues& out);
  [[nodiscard]] std::optional<wasmtime_component_func_t> find(const std::string& interface,
                                                              const std::string& name);
  [[nodiscard]] Result<void> define_imports();
  static wasmtime_error_t* destroy(void* data, wasmtime_context_t* context, std::uint32_t rep);
  static wasmtime_error_t* enter_host(void* data, wasmtime_context_t* context,
                                      const wasmtime_component_func_type_t* type,
                                      wasmtime_component_val_t* args, std::size_t arg_count,
                                      wasmtime_component_val_t* results, std::size_t result_count);
};

std::optional<wasmtime_component_func_t> ComponentSession::State::find(const std::string& interface,
                                                                       const std::string& name) {
  const ExportIndexPtr outer(wasmtime_component_instance_get_export_index(
      &instance, context, nullptr, interface.data(), interface.size()));
  if (!outer) return std::nullopt;
  const ExportIndexPtr inner(wasmtime_component_instance_get_export_index(
      &instance, context, outer.get(), name.data(), name.size()));
  wasmtime_component_func_t out;
  if (!inner || !wasmtime_component_instance_get_func(&instance, context, inner.get(), &out))
    return std::nullopt;
  return out;
}

std::optional<Trap> ComponentSession::State::enter(const wasmtime_component_func_t& function,
                                                   ComponentValues& in, ComponentValues& out) {
  if (inside || trapped) return Trap{"cannot enter component instance"};
  wasmtime_context_set_epoch_deadline(context, ticks);
  inside = true;
  const ErrorPtr error(wasmtime_component_func_call(&function, context, in.data(), in.size(),
                                                    out.data(), out.size()));
  inside = false;
  if (!error) return std::nullopt;
  trapped = true;
  return Trap{message_of(error.get())};
}

wasmtime_error_t* ComponentSession::State::enter_host(
    void* data, wasmtime_context_t* /*context*/, const wasmtime_component_func_type_t* /*type*/,
    wasmtime_component_val_t* args, std::size_t arg_count, wasmtime_component_val_t* results,
    std::size_t result_count) {
  const auto& binding = *static_cast<HostBinding*>(data);
  State& s = *binding.state;
  const Schema& schema = *s.schemas[binding.schema];
  const Function& f = schema.imports()[binding.function];
  s.resources->schema = binding.schema;
  std::vector<Value> values;
  for (std::size_t i = 0; i < arg_count; ++i)
    values.push_back(from_component(schema, f.params[i].type, args[i], *s.resources));
  const HostAnswer answer = s.host(binding.schema, binding.function, values);
  if (answer.trap) return wasmtime_error_new(answer.trap->reason.c_str());
  if (result_count == 1) {
    results[0] = {};
    to_component(schema, *f.result, *answer.result, *s.resources, results);
  }
  return nullptr;
}

wasmtime_error_t* ComponentSession::State::destroy(void* data, wasmtime_context_t* /*context*/,
                                                   std::uint32_t rep) {
  const auto& binding = *static_cast<HostBinding*>(data);
  if (binding.state->host_drop) binding.state->host_drop(binding.schema, binding.function, rep);
  return nullptr;
}

Result<void> ComponentSession::State::define_imports() {
  for (std::uint32_t i = 0; i < schemas.size(); ++i) {
    const auto& all = schemas[i]->resources();
    if (schemas[i]->imports().empty() &&
        std::none_of(all.begin(), all.end(), [](const Resource& r) { return r.imported; }))
      continue;
    const LinkerInstancePtr root(wasmtime_component_linker_root(linker.get()));
    const std::string id = host_interface_id(*schemas[i]);
    wasmtime_component_linker_instance_t* raw = nullptr;
    const ErrorPtr error(
        wasmtime_component_linker_instance_add_instance(root.get(), id.data(), id.size(), &raw));
    const LinkerInstancePtr inner(raw);
    if (error) return input_error("component import " + id + ": " + message_of(error.get()));
    for (ResourceId r = 0; r < all.size(); ++r) {
      if (!all[r].imported) continue;
      bindings.push_back(std::make_unique<HostBinding>(HostBinding{this, i, r}));
      const ResourceTypePtr type(wasmtime_component_resource_type_new_host(host_type(i, r)));
      const ErrorPtr failed(wasmtime_component_linker_instance_add_resource(
          inner.get(), all[r].name.data(), all[r].name.size(), type.get(), destroy,
          bindings.back().get(), nullptr));
      if (failed)
        return input_error("component import " + id + " " + all[r].name + ": " +
                           message_of(failed.get()));
    }
    const CanonicalLowering l = lower_canonical(*schemas[i]);
    for (std::uint32_t k = 0; k < l.imports.size(); ++k) {
      bindings.push_back(std::make_unique<HostBinding>(HostBinding{this, i, k}));
      const std::string& name = l.imports[k].name;
      const ErrorPtr failed(wasmtime_component_linker_instance_add_func(
          inner.get(), name.data(), name.size(), enter_host, bindings.back().get(), nullptr));
      if (failed)
        return input_error("component import " + id + " " + name + ": " + message_of(failed.get()));
    }
  }
  return {};
}

ComponentSession::ComponentSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
ComponentSession::~ComponentSession() = default;

Result<std::unique_ptr<ComponentSession>> ComponentSession::create(
    std::shared_ptr<WasmEngine> engine, std::span<const std::uint8_t> component,
    std::vector<const Schema*> schemas, Host host, std::chrono::milliseconds limit, HostDrop drop) {
  FFICHECK_TRY(std::shared_ptr<CompiledComponent> compiled,
               CompiledComponent::compile(std::move(engine), component));
  return create(std::move(compiled), std::move(schemas), std::move(host), limit, std::move(drop));
}

Result<std::unique_ptr<ComponentSession>> ComponentSession::create(
    std::shared_ptr<CompiledComponent> component, std::vector<const Schema*> schemas, Host host,
    std::chrono::milliseconds limit, HostDrop drop) {
  auto s = std::make_unique<State>();
  s->engine = component->engine();
  s->component = std::move(component);
  s->schemas = std::move(schemas);
  s->host = std::move(host);
  s->host_drop = std::move(drop);
  s->ticks = WasmEngine::ticks(limit);
  wasm_engine_t* raw_engine = s->engine->get();
  s->store.reset(wasmtime_store_new(raw_engine, nullptr, nullptr));
  s->context = wasmtime_store_context(s->store.get());
  wasmtime_store_limiter(
      s->store.get(), static_cast<std::int64_t>(s->engine->options().memory_limit), -1, -1, -1, -1);
  wasmtime_context_set_epoch_deadline(s->context, s->ticks);
  const ErrorPtr wasi(wasmtime_context_set_wasi(s->context, wasi_config_new()));
  if (wasi) return environment_error("wasmtime: " + message_of(wasi.get()));
  s->linker.reset(wasmtime_component_linker_new(raw_engine));
  const ErrorPtr defined(wasmtime_component_linker_add_wasip2(s->linker.get()));
  if (defined) return environment_error("wasmtime: " + message_of(defined.get()));
  if (const auto& module = s->component->module()) {
    const LinkerInstancePtr root(wasmtime_component_linker_root(s->linker.get()));
    const std::string_view name = kImportedModule;
    const ErrorPtr refused(wasmtime_component_linker_instance_add_module(
        root.get(), name.data(), name.size(), module->get()));
    if (refused) return environment_error("wasmtime: " + message_of(refused.get()));
  }
  FFICHECK_CHECK(s->define_imports());
  s->resources = std::make_unique<HostResources>(s->context);
  const ErrorPtr failed(wasmtime_component_linker_instantiate(s->linker.get(), s->context,
                                                              s->component->get(), &s->instance));
  if (failed) return input_error("the component does not start: " + message_of(failed.get()));
  for (const Schema* schema : s->schemas) {
    std::vector<std::optional<wasmtime_component_func_t>> functions;
    for (const CanonicalFunction& f : lower_canonical(*schema).functions)
      functions.push_back(s->find(interface_id(*schema), f.name));
    s->functions.push_back(std::move(functions));
  }
  return std::unique_ptr<ComponentSession>(new ComponentSession(std::move(s)));
}

std::optional<Trap> ComponentSession::call(std::uint32_t schema, std::uint32_t function,
                                           const std::vector<Value>& args,
                                           std::optional<Value>* result) {
  State& s = *state_;
  if (s.inside || s.trapped) return Trap{"cannot enter component instance"};
  const Schema& types = *s.schemas[schema];
  const Function& f = types.functions()[function];
  const auto& bound = s.functions[schema][function];
  if (!bound) return Trap{"the component does not export " + f.name};
  s.resources->schema = schema;
  ComponentValues in(args.size());
  ComponentValues out(f.result ? 1 : 0);
  for (std::size_t i = 0; i < args.size(); ++i)
    to_component(types, f.params[i].type, args[i], *s.resources, &in[i]);
  auto trap = s.enter(*bound, in, out);
  s.resources->take_back();
  if (trap) return trap;
  if (f.result) *result = from_component(types, *f.result, out[0], *s.resources);
  return std::nullopt;
}

std::optional<Trap> ComponentSession::probe(const std::string& name, std::span<const Value> args,
                                            std::span<const Kind> kinds,
                                            std::optional<std::uint64_t>* result) {
  State& s = *state_;
  auto at = s.probes.find(name);
  if (at == s.probes.end()) {
    const auto found = s.find("fficheck:probe/probe", name);
    if (!found) return Trap{"the component has no probe " + name};
    at = s.probes.emplace(name, *found).first;
  }
  ComponentValues in(args.size());
  ComponentValues out(result != nullptr ? 1 : 0);
  const auto bits = [&](std::size_t i) { return args[i].as<std::uint64_t>(); };
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (kinds[i] == Kind::Bool) {
      in[i].kind = WASMTIME_COMPONENT_BOOL;
      in[i].of.boolean = bits(i) != 0;
    } else if (kinds[i] == Kind::U32) {
      in[i].kind = WASMTIME_COMPONENT_U32;
      in[i].of.u32 = static_cast<std::uint32_t>(bits(i));
    } else {
      in[i].kind = WASMTIME_COMPONENT_U64;
      in[i].of.u64 = bits(i);
    }
  }
  if (auto trap = s.enter(at->second, in, out)) return trap;
  if (result != nullptr)
    *result = out[0].kind == WASMTIME_COMPONENT_S64 ? static_cast<std::uint64_t>(out[0].of.s64)
                                                    : out[0].of.u64;
  return std::nullopt;
}

std::optional<Trap> ComponentSession::drop(std::uint64_t handle) {
  if (state_->inside || state_->trapped) return Trap{"cannot enter component instance"};
  state_->inside = true;
  const std::string failed = state_->resources->drop(handle);
  state_->inside = false;
  if (failed.empty()) return std::nullopt;
  state_->trapped = true;
  return Trap{failed};
}

std::size_t ComponentSession::live_resources() const { return state_->resources->live(); }

Result<std::vector<std::uint8_t>> componentize(std::span<const std::uint8_t> module,
                                               const std::string& wit, const std::string& world,
                                               StringEncoding encoding) {
  FFICHECK_TRY(const std::vector<std::uint8_t> whole, with_adapter_memory(module));
  return bridge::componentize(whole, wit, world, static_cast<int>(encoding));
}

}  // namespace fficheck
