#include "targets/wasm/engine.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "targets/wasm/wasmtime_api.h"

namespace fficheck {
namespace {

constexpr std::chrono::milliseconds kTick{10};

}  // namespace

/// Advances the engine's epoch every kTick until it is destroyed.
class WasmEngine::Clock {
 public:
  explicit Clock(wasm_engine_t* engine)
      : thread_([this, engine] {
          std::unique_lock lock(mutex_);
          while (!stop_.wait_for(lock, kTick, [this] { return stopped_; }))
            wasmtime_engine_increment_epoch(engine);
        }) {}
  ~Clock() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    stop_.notify_one();
    thread_.join();
  }
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopped_ = false;
  std::thread thread_;
};

WasmEngine::WasmEngine(const EngineOptions& options) : options_(options) {}

Result<std::shared_ptr<WasmEngine>> WasmEngine::create(const EngineOptions& options) {
  wasm_config_t* config = wasm_config_new();
  wasmtime_config_strategy_set(config, options.compiler == EngineOptions::Compiler::Winch
                                           ? WASMTIME_STRATEGY_WINCH
                                           : WASMTIME_STRATEGY_CRANELIFT);
  if (options.compiler == EngineOptions::Compiler::Cranelift)
    wasmtime_config_cranelift_opt_level_set(config, WASMTIME_OPT_LEVEL_SPEED);
  wasmtime_config_epoch_interruption_set(config, true);
  wasmtime_config_wasm_component_model_set(config, true);
  std::shared_ptr<WasmEngine> out(new WasmEngine(options));
  out->engine_ = wasm_engine_new_with_config(config);
  if (out->engine_ == nullptr) return environment_error("wasmtime refused its configuration");
  out->clock_ = std::make_unique<Clock>(out->engine_);
  return out;
}

WasmEngine::~WasmEngine() {
  clock_.reset();
  if (engine_ != nullptr) wasm_engine_delete(engine_);
}

std::uint64_t WasmEngine::ticks(std::chrono::milliseconds time) {
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(time / kTick)) + 1;
}

Result<std::shared_ptr<CoreModule>> CoreModule::compile(std::shared_ptr<WasmEngine> engine,
                                                        std::span<const std::uint8_t> bytes) {
  std::shared_ptr<CoreModule> out(new CoreModule());
  const ErrorPtr error(
      wasmtime_module_new(engine->get(), bytes.data(), bytes.size(), &out->module_));
  if (error) return input_error("wasmtime refuses the module: " + message_of(error.get()));
  out->engine_ = std::move(engine);
  return out;
}

CoreModule::~CoreModule() {
  if (module_ != nullptr) wasmtime_module_delete(module_);
}

std::vector<CoreModule::Import> CoreModule::imports() const {
  wasm_importtype_vec_t types;
  wasmtime_module_imports(module_, &types);
  std::vector<Import> out;
  for (std::size_t i = 0; i < types.size; ++i) {
    const wasm_name_t* module = wasm_importtype_module(types.data[i]);
    const wasm_name_t* name = wasm_importtype_name(types.data[i]);
    out.push_back({std::string(module->data, module->size), std::string(name->data, name->size)});
  }
  wasm_importtype_vec_delete(&types);
  return out;
}

std::vector<std::string> CoreModule::exports() const {
  wasm_exporttype_vec_t types;
  wasmtime_module_exports(module_, &types);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < types.size; ++i) {
    const wasm_name_t* name = wasm_exporttype_name(types.data[i]);
    out.emplace_back(name->data, name->size);
  }
  wasm_exporttype_vec_delete(&types);
  return out;
}

}  // namespace fficheck
