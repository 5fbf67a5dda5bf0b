// Guests written by hand in WAT, under the core session.
#pragma once

#include <gtest/gtest.h>
#include <wasmtime.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

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

/// A session over such a module, or why there is none.
class HostileRun {
 public:
  explicit HostileRun(const HostileGuest& guest, StringEncoding encoding = StringEncoding::Utf8)
      : schema_(schema_of(kHostileWit)) {
    const std::string wat = wat_of(guest, schema_);
    wasm_byte_vec_t bytes;
    wasmtime_error_t* bad = wasmtime_wat2wasm(wat.data(), wat.size(), &bytes);
    if (bad != nullptr) {
      wasm_name_t text;
      wasmtime_error_message(bad, &text);
      ADD_FAILURE() << std::string(text.data, text.size) << "\n" << wat;
      wasm_byte_vec_delete(&text);
      wasmtime_error_delete(bad);
      return;
    }
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data);
    EngineOptions options;
    options.memory_limit = 64u << 20;
    auto engine = WasmEngine::create(options);
    EXPECT_TRUE(engine.ok());
    auto module = CoreModule::compile(engine.value(), {data, bytes.size});
    wasm_byte_vec_delete(&bytes);
    if (!module.ok()) {
      error = module.error().text();
      return;
    }
    auto created = CoreSession::create(
        module.value(), {{&schema_, lower_canonical(schema_)}}, encoding,
        [this](std::uint32_t, std::uint32_t function, const std::vector<Value>& args) {
          if (on_import) on_import();
          const Function& f = schema_.imports()[function];
          if (f.name == "ask") return HostAnswer{args[0], {}};
          if (f.name == "tale") return HostAnswer{Value::string("once upon a time"), {}};
          return HostAnswer{};
        },
        std::chrono::milliseconds(200));
    if (created.ok())
      session = std::move(created).value();
    else
      error = created.error().text();
  }
  HostileRun(const HostileRun&) = delete;
  HostileRun& operator=(const HostileRun&) = delete;

  WasmCall call(const std::string& name, const std::vector<Value>& args = {}) {
    for (std::uint32_t i = 0; i < schema_.functions().size(); ++i)
      if (schema_.functions()[i].name == name) return session->call(0, i, args);
    ADD_FAILURE() << "no function " << name;
    return {};
  }
  /// Why the call trapped, empty where it did not.
  std::string trap(const std::string& name, const std::vector<Value>& args = {}) {
    if (!session) return "not started: " + error;
    const WasmCall done = call(name, args);
    return done.trap ? done.trap->reason : "";
  }
  [[nodiscard]] const Schema& schema() const { return schema_; }

  std::unique_ptr<CoreSession> session;
  std::string error;
  std::function<void()> on_import;

 private:
  Schema schema_;
};

}  // namespace fficheck::testing
