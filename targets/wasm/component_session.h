// The component session: the same core module, wrapped by wit-component, called through wasmtime's
// own canonical ABI. What it answers must agree with the core session.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "targets/wasm/core_session.h"

namespace fficheck {

/// WIT of a batch's world (docs/target-wasm.md): nested packages, one for each schema, the probe's,
/// and `fficheck:batch` with the world `batch`.
[[nodiscard]] std::string batch_wit(std::span<const Schema* const> schemas);

/// Wraps a core module as a component of that world and validates it (wit-component).
[[nodiscard]] Result<std::vector<std::uint8_t>> componentize(std::span<const std::uint8_t> module,
                                                             const std::string& wit,
                                                             const std::string& world,
                                                             StringEncoding encoding);

class ComponentSession {
 public:
  static Result<std::unique_ptr<ComponentSession>> create(std::shared_ptr<WasmEngine> engine,
                                                          std::span<const std::uint8_t> component,
                                                          std::vector<const Schema*> schemas,
                                                          Host host,
                                                          std::chrono::milliseconds limit,
                                                          HostDrop drop = {});
  /// The same of a component that is compiled already.
  static Result<std::unique_ptr<ComponentSession>> create(
      std::shared_ptr<CompiledComponent> component, std::vector<const Schema*> schemas, Host host,
      std::chrono::milliseconds limit, HostDrop drop = {});
  ~ComponentSession();
  ComponentSession(const ComponentSession&) = delete;
  ComponentSession& operator=(const ComponentSession&) = delete;

  /// Calls an exported function; wasmtime calls its post-return. After a trap, and from inside a
  /// call, the instance cannot be entered, which is a trap too.
  std::optional<Trap> call(std::uint32_t schema, std::uint32_t function,
                           const std::vector<Value>& args, std::optional<Value>* result);
  /// Calls a function of the probe: integer arguments, integer result if it has one.
  std::optional<Trap> probe(const std::string& name, std::span<const Value> args,
                            std::span<const Kind> kinds, std::optional<std::uint64_t>* result);
  /// Drops a resource that a result handed over.
  std::optional<Trap> drop(std::uint64_t handle);
  [[nodiscard]] std::size_t live_resources() const;

 private:
  struct State;
  explicit ComponentSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace fficheck
