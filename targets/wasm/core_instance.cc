#include <algorithm>
#include <array>
#include <cstring>

#include "targets/wasm/adapter_memory.h"
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

constexpr std::int64_t kFirstTime = 1'000'000'000;  ///< ns, as the bridge's quiet adapter
constexpr std::uint32_t kFault = 21;                ///< errno of WASI
constexpr std::size_t kMostOutput = 4096;
constexpr std::size_t kSnapshotPage = 4096;

/// What `_initialize` leaves in an instance, beyond what instantiating does. Tables are not in it:
/// no guest of ours changes one.
struct Snapshot {
  struct Run {
    std::size_t at = 0;
    std::vector<std::uint8_t> bytes;
  };
  std::size_t size = 0;  ///< of the memory
  std::vector<Run> runs;
  std::vector<wasmtime_val_t> globals;  ///< numbers
};

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
  /// An exported function, looked up in an instance when that first calls it.
  struct Called {
    std::string name;
    std::optional<wasmtime_func_t> function;
  };
  std::shared_ptr<CoreModule> module;
  std::vector<HostFunction> functions;  ///< the linker holds pointers into it: never resized
  InstancePrePtr ready;                 ///< the module with its imports
  StorePtr store;
  wasmtime_context_t* context = nullptr;
  wasmtime_instance_t instance{};
  std::optional<wasmtime_memory_t> memory;
  std::vector<Called> called;
  std::optional<Snapshot> started;  ///< what `_initialize` leaves
  std::uint64_t ticks = 1;
  std::int64_t now = kFirstTime;
  std::string output;  ///< the guest's since its last call began
  int depth = 0;       ///< calls under way: only the outermost sets the deadline

  [[nodiscard]] std::optional<wasmtime_func_t> function(std::string_view name);
  [[nodiscard]] std::span<std::uint8_t> bytes() const;
  /// What takes the place of the world's functions: a clock that counts calls (adapter_memory.h)
  /// and is not waited for, and output, which is kept, as far as somebody may read it. wasmtime's
  /// would go through a thread each time.
  void add_own_functions();
  void add_function(std::string_view home, std::string_view name, std::vector<CoreType> params,
                    std::function<std::uint32_t(RawValues)> call);
  [[nodiscard]] std::uint32_t write_output(RawValues values);
  [[nodiscard]] std::uint32_t sleep(RawValues values);
  /// A number in little-endian; false where it is not in the memory.
  bool load(std::uint64_t at, std::uint32_t* out);
  bool store_at(std::uint64_t at, std::span<const std::uint8_t> from);
  template <class T>
  bool store_number(std::uint64_t at, T number) {
    std::uint8_t raw[sizeof number];
    std::memcpy(raw, &number, sizeof number);
    return store_at(at, raw);
  }
  Result<void> link();
  /// A new store with an instance in it, before `_initialize`.
  Result<void> instantiate();
  /// Runs `_initialize` where it is exported.
  Result<void> initialize();
  [[nodiscard]] std::vector<wasmtime_global_t> globals();
  [[nodiscard]] Snapshot take(std::span<const std::uint8_t> before);
  Result<void> put_back(const Snapshot& from);
};

std::optional<wasmtime_func_t> CoreInstance::State::function(std::string_view name) {
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(context, &instance, name.data(), name.size(), &item) ||
      item.kind != WASMTIME_EXTERN_FUNC)
    return std::nullopt;
  return item.of.func;
}

std::span<std::uint8_t> CoreInstance::State::bytes() const {
  if (!memory) return {};
  return {wasmtime_memory_data(context, &*memory), wasmtime_memory_data_size(context, &*memory)};
}

bool CoreInstance::State::load(std::uint64_t at, std::uint32_t* out) {
  const std::span<const std::uint8_t> all = bytes();
  if (at > all.size() || all.size() - at < sizeof *out) return false;
  std::memcpy(out, all.data() + at, sizeof *out);
  return true;
}

