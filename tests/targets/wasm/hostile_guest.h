// Guests written by hand in WAT, under the core session.
#pragma once

#include <gtest/gtest.h>
#include <wasmtime.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/text.h"
#include "targets/wasm/component_session.h"
#include "targets/wasm/core_session.h"
#include "tests/targets/wasm/guest_batch.h"

namespace fficheck::testing {

/// A module over kHostileWit: what is not named traps when it is called.
struct HostileGuest {
  std::map<std::string, std::string> bodies;  ///< of "an-enum", "[dtor]water", "cabi_post_a-string"
  std::string realloc = "(i32.const 1024)";
  std::string extra;  ///< further module fields
  std::vector<std::string> left_out;
  std::string memory = R"((memory (export "memory") 1))";
};

inline constexpr const char* kHostileWit = R"(package fficheck:hostile;
interface host {
  resource tap;
  ask: func(n: u32) -> u32;
  tell: func(text: string);
  tale: func() -> string;
  take-tap: func(t: own<tap>);
  look-tap: func(t: borrow<tap>);
  trade: func(lent: borrow<tap>, given: own<tap>);
  make-tap: func() -> own<tap>;
}
interface api {
  use host.{tap};
  resource water;
  resource stone;
  enum letter { a, b, c }
  run: func();
  an-enum: func() -> letter;
  a-char: func() -> char;
  a-choice: func() -> option<u32>;
  a-string: func() -> string;
  a-list: func() -> list<u32>;
  a-matrix: func() -> list<list<u8>>;
  a-water: func() -> own<water>;
  two-waters: func() -> tuple<own<water>, own<water>>;
  take-string: func(s: string);
  take-water: func(w: own<water>);
  lend-tap: func(t: borrow<tap>);
}
world library { import host; export api; }
)";

inline std::string wat_types(const char* keyword, const std::vector<CoreType>& types) {
  std::string out;
  for (std::size_t i = 0; i < types.size(); ++i)
    out += std::string(" (") + keyword + (*keyword == 'p' ? " $p" + std::to_string(i) : "") + " " +
           std::string(core_type_name(types[i])) + ")";
  return out;
}

inline std::string wat_of(const HostileGuest& guest, const Schema& schema) {
  const CanonicalLowering lowering = lower_canonical(schema);
  const std::string api = interface_id(schema);
  const std::string host = host_interface_id(schema);
  std::string out = "(module\n";
  for (std::size_t i = 0; i < schema.imports().size(); ++i) {
    const CanonicalFunction& f = lowering.imports[i];
    out += "(import \"" + host + "\" \"" + f.name + "\" (func $" + f.name +
           wat_types("param", f.import_params()) +
           (f.result_in_memory ? "" : wat_types("result", f.results)) + "))\n";
  }
  for (const char* resource : {"water", "stone"}) {
    const std::string head = "(import \"[export]" + api + "\" \"[resource-";
    const std::string tail = "]" + std::string(resource) + "\" (func $";
    out += head + "new" + tail + "new-" + resource + " (param i32) (result i32)))\n";
    out += head + "rep" + tail + "rep-" + resource + " (param i32) (result i32)))\n";
    out += head + "drop" + tail + "drop-" + resource + " (param i32)))\n";
  }
  out += "(import \"" + host + "\" \"[resource-drop]tap\" (func $drop-tap (param i32)))\n";
  out += guest.memory + "\n" + guest.extra + "\n";
  const auto field = [&](const std::string& name, const std::string& exported,
                         const std::string& type, const std::string& otherwise) {
    for (const std::string& absent : guest.left_out)
      if (absent == name) return;
    const auto body = guest.bodies.find(name);
    out += "(func (export \"" + exported + "\")" + type + " " +
           (body == guest.bodies.end() ? otherwise : body->second) + ")\n";
  };
  field("cabi_realloc", "cabi_realloc", " (param $p0 i32) (param i32 i32 i32) (result i32)",
        guest.realloc);
  for (const CanonicalFunction& f : lowering.functions) {
    field(f.name, api + "#" + f.name, wat_types("param", f.params) + wat_types("result", f.results),
          "unreachable");
    if (f.needs_post_return)
      field("cabi_post_" + f.name, "cabi_post_" + api + "#" + f.name, wat_types("param", f.results),
            "");
  }
  for (const char* resource : {"water", "stone"}) {
    const std::string name = "[dtor]" + std::string(resource);
    field(name, api + "#" + name, " (param $p0 i32)", "");
  }
  return out + ")\n";
}

