#include "targets/wasm/wasm_target.h"

#include <system_error>
#include <utility>

#include "harness/core/canonical.h"
#include "harness/core/names.h"
#include "harness/run/worker_session.h"
#include "targets/wasm/build_guest_c.h"
#include "targets/wasm/build_guest_go.h"
#include "targets/wasm/guest_c.h"
#include "targets/wasm/guest_go.h"
#include "targets/wasm/wasm_worker.h"

namespace fficheck {
namespace {

/// Which functions of the host mirror the schema's own, so that the guest is also the caller.
Schema mirrored(const BatchEntry& entry) {
  Schema own = in_package(*entry.schema, "fficheck:" + entry.id);
  if (!own.imports().empty() || !own.resources().empty()) return own;
  std::vector<Function> functions = own.functions();
  return with_imports(own, std::move(functions));
}

}  // namespace

StringEncoding encoding_of_leg(std::string_view leg) {
  if (leg == "utf16") return StringEncoding::Utf16;
  return leg == "latin1" ? StringEncoding::Latin1Utf16 : StringEncoding::Utf8;
}

GuestLanguage guest_in_c() {
  GuestLanguage c;
  c.target = "wasm-c";
  c.unsupported = unsupported_canonical;
  c.emit = emit_guest_c;
  c.emit_product = [](const Schema& schema) {
    return emit_guest_c_product(schema, {snake_case(schema.interface()), ""});
  };
  c.check_tools = check_guest_c_tools;
  c.build = [](const BuildOptions& options) {
    return build_guest_c(options, {encoding_of_leg(options.leg)});
  };
  c.lint = lint_guest_c;
  c.module = guest_c_module;
  c.legs = {"O2", "utf16", "latin1"};
  c.frequent_legs = {"utf16", "latin1"};
  return c;
}

GuestLanguage guest_in_go() {
  GuestLanguage go;
  go.target = "wasm-go";
  go.unsupported = unsupported_guest_go;
  go.emit = emit_guest_go;
  go.emit_product = [](const Schema& schema) {
    return emit_guest_go_product(schema, {snake_case(schema.interface()), ""});
  };
  go.check_tools = check_guest_go_tools;
  go.build = build_guest_go;
  go.lint = lint_guest_go;
  go.module = guest_go_module;
  go.legs = {"O2"};
  go.has_collector = true;
  return go;
}

WasmTarget::WasmTarget(GuestLanguage language, std::filesystem::path worker)
    : language_(std::move(language)),
      worker_(worker.empty() ? worker_program("fficheck-wasm") : std::move(worker)) {}

std::optional<std::string> WasmTarget::unsupported(const Schema& schema, const Function& f) const {
  return language_.unsupported(schema, f);
}

Result<void> WasmTarget::check_tools() const {
  std::error_code error;
  if (!std::filesystem::exists(worker_, error))
    return environment_error("the program " + worker_.string() + " is missing",
                             "build the target fficheck-wasm");
  return language_.check_tools();
}

FileSet WasmTarget::emit(std::span<const BatchEntry> batch) const {
  std::vector<Schema> schemas;
  for (const BatchEntry& entry : batch) schemas.push_back(mirrored(entry));
  std::vector<BatchEntry> entries;
  std::string manifest;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    entries.push_back({batch[i].id, &schemas[i]});
    manifest += batch[i].id + "\n";
  }
  FileSet files = language_.emit(entries);
  files[kWasmManifest] = manifest;
  return files;
}

FileSet WasmTarget::emit_product(const Schema& schema) const {
  return language_.emit_product(schema);
}

Result<std::optional<BuildFailure>> WasmTarget::build(const BuildOptions& options) const {
  return language_.build(options);
}

Result<std::optional<BuildFailure>> WasmTarget::lint(const BuildOptions& options) const {
  return language_.lint(options);
}

Result<std::unique_ptr<Session>> WasmTarget::open(const BuildOptions& options,
                                                  std::span<const BatchEntry> batch,
                                                  std::chrono::milliseconds call_limit) const {
  WorkerOptions worker;
  worker.command = options.worker;
  if (worker.command.empty()) worker.command = {worker_.string()};
  for (const std::string& argument :
       {options.dir.string(), language_.module(options.dir).string(), options.leg})
    worker.command.push_back(argument);
  worker.call_limit = call_limit;
  return WorkerSession::start(std::move(worker), batch);
}

}  // namespace fficheck