bool CoreInstance::State::store_at(std::uint64_t at, std::span<const std::uint8_t> from) {
  const std::span<std::uint8_t> all = bytes();
  if (at > all.size() || all.size() - at < from.size()) return false;
  std::memcpy(all.data() + at, from.data(), from.size());
  return true;
}

/// fd_write(descriptor, vectors, how many, where to say how much)
std::uint32_t CoreInstance::State::write_output(RawValues values) {
  std::uint32_t written = 0;
  for (std::uint64_t i = 0; i < values[2]; ++i) {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    if (!load(values[1] + 8 * i, &begin) || !load(values[1] + 8 * i + 4, &size)) return kFault;
    const std::span<const std::uint8_t> all = bytes();
    if (begin > all.size() || all.size() - begin < size) return kFault;
    const std::size_t room = kMostOutput - std::min(output.size(), kMostOutput);
    output.append(reinterpret_cast<const char*>(all.data()) + begin,
                  std::min<std::size_t>(size, room));
    written += size;
  }
  return store_number(values[3], written) ? 0 : kFault;
}

/// poll_oneoff(subscriptions, events, how many, where to say how many): all have happened.
std::uint32_t CoreInstance::State::sleep(RawValues values) {
  constexpr std::uint64_t kSubscription = 48;
  constexpr std::uint64_t kTimeout = 24;  ///< of a subscription to a clock, relative, in ns
  for (std::uint64_t i = 0; i < values[2]; ++i) {
    std::array<std::uint8_t, 32> event{};
    std::uint32_t low = 0;
    std::uint32_t timeout = 0;
    const std::uint64_t at = values[0] + kSubscription * i;
    if (!load(at, &low) || !load(at + kTimeout, &timeout)) return kFault;
    std::memcpy(event.data(), &low, sizeof low);
    if (!load(at + 4, &low)) return kFault;
    std::memcpy(event.data() + 4, &low, sizeof low);
    now += timeout;
    if (!store_at(values[1] + event.size() * i, event)) return kFault;
  }
  return store_number(values[3], static_cast<std::uint32_t>(values[2])) ? 0 : kFault;
}

void CoreInstance::State::add_function(std::string_view home, std::string_view name,
                                       std::vector<CoreType> params,
                                       std::function<std::uint32_t(RawValues)> call) {
  functions.push_back({std::string(home),
                       std::string(name),
                       std::move(params),
                       {CoreType::I32},
                       [call = std::move(call)](RawValues values) -> std::optional<Trap> {
                         values[0] = call(values);
                         return std::nullopt;
                       }});
}

void CoreInstance::State::add_own_functions() {
  constexpr CoreType i32 = CoreType::I32;
  add_function("wasi_snapshot_preview1", "fd_write", {i32, i32, i32, i32},
               [this](RawValues values) { return write_output(values); });
  add_function("wasi_snapshot_preview1", "poll_oneoff", {i32, i32, i32, i32},
               [this](RawValues values) { return sleep(values); });
  add_function(kQuietModule, "sched_yield", {}, [](RawValues) { return 0u; });
  add_function(kQuietModule, "clock_time_get", {i32, CoreType::I64, i32}, [this](RawValues values) {
    constexpr std::int64_t kTick = 1000;
    now += kTick;
    return store_number(values[2], now) ? 0 : kFault;
  });
}

Result<void> CoreInstance::State::link() {
  const LinkerPtr linker(wasmtime_linker_new(module->engine()->get()));
  const ErrorPtr defined(wasmtime_linker_define_wasi(linker.get()));
  if (defined) return environment_error("wasmtime: " + message_of(defined.get()));
  wasmtime_linker_allow_shadowing(linker.get(), true);
  for (HostFunction& f : functions) {
    const FuncTypePtr type = function_type(f.params, f.results);
    const ErrorPtr error(wasmtime_linker_define_func_unchecked(
        linker.get(), f.module.data(), f.module.size(), f.name.data(), f.name.size(), type.get(),
        enter_host, &f, nullptr));
    if (error)
      return input_error("import " + f.module + " " + f.name + ": " + message_of(error.get()));
  }
  wasmtime_instance_pre_t* raw = nullptr;
  const ErrorPtr error(wasmtime_linker_instantiate_pre(linker.get(), module->get(), &raw));
  if (error) return input_error("the guest does not start: " + message_of(error.get()));
  ready.reset(raw);
  return {};
}

