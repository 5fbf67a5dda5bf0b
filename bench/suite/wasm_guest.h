// The guests that benchmarks call, loaded when they are first needed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/suite/bare_guest.h"
#include "bench/suite/fixtures.h"
#include "harness/core/canonical.h"
#include "targets/wasm/component_session.h"
#include "targets/wasm/core_session.h"

namespace fficheck {

/// One module and all ways into it.
class WasmGuest {
 public:
  struct Source {
    Schema schema;
    std::vector<std::uint8_t> module;
  };
  using Find = std::function<Result<Source>()>;
  /// The component's world is `library`.
  explicit WasmGuest(Find find);
  WasmGuest(const WasmGuest&) = delete;
  WasmGuest& operator=(const WasmGuest&) = delete;

  [[nodiscard]] Result<const Schema*> schema();
  Result<CoreSession*> core() { return core_.get(); }
  Result<ComponentSession*> component() { return component_.get(); }
  Result<BareGuest*> bare() { return bare_.get(); }
  /// Sessions of their own, for what instantiating costs.
  Result<std::unique_ptr<CoreSession>> new_core();
  Result<std::unique_ptr<ComponentSession>> new_component();

 private:
  struct Loaded {
    Source source;
    std::shared_ptr<WasmEngine> engine;
    std::shared_ptr<CoreModule> module;
  };
  Result<std::unique_ptr<Loaded>> load() const;

  Find find_;
  Lazy<Loaded> loaded_;
  Lazy<std::shared_ptr<CompiledComponent>> compiled_;
  Lazy<CoreSession> core_;
  Lazy<ComponentSession> component_;
  Lazy<BareGuest> bare_;
};

/// A module of the fixtures: "wasm_c.wasm", "shapes.wit".
[[nodiscard]] std::shared_ptr<WasmGuest> fixture_guest(const std::string& module,
                                                       const std::string& schema);
/// The guest in C that a campaign would make of the echoes of shapes.wit: its test callee, checked
/// memory, not optimized. Made when it is first needed, and kept beside the fixtures.
[[nodiscard]] std::shared_ptr<WasmGuest> campaign_guest();

}  // namespace fficheck
