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

/// One module of the fixtures and all ways into it.
class WasmGuest {
 public:
  /// `module`: "wasm_c.wasm"; `schema`: "shapes.wit"; the component's world is `library`.
  WasmGuest(std::string module, std::string schema);

  [[nodiscard]] Result<const Schema*> schema();
  Result<CoreSession*> core() { return core_.get(); }
  Result<ComponentSession*> component() { return component_.get(); }
  Result<BareGuest*> bare() { return bare_.get(); }
  /// Sessions of their own, for what instantiating costs.
  Result<std::unique_ptr<CoreSession>> new_core();
  Result<std::unique_ptr<ComponentSession>> new_component();

 private:
  struct Loaded {
    Schema schema;
    std::shared_ptr<WasmEngine> engine;
    std::vector<std::uint8_t> bytes;
    std::shared_ptr<CoreModule> module;
  };
  Result<std::unique_ptr<Loaded>> load() const;

  std::string file_;
  std::string wit_;
  Lazy<Loaded> loaded_;
  Lazy<std::shared_ptr<CompiledComponent>> compiled_;
  Lazy<CoreSession> core_;
  Lazy<ComponentSession> component_;
  Lazy<BareGuest> bare_;
};

}  // namespace fficheck
