// wasmtime behind RAII: engines, modules, and instances of core modules. No type of wasmtime's C
// API leaves targets/wasm.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/canonical.h"
#include "harness/core/result.h"
#include "targets/wasm/handles.h"

struct wasm_engine_t;
struct wasmtime_module;
struct wasmtime_component_t;

namespace fficheck {

struct EngineOptions {
  enum class Compiler : std::uint8_t {
    Winch,      ///< compiles fast: campaigns
    Cranelift,  ///< runs fast: benchmarks
  };
  Compiler compiler = Compiler::Winch;
  std::uint64_t memory_limit = 1u << 30;  ///< bytes of one linear memory; growth beyond it fails
  /// Directory in which compiled code is kept and looked for, by what it was compiled from; empty:
  /// nowhere. Whoever can write there can run code in this process.
  std::filesystem::path compiled;
};

/// A wasmtime engine with a clock: a call that computes longer than its limit traps (epochs).
/// The time is the process's on its processors, so that a busy machine fails no guest.
class WasmEngine {
 public:
  static Result<std::shared_ptr<WasmEngine>> create(const EngineOptions& options);
  ~WasmEngine();
  WasmEngine(const WasmEngine&) = delete;
  WasmEngine& operator=(const WasmEngine&) = delete;

  [[nodiscard]] wasm_engine_t* get() const { return engine_; }
  [[nodiscard]] const EngineOptions& options() const { return options_; }
  /// Epoch ticks in a time, at least 1.
  [[nodiscard]] static std::uint64_t ticks(std::chrono::milliseconds time);

 private:
  class Clock;
  explicit WasmEngine(const EngineOptions& options);
  EngineOptions options_;
  wasm_engine_t* engine_ = nullptr;
  std::unique_ptr<Clock> clock_;
};

/// A compiled core module.
class CoreModule {
 public:
  /// The error of a module that does not validate is Blame::Input.
  static Result<std::shared_ptr<CoreModule>> compile(std::shared_ptr<WasmEngine> engine,
                                                     std::span<const std::uint8_t> bytes);
  ~CoreModule();
  CoreModule(const CoreModule&) = delete;
  CoreModule& operator=(const CoreModule&) = delete;

  struct Import {
    std::string module;
    std::string name;
  };
  /// Function imports and exports, as the module has them.
  [[nodiscard]] std::vector<Import> imports() const;
  [[nodiscard]] std::vector<std::string> exports() const;
  [[nodiscard]] wasmtime_module* get() const { return module_; }
  [[nodiscard]] const std::shared_ptr<WasmEngine>& engine() const { return engine_; }

 private:
  CoreModule() = default;
  std::shared_ptr<WasmEngine> engine_;
  wasmtime_module* module_ = nullptr;
};

/// A compiled component.
class CompiledComponent {
 public:
  /// The error of a component that does not validate is Blame::Input.
  static Result<std::shared_ptr<CompiledComponent>> compile(std::shared_ptr<WasmEngine> engine,
                                                            std::span<const std::uint8_t> bytes);
  /// Of a component of wit-component, but for its first core module, in whose place `module` runs
  /// (component_around.h): a module that exports all that the first does, of the same types.
  static Result<std::shared_ptr<CompiledComponent>> compile_around(
      std::shared_ptr<CoreModule> module, std::span<const std::uint8_t> bytes);
  ~CompiledComponent();
  CompiledComponent(const CompiledComponent&) = delete;
  CompiledComponent& operator=(const CompiledComponent&) = delete;
  [[nodiscard]] wasmtime_component_t* get() const { return component_; }
  [[nodiscard]] const std::shared_ptr<WasmEngine>& engine() const { return engine_; }
  /// What the component imports as kImportedModule; nullptr where nothing.
  [[nodiscard]] const std::shared_ptr<CoreModule>& module() const { return module_; }

 private:
  CompiledComponent() = default;
  std::shared_ptr<WasmEngine> engine_;
  std::shared_ptr<CoreModule> module_;
  wasmtime_component_t* component_ = nullptr;
};

/// Core values as raw bits: i32 and f32 in the low 32 bits.
using RawValues = std::span<std::uint64_t>;

/// A function that the host gives to a module. `values` holds the arguments, and has room for the
/// results, which go to its front. The trap, if any, ends the guest's call.
struct HostFunction {
  std::string module;
  std::string name;
  std::vector<CoreType> params;
  std::vector<CoreType> results;
  std::function<std::optional<Trap>(RawValues values)> call;
};

/// An instance of a core module. After a trap it must not be called again before restart().
class CoreInstance {
 public:
  /// Instantiates with preview1 WASI (no arguments, environment, directories; output dropped into a
  /// bounded buffer) and `functions`, then runs `_initialize` where it is exported. `limit` bounds
  /// start-up and each later call.
  static Result<std::unique_ptr<CoreInstance>> create(std::shared_ptr<CoreModule> module,
                                                      std::vector<HostFunction> functions,
                                                      std::chrono::milliseconds limit);
  /// A new instance in the place of this one, as create() left it; numbers of find() stay. Memory
  /// and globals that `_initialize` left are copied instead of running it again, in a module of
  /// with_exported_globals (adapter_memory.h). Not from inside a call.
  Result<void> restart();
  ~CoreInstance();
  CoreInstance(const CoreInstance&) = delete;
  CoreInstance& operator=(const CoreInstance&) = delete;

  /// Number of an exported function for call(), absent where there is none of that name and type.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name,
                                                std::span<const CoreType> params,
                                                std::span<const CoreType> results);
  /// Calls an export: `values` holds the arguments in front, then the results. `values` has room
  /// for the larger of both.
  std::optional<Trap> call(std::size_t function, RawValues values);
  [[nodiscard]] std::span<std::uint8_t> memory();
  /// Names of all exports.
  [[nodiscard]] std::vector<std::string> export_names() const;

 private:
  struct State;
  explicit CoreInstance(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace fficheck