Result<void> CoreInstance::State::instantiate() {
  wasm_engine_t* engine = module->engine()->get();
  for (Called& f : called) f.function.reset();
  memory.reset();
  now = kFirstTime;
  store.reset();  // before the next, for its memory
  store.reset(wasmtime_store_new(engine, nullptr, nullptr));
  context = wasmtime_store_context(store.get());
  wasmtime_store_limiter(store.get(),
                         static_cast<std::int64_t>(module->engine()->options().memory_limit),
                         kMostTableElements, -1, -1, -1);
  wasmtime_context_set_epoch_deadline(context, ticks);
  wasi_config_t* const world = wasi_config_new();
  // A panic of Go ends in a trap all the same; the stacks that nobody reads would take it 10 ms.
  const char* name = "GOTRACEBACK";
  const char* value = "none";
  wasi_config_set_env(world, 1, &name, &value);
  const ErrorPtr wasi(wasmtime_context_set_wasi(context, world));
  if (wasi) return environment_error("wasmtime: " + message_of(wasi.get()));
  wasm_trap_t* raw_trap = nullptr;
  const ErrorPtr error(
      wasmtime_instance_pre_instantiate(ready.get(), context, &instance, &raw_trap));
  const TrapPtr trap(raw_trap);
  if (error || trap)
    return input_error("the guest does not start: " + trap_of(trap.get(), error.get()).reason);
  wasmtime_extern_t item;
  if (wasmtime_instance_export_get(context, &instance, "memory", 6, &item) &&
      item.kind == WASMTIME_EXTERN_MEMORY)
    memory = item.of.memory;
  return {};
}

Result<void> CoreInstance::State::initialize() {
  const auto start = function("_initialize");
  if (!start) return {};
  wasm_trap_t* raw_trap = nullptr;
  const ErrorPtr error(wasmtime_func_call(context, &*start, nullptr, 0, nullptr, 0, &raw_trap));
  const TrapPtr trap(raw_trap);
  if (error || trap)
    return input_error("the guest traps in _initialize: " +
                       trap_of(trap.get(), error.get()).reason);
  return {};
}

std::vector<wasmtime_global_t> CoreInstance::State::globals() {
  std::vector<wasmtime_global_t> out;
  wasmtime_extern_t item;
  for (;;) {
    const std::string name = exported_global(out.size());
    if (!wasmtime_instance_export_get(context, &instance, name.data(), name.size(), &item) ||
        item.kind != WASMTIME_EXTERN_GLOBAL)
      return out;
    out.push_back(item.of.global);
  }
}

Snapshot CoreInstance::State::take(std::span<const std::uint8_t> before) {
  Snapshot out;
  for (const wasmtime_global_t& global : globals())
    wasmtime_global_get(context, &global, &out.globals.emplace_back());
  const std::span<const std::uint8_t> now_there = bytes();
  out.size = now_there.size();
  static constexpr std::uint8_t kZeros[kSnapshotPage] = {};
  for (std::size_t at = 0; at < out.size; at += kSnapshotPage) {
    const std::uint8_t* was = at < before.size() ? before.data() + at : kZeros;
    if (std::memcmp(now_there.data() + at, was, kSnapshotPage) == 0) continue;
    const auto page = now_there.subspan(at, kSnapshotPage);
    if (out.runs.empty() || out.runs.back().at + out.runs.back().bytes.size() != at)
      out.runs.push_back({at, {}});
    out.runs.back().bytes.insert(out.runs.back().bytes.end(), page.begin(), page.end());
  }
  return out;
}

