#include "bench/suite/wasm_guest.h"

#include <system_error>

#include "harness/core/text.h"
#include "harness/run/files.h"
#include "targets/native/build_parts.h"
#include "targets/wasm/wasm_target.h"

namespace fficheck {
namespace {

constexpr std::chrono::seconds kCallLimit{30};

/// One engine for all guests: Cranelift, what it compiled kept beside the fixtures.
Result<std::shared_ptr<WasmEngine>> shared_engine() {
  static const Result<std::shared_ptr<WasmEngine>> engine =
      WasmEngine::create({.compiler = EngineOptions::Compiler::Cranelift, .compiled = fixture("")});
  return engine;
}

/// The echoes of shapes.wit, as a campaign has them in a batch.
Result<Schema> campaign_schema() {
  FFICHECK_TRY(const Schema shapes, fixture_schema("shapes.wit"));
  std::vector<Function> echoes;
  for (const Function& f : shapes.functions())
    if (shapes.role(f) == Role::Echo) echoes.push_back(f);
  return in_package(restrict_to(shapes, echoes), "fficheck:c000");
}

/// Emits and builds a batch of one schema; the module goes to `file`.
Result<void> make_campaign(const FileSet& files, const std::filesystem::path& file) {
  const GuestLanguage c = guest_in_c();
  FFICHECK_TRY(const TempDir dir, TempDir::create("campaign", file.parent_path()));
  FFICHECK_CHECK(write_files(dir.path(), files));
  FFICHECK_TRY(const auto failure, c.build({.dir = dir.path()}));
  if (failure) return environment_error("the campaign's guest: " + failure->log);
  FFICHECK_TRY(const std::string module, read_file(c.module(dir.path())));
  return write_file(file, module);
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

WasmGuest::WasmGuest(Find find)
    : find_(std::move(find)),
      loaded_([this] { return load(); }),
      compiled_([this]() -> Result<std::unique_ptr<std::shared_ptr<CompiledComponent>>> {
        FFICHECK_TRY(const Loaded* loaded, loaded_.get());
        FFICHECK_TRY(const std::vector<std::uint8_t> wrapped,
                     componentize(loaded->source.module, print_wit(loaded->source.schema),
                                  "library", StringEncoding::Utf8));
        FFICHECK_TRY(auto compiled, CompiledComponent::compile(loaded->engine, wrapped));
        return std::make_unique<std::shared_ptr<CompiledComponent>>(std::move(compiled));
      }),
      core_([this] { return new_core(); }),
      component_([this] { return new_component(); }),
      bare_([this]() -> Result<std::unique_ptr<BareGuest>> {
        FFICHECK_TRY(const Loaded* loaded, loaded_.get());
        return BareGuest::make(loaded->module);
      }) {}

std::shared_ptr<WasmGuest> fixture_guest(const std::string& module, const std::string& schema) {
  return std::make_shared<WasmGuest>([module, schema]() -> Result<WasmGuest::Source> {
    FFICHECK_TRY(Schema types, fixture_schema(schema));
    FFICHECK_TRY(std::vector<std::uint8_t> bytes, fixture_bytes(module));
    return WasmGuest::Source{std::move(types), std::move(bytes)};
  });
}

std::shared_ptr<WasmGuest> campaign_guest() {
  return std::make_shared<WasmGuest>([]() -> Result<WasmGuest::Source> {
    FFICHECK_TRY(Schema schema, campaign_schema());
    const BatchEntry entry{"c000", &schema};
    const FileSet files = guest_in_c().emit({&entry, 1});
    const std::string name = "campaign-" + native_build::content_hash(files, {}) + ".wasm";
    std::error_code error;
    if (!std::filesystem::exists(fixture(name), error))
      FFICHECK_CHECK(make_campaign(files, fixture(name)));
    FFICHECK_TRY(std::vector<std::uint8_t> bytes, fixture_bytes(name));
    return WasmGuest::Source{std::move(schema), std::move(bytes)};
  });
}

Result<std::unique_ptr<WasmGuest::Loaded>> WasmGuest::load() const {
  auto out = std::make_unique<Loaded>();
  FFICHECK_TRY(out->source, find_());
  FFICHECK_TRY(out->engine, shared_engine());
  FFICHECK_TRY(out->module, CoreModule::compile(out->engine, out->source.module));
  return out;
}

Result<const Schema*> WasmGuest::schema() {
  FFICHECK_TRY(const Loaded* loaded, loaded_.get());
  return &loaded->source.schema;
}

Result<std::unique_ptr<CoreSession>> WasmGuest::new_core() {
  FFICHECK_TRY(const Loaded* loaded, loaded_.get());
  return CoreSession::create(loaded->module,
                             {{&loaded->source.schema, lower_canonical(loaded->source.schema)}},
                             StringEncoding::Utf8, answer, kCallLimit);
}

Result<std::unique_ptr<ComponentSession>> WasmGuest::new_component() {
  FFICHECK_TRY(const Loaded* loaded, loaded_.get());
  FFICHECK_TRY(const std::shared_ptr<CompiledComponent>* compiled, compiled_.get());
  return ComponentSession::create(*compiled, {&loaded->source.schema}, answer, kCallLimit);
}

}  // namespace fficheck
