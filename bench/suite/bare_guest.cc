#include "bench/suite/bare_guest.h"

#include <limits>

#include "targets/wasm/wasmtime_api.h"

namespace fficheck {

struct BareGuest::State {
  std::shared_ptr<CoreModule> module;
  LinkerPtr linker;
  StorePtr store;
  wasmtime_context_t* context = nullptr;
  wasmtime_instance_t instance{};
  std::vector<wasmtime_func_t> functions;

  Result<void> start(wasmtime_context_t* into, wasmtime_instance_t* out) const {
    wasmtime_context_set_epoch_deadline(into, std::numeric_limits<std::uint64_t>::max() / 2);
    const ErrorPtr wasi(wasmtime_context_set_wasi(into, wasi_config_new()));
    if (wasi) return environment_error("wasmtime: " + message_of(wasi.get()));
    wasm_trap_t* raw = nullptr;
    const ErrorPtr error(wasmtime_linker_instantiate(linker.get(), into, module->get(), out, &raw));
    const TrapPtr trap(raw);
    if (error) return input_error(message_of(error.get()));
    if (trap) return input_error(message_of(trap.get()));
    return {};
  }
};

BareGuest::BareGuest(std::unique_ptr<State> state) : state_(std::move(state)) {}
BareGuest::~BareGuest() = default;

Result<std::unique_ptr<BareGuest>> BareGuest::make(std::shared_ptr<CoreModule> module) {
  auto s = std::make_unique<State>();
  wasm_engine_t* engine = module->engine()->get();
  s->module = std::move(module);
  s->linker.reset(wasmtime_linker_new(engine));
  const ErrorPtr wasi(wasmtime_linker_define_wasi(s->linker.get()));
  const ErrorPtr rest(
      wasmtime_linker_define_unknown_imports_as_traps(s->linker.get(), s->module->get()));
  if (wasi || rest) return environment_error("wasmtime refuses imports");
  s->store.reset(wasmtime_store_new(engine, nullptr, nullptr));
  s->context = wasmtime_store_context(s->store.get());
  FFICHECK_CHECK(s->start(s->context, &s->instance));
  std::unique_ptr<BareGuest> out(new BareGuest(std::move(s)));
  const Result<std::size_t> initialize = out->find("_initialize");
  if (initialize.ok()) {
    std::uint64_t none = 0;
    const std::string problem = out->call(initialize.value(), &none, 0);
    if (!problem.empty()) return input_error("_initialize: " + problem);
  }
  return out;
}

Result<std::size_t> BareGuest::find(const std::string& name) {
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(state_->context, &state_->instance, name.data(), name.size(),
                                    &item) ||
      item.kind != WASMTIME_EXTERN_FUNC)
    return input_error("the guest exports no function " + name);
  state_->functions.push_back(item.of.func);
  return state_->functions.size() - 1;
}

std::string BareGuest::call(std::size_t function, std::uint64_t* values, std::size_t count) {
  constexpr std::size_t kMost = 20;
  wasmtime_val_raw_t raw[kMost];
  if (count > kMost) return "too many values";
  for (std::size_t i = 0; i < count; ++i) raw[i].i64 = static_cast<std::int64_t>(values[i]);
  wasm_trap_t* trap = nullptr;
  wasmtime_error_t* error = wasmtime_func_call_unchecked(
      state_->context, &state_->functions[function], raw, kMost, &trap);
  if (error != nullptr) return message_of(ErrorPtr(error).get());
  if (trap != nullptr) return message_of(TrapPtr(trap).get());
  if (count != 0) values[0] = static_cast<std::uint64_t>(raw[0].i64);
  return {};
}

std::string BareGuest::instantiate() {
  const StorePtr store(wasmtime_store_new(state_->module->engine()->get(), nullptr, nullptr));
  wasmtime_instance_t instance{};
  const Result<void> started = state_->start(wasmtime_store_context(store.get()), &instance);
  return started.ok() ? std::string() : started.error().text();
}

}  // namespace fficheck
