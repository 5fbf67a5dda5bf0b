#include "bench/suite/wasm_guest.h"

#include "harness/core/text.h"

namespace fficheck {
namespace {

constexpr std::chrono::seconds kCallLimit{30};

/// One engine for all guests: Cranelift, what it compiled kept beside the fixtures.
Result<std::shared_ptr<WasmEngine>> shared_engine() {
  static const Result<std::shared_ptr<WasmEngine>> engine =
      WasmEngine::create({.compiler = EngineOptions::Compiler::Cranelift, .compiled = fixture("")});
  return engine;
}

/// The host of shapes.wit: nothing, next, text, points, on-tick, in this order.
HostAnswer answer(std::uint32_t /*schema*/, std::uint32_t function,
                  const std::vector<Value>& args) {
  switch (function) {
    case 1: return {Value::natural(args[0].as<std::uint64_t>() + 1), {}};
    case 2:
    case 3: return {args[0], {}};
    default: return {};
  }
}

}  // namespace

WasmGuest::WasmGuest(std::string module, std::string schema)
    : file_(std::move(module)),
      wit_(std::move(schema)),
      loaded_([this] { return load(); }),
      compiled_([this]() -> Result<std::unique_ptr<std::shared_ptr<CompiledComponent>>> {
        FFICHECK_TRY(const Loaded* loaded, loaded_.get());
        FFICHECK_TRY(const std::vector<std::uint8_t> wrapped,
                     componentize(loaded->bytes, print_wit(loaded->schema), "library",
                                  StringEncoding::Utf8));
        FFICHECK_TRY(auto compiled, CompiledComponent::compile(loaded->engine, wrapped));
        return std::make_unique<std::shared_ptr<CompiledComponent>>(std::move(compiled));
      }),
      core_([this] { return new_core(); }),
      component_([this] { return new_component(); }),
      bare_([this]() -> Result<std::unique_ptr<BareGuest>> {
        FFICHECK_TRY(const Loaded* loaded, loaded_.get());
        return BareGuest::make(loaded->module);
      }) {}

Result<std::unique_ptr<WasmGuest::Loaded>> WasmGuest::load() const {
  auto out = std::make_unique<Loaded>();
  FFICHECK_TRY(out->schema, fixture_schema(wit_));
  FFICHECK_TRY(out->engine, shared_engine());
  FFICHECK_TRY(out->bytes, fixture_bytes(file_));
  FFICHECK_TRY(out->module, CoreModule::compile(out->engine, out->bytes));
  return out;
}

Result<const Schema*> WasmGuest::schema() {
  FFICHECK_TRY(const Loaded* loaded, loaded_.get());
  return &loaded->schema;
}

Result<std::unique_ptr<CoreSession>> WasmGuest::new_core() {
  FFICHECK_TRY(const Loaded* loaded, loaded_.get());
  return CoreSession::create(loaded->module, {{&loaded->schema, lower_canonical(loaded->schema)}},
                             StringEncoding::Utf8, answer, kCallLimit);
}

Result<std::unique_ptr<ComponentSession>> WasmGuest::new_component() {
  FFICHECK_TRY(const Loaded* loaded, loaded_.get());
  FFICHECK_TRY(const std::shared_ptr<CompiledComponent>* compiled, compiled_.get());
  return ComponentSession::create(*compiled, {&loaded->schema}, answer, kCallLimit);
}

}  // namespace fficheck
