#include "targets/wasm/engine.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <system_error>
#include <thread>

#include "harness/run/files.h"
#include "targets/wasm/component_around.h"
#include "targets/wasm/wasmtime_api.h"

namespace fficheck {
namespace {

constexpr std::chrono::milliseconds kTick{10};

/// Time that the processors gave this process: a busy machine is not the guest's fault.
std::chrono::nanoseconds spent() {
  timespec now{};
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

/// Advances the engine's epoch with each kTick that the process runs, until it is destroyed.
class WasmEngine::Clock {
 public:
  explicit Clock(wasm_engine_t* engine)
      : thread_([this, engine] {
          std::unique_lock lock(mutex_);
          std::chrono::nanoseconds seen = spent();
          while (!stop_.wait_for(lock, kTick, [this] { return stopped_; }))
            for (const auto now = spent(); seen + kTick <= now; seen += kTick)
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

namespace {

/// Where the code compiled from `bytes` is kept; empty: nowhere.
std::filesystem::path kept_file(const WasmEngine& engine, std::span<const std::uint8_t> bytes,
                                const char* kind) {
  if (engine.options().compiled.empty()) return {};
  std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001B3u;
  char name[64];
  std::snprintf(name, sizeof name, "%016llx-%zu.%s", static_cast<unsigned long long>(hash),
                bytes.size(), kind);
  return engine.options().compiled / name;
}

/// Compiles, or takes what was kept. What was kept by another wasmtime or for another
/// configuration it refuses, and then compiles. That it cannot be kept is no error.
template <class T>
ErrorPtr compile_or_take(const WasmEngine& engine, std::span<const std::uint8_t> bytes,
                         const char* kind, T** out,
                         wasmtime_error_t* (*take)(const wasm_engine_t*, const char*, T**),
                         wasmtime_error_t* (*compile)(const wasm_engine_t*, const std::uint8_t*,
                                                      std::size_t, T**),
                         wasmtime_error_t* (*keep)(const T*, wasm_byte_vec_t*)) {
  const std::filesystem::path file = kept_file(engine, bytes, kind);
  std::error_code missing;
  if (!file.empty() && std::filesystem::exists(file, missing)) {
    const ErrorPtr refused(take(engine.get(), file.c_str(), out));
    if (!refused) return nullptr;
  }
  ErrorPtr error(compile(engine.get(), bytes.data(), bytes.size(), out));
  if (error || file.empty()) return error;
  wasm_byte_vec_t code;
  const ErrorPtr unkept(keep(*out, &code));
  if (unkept) return nullptr;
  [[maybe_unused]] const bool written = write_file(file, {code.data, code.size}).ok();
  wasm_byte_vec_delete(&code);
  return nullptr;
}

}  // namespace

Result<std::shared_ptr<CoreModule>> CoreModule::compile(std::shared_ptr<WasmEngine> engine,
                                                        std::span<const std::uint8_t> bytes) {
  std::shared_ptr<CoreModule> out(new CoreModule());
  const ErrorPtr error = compile_or_take<wasmtime_module_t>(
      *engine, bytes, "module", &out->module_,
      [](const wasm_engine_t* e, const char* file, wasmtime_module_t** to) {
        return wasmtime_module_deserialize_file(const_cast<wasm_engine_t*>(e), file, to);
      },
      [](const wasm_engine_t* e, const std::uint8_t* from, std::size_t size,
         wasmtime_module_t** to) {
        return wasmtime_module_new(const_cast<wasm_engine_t*>(e), from, size, to);
      },
      [](const wasmtime_module_t* module, wasm_byte_vec_t* code) {
        return wasmtime_module_serialize(const_cast<wasmtime_module_t*>(module), code);
      });
  if (error) return input_error("wasmtime refuses the module: " + message_of(error.get()));
  out->engine_ = std::move(engine);
  return out;
}

Result<std::shared_ptr<CompiledComponent>> CompiledComponent::compile(
    std::shared_ptr<WasmEngine> engine, std::span<const std::uint8_t> bytes) {
  std::shared_ptr<CompiledComponent> out(new CompiledComponent());
  const ErrorPtr error = compile_or_take<wasmtime_component_t>(
      *engine, bytes, "component", &out->component_, wasmtime_component_deserialize_file,
      wasmtime_component_new, wasmtime_component_serialize);
  if (error) return input_error("wasmtime refuses the component: " + message_of(error.get()));
  out->engine_ = std::move(engine);
  return out;
}

Result<std::shared_ptr<CompiledComponent>> CompiledComponent::compile_around(
    std::shared_ptr<CoreModule> module, std::span<const std::uint8_t> bytes) {
  const auto around = with_imported_module(bytes);
  if (!around) return compile(module->engine(), bytes);
  FFICHECK_TRY(std::shared_ptr<CompiledComponent> out, compile(module->engine(), *around));
  out->module_ = std::move(module);
  return out;
}

CompiledComponent::~CompiledComponent() {
  if (component_ != nullptr) wasmtime_component_delete(component_);
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