Result<void> CoreInstance::State::put_back(const Snapshot& from) {
  constexpr std::size_t kWasmPage = 65536;
  const std::size_t size = bytes().size();
  std::uint64_t old = 0;
  if (from.size > size) {
    const ErrorPtr error(
        wasmtime_memory_grow(context, &*memory, (from.size - size) / kWasmPage, &old));
    if (error) return environment_error("wasmtime: " + message_of(error.get()));
  }
  std::uint8_t* const begin = bytes().data();
  for (const Snapshot::Run& run : from.runs)
    std::memcpy(begin + run.at, run.bytes.data(), run.bytes.size());
  const std::vector<wasmtime_global_t> all = globals();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const ErrorPtr error(wasmtime_global_set(context, &all[i], &from.globals[i]));
    if (error) return environment_error("wasmtime: " + message_of(error.get()));
  }
  return {};
}

CoreInstance::CoreInstance(std::unique_ptr<State> state) : state_(std::move(state)) {}
CoreInstance::~CoreInstance() = default;

Result<std::unique_ptr<CoreInstance>> CoreInstance::create(std::shared_ptr<CoreModule> module,
                                                           std::vector<HostFunction> functions,
                                                           std::chrono::milliseconds limit) {
  auto state = std::make_unique<State>();
  state->module = std::move(module);
  state->functions = std::move(functions);
  state->add_own_functions();
  state->ticks = WasmEngine::ticks(limit);
  FFICHECK_CHECK(state->link());
  FFICHECK_CHECK(state->instantiate());
  if (state->memory && state->function("_initialize") && !state->globals().empty()) {
    const std::vector<std::uint8_t> before(state->bytes().begin(), state->bytes().end());
    FFICHECK_CHECK(state->initialize());
    state->started = state->take(before);
  } else {
    FFICHECK_CHECK(state->initialize());
  }
  return std::unique_ptr<CoreInstance>(new CoreInstance(std::move(state)));
}

Result<void> CoreInstance::restart() {
  FFICHECK_CHECK(state_->instantiate());
  return state_->started ? state_->put_back(*state_->started) : state_->initialize();
}

std::optional<std::size_t> CoreInstance::find(std::string_view name,
                                              std::span<const CoreType> params,
                                              std::span<const CoreType> results) {
  const auto function = state_->function(name);
  if (!function) return std::nullopt;
  const FuncTypePtr type(wasmtime_func_type(state_->context, &*function));
  if (!same_types(wasm_functype_params(type.get()), params) ||
      !same_types(wasm_functype_results(type.get()), results))
    return std::nullopt;
  state_->called.push_back({std::string(name), function});
  return state_->called.size() - 1;
}

std::optional<Trap> CoreInstance::call(std::size_t function, RawValues values) {
  static_assert(sizeof(wasmtime_val_raw_t) >= sizeof(std::uint64_t));
  if (state_->depth == 0) {
    wasmtime_context_set_epoch_deadline(state_->context, state_->ticks);
    state_->output.clear();
  }
  constexpr std::size_t kFew = 20;
  wasmtime_val_raw_t few[kFew];
  std::vector<wasmtime_val_raw_t> many(values.size() > kFew ? values.size() : 0);
  wasmtime_val_raw_t* raw = values.size() > kFew ? many.data() : few;
  for (std::size_t i = 0; i < values.size(); ++i) raw[i].i64 = static_cast<std::int64_t>(values[i]);
  State::Called& called = state_->called[function];
  if (!called.function) called.function = state_->function(called.name);
  wasm_trap_t* raw_trap = nullptr;
  ++state_->depth;
  wasmtime_error_t* raw_error = wasmtime_func_call_unchecked(state_->context, &*called.function,
                                                             raw, values.size(), &raw_trap);
  --state_->depth;
  if (raw_trap != nullptr || raw_error != nullptr) {
    const TrapPtr trap(raw_trap);
    const ErrorPtr error(raw_error);
    Trap out = trap_of(trap.get(), error.get());
    if (state_->depth == 0 && !state_->output.empty()) out.reason += "; output: " + state_->output;
    return out;
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::uint64_t>(raw[i].i64);
  return std::nullopt;
}

std::vector<std::string> CoreInstance::export_names() const { return state_->module->exports(); }

std::span<std::uint8_t> CoreInstance::memory() { return state_->bytes(); }

}  // namespace fficheck
