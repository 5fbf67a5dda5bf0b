// A guest without a session: wasmtime's C API and nothing else, for floors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "targets/wasm/engine.h"

namespace fficheck {

class BareGuest {
 public:
  /// Instantiates and initializes. Imports but WASI's trap.
  static Result<std::unique_ptr<BareGuest>> make(std::shared_ptr<CoreModule> module);
  ~BareGuest();
  BareGuest(const BareGuest&) = delete;
  BareGuest& operator=(const BareGuest&) = delete;

  /// Number of an export for call().
  [[nodiscard]] Result<std::size_t> find(const std::string& name);
  /// Calls an export; values as wasmtime_func_call_unchecked has them, arguments first, then the
  /// result in their place. Empty, or what went wrong.
  std::string call(std::size_t function, std::uint64_t* values, std::size_t count);
  /// Instantiates the module once more, in a store of its own, and drops it.
  std::string instantiate();

 private:
  struct State;
  explicit BareGuest(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace fficheck