/// The module, assembled; empty where it does not assemble, which fails the test.
inline std::vector<std::uint8_t> module_of(const HostileGuest& guest, const Schema& schema) {
  const std::string wat = wat_of(guest, schema);
  wasm_byte_vec_t bytes;
  if (wasmtime_error_t* bad = wasmtime_wat2wasm(wat.data(), wat.size(), &bytes)) {
    wasm_name_t text;
    wasmtime_error_message(bad, &text);
    ADD_FAILURE() << std::string(text.data, text.size) << "\n" << wat;
    wasm_byte_vec_delete(&text);
    wasmtime_error_delete(bad);
    return {};
  }
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data);
  std::vector<std::uint8_t> out(data, data + bytes.size);
  wasm_byte_vec_delete(&bytes);
  return out;
}

/// Such a module under the core session, and as a component under wasmtime's canonical ABI.
class HostileRun {
 public:
  static constexpr std::chrono::milliseconds kLimit{200};

  explicit HostileRun(const HostileGuest& guest, StringEncoding encoding = StringEncoding::Utf8)
      : schema_(schema_of(kHostileWit)) {
    const std::vector<std::uint8_t> bytes = module_of(guest, schema_);
    EngineOptions options;
    options.memory_limit = 64u << 20;
    auto engine = WasmEngine::create(options);
    EXPECT_TRUE(engine.ok());
    auto module = CoreModule::compile(engine.value(), bytes);
    if (!module.ok()) {
      error = component_error = module.error().text();
      return;
    }
    const Host host = [this](std::uint32_t, std::uint32_t function,
                             const std::vector<Value>& args) {
      return answer(schema_.imports()[function], args);
    };
    auto created = CoreSession::create(module.value(), {{&schema_, lower_canonical(schema_)}},
                                       encoding, host, kLimit);
    if (created.ok())
      session = std::move(created).value();
    else
      error = created.error().text();
    const auto wrapped = componentize(bytes, print_wit(schema_), "library", encoding);
    if (!wrapped.ok()) {
      component_error = wrapped.error().text();
      return;
    }
    auto around =
        ComponentSession::create(engine.value(), wrapped.value(), {&schema_}, host, kLimit);
    if (around.ok())
      component = std::move(around).value();
    else
      component_error = around.error().text();
  }
  HostileRun(const HostileRun&) = delete;
  HostileRun& operator=(const HostileRun&) = delete;

  WasmCall call(const std::string& name, const std::vector<Value>& args = {}) {
    return session->call(0, index_of(name), args);
  }
  /// Why the call trapped under the core session, empty where it did not. Where there is a
  /// component, it must trap just where the core session does.
  std::string trap(const std::string& name, const std::vector<Value>& args = {}) {
    if (!session) return "not started: " + error;
    const WasmCall done = call(name, args);
    if (component) {
      const std::string other = component_trap(name, args);
      EXPECT_EQ(done.trap.has_value(), !other.empty())
          << name << ": core session: " << (done.trap ? done.trap->reason : "no trap")
          << "; component session: " << (other.empty() ? "no trap" : other);
    }
    return done.trap ? done.trap->reason : "";
  }
  std::string component_trap(const std::string& name, const std::vector<Value>& args = {}) {
    std::optional<Value> result;
    const auto trap = component->call(0, index_of(name), args, &result);
    return trap ? trap->reason : "";
  }
  [[nodiscard]] const Schema& schema() const { return schema_; }

  std::unique_ptr<CoreSession> session;
  std::string error;
  std::unique_ptr<ComponentSession> component;
  std::string component_error;
  std::function<void()> on_import;
  std::optional<Trap> import_trap;  ///< of every import, in place of its answer

 private:
  std::uint32_t index_of(const std::string& name) {
    for (std::uint32_t i = 0; i < schema_.functions().size(); ++i)
      if (schema_.functions()[i].name == name) return i;
    ADD_FAILURE() << "no function " << name;
    return 0;
  }
  HostAnswer answer(const Function& f, const std::vector<Value>& args) {
    if (const auto hook = on_import) hook();  // which may take itself away
    if (import_trap) return {{}, import_trap};
    if (f.name == "ask") return {args[0], {}};
    if (f.name == "make-tap") return {Value::handle(21), {}};
    if (f.name == "tale") return {Value::string("once upon a time"), {}};
    return {};
  }
  Schema schema_;
};

}  // namespace fficheck::testing
