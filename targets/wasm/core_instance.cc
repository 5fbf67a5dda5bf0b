#include <algorithm>
#include <cstring>

#include "targets/wasm/engine.h"
#include "targets/wasm/wasmtime_api.h"

namespace fficheck {
namespace {

/// Of one table: growth beyond it fails.
constexpr std::int64_t kMostTableElements = 1 << 20;

wasm_valtype_t* value_type(CoreType type) {
  switch (type) {
    case CoreType::I32: return wasm_valtype_new(WASM_I32);
    case CoreType::I64: return wasm_valtype_new(WASM_I64);
    case CoreType::F32: return wasm_valtype_new(WASM_F32);
    case CoreType::F64: return wasm_valtype_new(WASM_F64);
  }
  return nullptr;
}

FuncTypePtr function_type(std::span<const CoreType> params, std::span<const CoreType> results) {
  const auto vec = [](std::span<const CoreType> types, wasm_valtype_vec_t* out) {
    std::vector<wasm_valtype_t*> owned;
    owned.reserve(types.size());
    for (const CoreType type : types) owned.push_back(value_type(type));
    wasm_valtype_vec_new(out, owned.size(), owned.data());
  };
  wasm_valtype_vec_t p;
  wasm_valtype_vec_t r;
  vec(params, &p);
  vec(results, &r);
  return FuncTypePtr(wasm_functype_new(&p, &r));
}

bool same_types(const wasm_valtype_vec_t* have, std::span<const CoreType> want) {
  constexpr wasm_valkind_t kinds[] = {WASM_I32, WASM_I64, WASM_F32, WASM_F64};
  if (have->size != want.size()) return false;
  for (std::size_t i = 0; i < want.size(); ++i)
    if (wasm_valtype_kind(have->data[i]) != kinds[static_cast<std::size_t>(want[i])]) return false;
  return true;
}

/// Calls a HostFunction from wasm; `env` is the HostFunction.
wasm_trap_t* enter_host(void* env, wasmtime_caller_t* /*caller*/, wasmtime_val_raw_t* raw,
                        std::size_t count) {
  auto& function = *static_cast<HostFunction*>(env);
  constexpr std::size_t kFew = 24;
  std::uint64_t few[kFew];
  std::vector<std::uint64_t> many(count > kFew ? count : 0);
  const RawValues values(count > kFew ? many.data() : few, count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::uint64_t>(raw[i].i64);
  for (std::size_t i = 0; i < function.params.size(); ++i)
    if (function.params[i] == CoreType::I32 || function.params[i] == CoreType::F32)
      values[i] &= 0xFFFFFFFFu;
  if (const std::optional<Trap> trap = function.call(values))
    return wasmtime_trap_new(trap->reason.data(), trap->reason.size());
  for (std::size_t i = 0; i < function.results.size(); ++i)
    raw[i].i64 = static_cast<std::int64_t>(values[i]);
  return nullptr;
}

Trap trap_of(const wasm_trap_t* trap, const wasmtime_error_t* error) {
  wasmtime_trap_code_t code = 0;
  if (trap != nullptr && wasmtime_trap_code(trap, &code))
    return {message_of(trap),
            code == WASMTIME_TRAP_CODE_INTERRUPT ? Trap::Cause::Time : Trap::Cause::Guest};
  if (trap != nullptr) return {message_of(trap)};
  return {message_of(error)};
}

}  // namespace

struct CoreInstance::State {
  std::shared_ptr<CoreModule> module;
  std::vector<HostFunction> functions;  ///< the linker holds pointers into it: never resized
  StorePtr store;
  wasmtime_context_t* context = nullptr;
  wasmtime_instance_t instance{};
  std::optional<wasmtime_memory_t> memory;
  std::vector<wasmtime_func_t> called;
  std::uint64_t ticks = 1;
  int depth = 0;  ///< calls under way: only the outermost sets the deadline
};

CoreInstance::CoreInstance(std::unique_ptr<State> state) : state_(std::move(state)) {}
CoreInstance::~CoreInstance() = default;

Result<std::unique_ptr<CoreInstance>> CoreInstance::create(std::shared_ptr<CoreModule> module,
                                                           std::vector<HostFunction> functions,
                                                           std::chrono::milliseconds limit) {
  auto state = std::make_unique<State>();
  state->functions = std::move(functions);
  wasm_engine_t* engine = module->engine()->get();
  state->store.reset(wasmtime_store_new(engine, nullptr, nullptr));
  state->context = wasmtime_store_context(state->store.get());
  wasmtime_store_limiter(state->store.get(),
                         static_cast<std::int64_t>(module->engine()->options().memory_limit),
                         kMostTableElements, -1, -1, -1);
  state->ticks = WasmEngine::ticks(limit);
  wasmtime_context_set_epoch_deadline(state->context, state->ticks);
  const ErrorPtr wasi(wasmtime_context_set_wasi(state->context, wasi_config_new()));
  if (wasi) return environment_error("wasmtime: " + message_of(wasi.get()));

  const LinkerPtr linker(wasmtime_linker_new(engine));
  const ErrorPtr defined(wasmtime_linker_define_wasi(linker.get()));
  if (defined) return environment_error("wasmtime: " + message_of(defined.get()));
  for (HostFunction& f : state->functions) {
    const FuncTypePtr type = function_type(f.params, f.results);
    const ErrorPtr error(wasmtime_linker_define_func_unchecked(
        linker.get(), f.module.data(), f.module.size(), f.name.data(), f.name.size(), type.get(),
        enter_host, &f, nullptr));
    if (error)
      return input_error("import " + f.module + " " + f.name + ": " + message_of(error.get()));
  }
  wasm_trap_t* raw_trap = nullptr;
  const ErrorPtr error(wasmtime_linker_instantiate(linker.get(), state->context, module->get(),
                                                   &state->instance, &raw_trap));
  const TrapPtr trap(raw_trap);
  if (error || trap)
    return input_error("the guest does not start: " + trap_of(trap.get(), error.get()).reason);
  wasmtime_extern_t memory;
  if (wasmtime_instance_export_get(state->context, &state->instance, "memory", 6, &memory) &&
      memory.kind == WASMTIME_EXTERN_MEMORY)
    state->memory = memory.of.memory;
  state->module = std::move(module);

  std::unique_ptr<CoreInstance> out(new CoreInstance(std::move(state)));
  if (const auto initialize = out->find("_initialize", {}, {}))
    if (const auto failed = out->call(*initialize, {}))
      return input_error("the guest traps in _initialize: " + failed->reason);
  return out;
}

std::optional<std::size_t> CoreInstance::find(std::string_view name,
                                              std::span<const CoreType> params,
                                              std::span<const CoreType> results) {
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(state_->context, &state_->instance, name.data(), name.size(),
                                    &item))
    return std::nullopt;
  if (item.kind != WASMTIME_EXTERN_FUNC) return std::nullopt;
  const FuncTypePtr type(wasmtime_func_type(state_->context, &item.of.func));
  if (!same_types(wasm_functype_params(type.get()), params) ||
      !same_types(wasm_functype_results(type.get()), results))
    return std::nullopt;
  state_->called.push_back(item.of.func);
  return state_->called.size() - 1;
}

std::optional<Trap> CoreInstance::call(std::size_t function, RawValues values) {
  static_assert(sizeof(wasmtime_val_raw_t) >= sizeof(std::uint64_t));
  if (state_->depth == 0) wasmtime_context_set_epoch_deadline(state_->context, state_->ticks);
  constexpr std::size_t kFew = 20;
  wasmtime_val_raw_t few[kFew];
  std::vector<wasmtime_val_raw_t> many(values.size() > kFew ? values.size() : 0);
  wasmtime_val_raw_t* raw = values.size() > kFew ? many.data() : few;
  for (std::size_t i = 0; i < values.size(); ++i) raw[i].i64 = static_cast<std::int64_t>(values[i]);
  wasm_trap_t* raw_trap = nullptr;
  ++state_->depth;
  wasmtime_error_t* raw_error = wasmtime_func_call_unchecked(
      state_->context, &state_->called[function], raw, values.size(), &raw_trap);
  --state_->depth;
  if (raw_trap != nullptr || raw_error != nullptr) {
    const TrapPtr trap(raw_trap);
    const ErrorPtr error(raw_error);
    return trap_of(trap.get(), error.get());
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::uint64_t>(raw[i].i64);
  return std::nullopt;
}

std::vector<std::string> CoreInstance::export_names() const { return state_->module->exports(); }

std::span<std::uint8_t> CoreInstance::memory() {
  if (!state_->memory) return {};
  return {wasmtime_memory_data(state_->context, &*state_->memory),
          wasmtime_memory_data_size(state_->context, &*state_->memory)};
}

}  // namespace fficheck
