// A guest in Go exports and imports what the canonical ABI names, is formatted, answers every
// function as docs/value-stream.md says, both ways, and leaves nothing behind, whenever the
// collector runs.
#include "targets/wasm/guest_go.h"

#include <gtest/gtest.h>

#include "harness/core/text.h"
#include "harness/core/value_stream.h"
#include "harness/core/witness.h"
#include "harness/run/files.h"
#include "targets/wasm/adapter_memory.h"
#include "targets/wasm/build_guest_go.h"
#include "targets/wasm/component_session.h"
#include "targets/wasm/core_session.h"
#include "tests/targets/wasm/guest_batch.h"
#include "tests/targets/wasm/wasm_sections.h"

namespace fficheck {
namespace {

using testing::Batch;
using testing::Built;
using testing::WasmFunctions;

constexpr std::uint64_t kValues = 25;
constexpr std::chrono::seconds kLimit{60};
constexpr CoreType kI32 = CoreType::I32;
constexpr CoreType kI64 = CoreType::I64;

/// The guest in Go of a batch, built; formatted and vetted where asked.
Built build(const Batch& batch, bool lint = false, const std::string& leg = "plain") {
  auto dir = TempDir::create("guest-go");
  EXPECT_TRUE(dir.ok());
  BuildOptions options;
  options.dir = dir.value().path();
  options.leg = leg;
  EXPECT_TRUE(write_files(options.dir, emit_guest_go(batch.entries())).ok());
  const auto built = build_guest_go(options);
  EXPECT_TRUE(built.ok()) << built.error().text();
  if (built.ok()) {
    EXPECT_FALSE(built.value()) << built.value()->stage << "\n" << built.value()->log;
  }
  if (lint) {
    const auto linted = lint_guest_go(options);
    EXPECT_TRUE(linted.ok()) << linted.error().text();
    if (linted.ok()) {
      EXPECT_FALSE(linted.value()) << linted.value()->stage << "\n" << linted.value()->log;
    }
  }
  return {std::move(dir).value(), guest_go_module(options.dir)};
}

/// One worker of a batch: a module under the core session, with a correct host.
class GuestInGo : public ::testing::Test {
 protected:
  void start(Batch batch, bool lint = false) {
    batch_ = std::move(batch);
    built_ = build(batch_, lint);
    EngineOptions options;
    options.compiler = EngineOptions::Compiler::Cranelift;
    auto engine = WasmEngine::create(options);
    ASSERT_TRUE(engine.ok()) << engine.error().text();
    const auto bytes = read_file(built_->module);
    ASSERT_TRUE(bytes.ok()) << bytes.error().text();
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.value().data());
    const auto whole = with_adapter_memory({data, bytes.value().size()});
    ASSERT_TRUE(whole.ok()) << whole.error().text();
    auto module = CoreModule::compile(engine.value(), with_exported_globals(whole.value()));
    ASSERT_TRUE(module.ok()) << module.error().text();
    module_ = module.value();
    restart();
  }

  void restart() {
    std::vector<WasmInterface> interfaces;
    for (const Schema& schema : batch_.schemas)
      interfaces.push_back({&schema, lower_canonical(schema)});
    auto session = CoreSession::create(
        module_, std::move(interfaces), StringEncoding::Utf8,
        [this](std::uint32_t s, std::uint32_t f, const std::vector<Value>& args) {
          const Schema& schema = batch_.schemas[s];
          return HostAnswer{expected_result(schema, schema.imports()[f], args, {}), {}};
        },
        kLimit);
    ASSERT_TRUE(session.ok()) << session.error().text();
    session_ = std::move(session).value();
    EXPECT_TRUE(session_->missing().empty()) << session_->missing()[0];
    EXPECT_TRUE(session_->surplus().empty()) << session_->surplus()[0];
  }

  std::uint64_t probe(const char* name, std::vector<CoreType> params,
                      std::vector<std::uint64_t> values) {
    values.resize(std::max<std::size_t>(values.size(), 1));
    const CoreType result[] = {kI64};
    const auto trap = session_->probe(name, params, result, values);
    EXPECT_FALSE(trap) << trap->reason;
    return values[0];
  }
  std::uint64_t counter(std::uint64_t which) { return probe("counter", {kI32}, {which}); }
  void collect_in_realloc(bool on) {
    std::uint64_t values[] = {on};
    const CoreType params[] = {kI32};
    const auto trap = session_->probe("collect-in-realloc", params, {}, values);
    EXPECT_FALSE(trap) << trap->reason;
  }

  void call_exports(std::uint32_t s, std::uint64_t count) {
    const Schema& schema = batch_.schemas[s];
    for (std::uint32_t f = 0; f < schema.functions().size(); ++f) {
      const Function& function = schema.functions()[f];
      const std::string what = function.name + "\n" + print_wit(schema);
      for (std::uint64_t i = 0; i < count; ++i) {
        const auto args = stream_args(schema, function, value_seed(5, i));
        const WasmCall call = session_->call(s, f, args);
        ASSERT_FALSE(call.trap) << call.trap->reason << "\n" << what;
        ASSERT_EQ(probe("last-witness", {}, {}), witness_args(schema, function, args)) << what;
        if (function.result) {
          const Value expected = *expected_result(schema, function, args, {});
          ASSERT_EQ(witness(schema, *function.result, *call.result),
                    witness(schema, *function.result, expected))
              << what;
        }
        ASSERT_EQ(counter(0), 0u) << what;
      }
    }
    EXPECT_EQ(counter(1), 0u);
    EXPECT_EQ(counter(2), 0u);
  }

  void call_imports(std::uint32_t s, std::uint64_t count) {
    const Schema& schema = batch_.schemas[s];
    const std::vector<CoreType> params = {kI32, kI32, kI32, kI64, kI64, kI64};
    for (std::uint32_t f = 0; f < schema.imports().size(); ++f) {
      const Function& function = schema.imports()[f];
      const std::string what = function.name + "\n" + print_wit(schema);
      for (const BulkLaw law : {BulkLaw::Call, BulkLaw::Repeat}) {
        ASSERT_EQ(
            probe("run-import", params, {s, f, static_cast<std::uint64_t>(law), 6, 100, count}),
            count)
            << what;
        ASSERT_EQ(probe("failed", {}, {}), ~std::uint64_t{0}) << what;
      }
      std::uint64_t digest = 0;
      for (std::uint64_t i = 100; i < 100 + count; ++i) {
        const std::uint64_t seed = value_seed(6, i);
        digest += schema.role(function) == Role::Produce
                      ? witness(schema, *function.result,
                                *expected_result(schema, function, {Value::natural(seed)}, {}))
                      : witness_args(schema, function, stream_args(schema, function, seed));
      }
      ASSERT_EQ(probe("digest", {}, {}), digest) << what;
      ASSERT_EQ(counter(0), 0u) << what;
    }
    EXPECT_EQ(counter(2), 0u);
  }

  Batch batch_;
  std::optional<Built> built_;
  std::shared_ptr<CoreModule> module_;
  std::unique_ptr<CoreSession> session_;
};

TEST_F(GuestInGo, IsVettedAndAnswersEveryFunctionAndLeavesNothing) {
  ASSERT_NO_FATAL_FAILURE(start(testing::invented(24), true));
  for (std::uint32_t s = 0; s < batch_.schemas.size(); ++s)
    ASSERT_NO_FATAL_FAILURE(call_exports(s, kValues));
}

TEST_F(GuestInGo, CallsEveryImportAndLeavesNothing) {
  ASSERT_NO_FATAL_FAILURE(start(testing::invented(24)));
  for (std::uint32_t s = 0; s < batch_.schemas.size(); ++s)
    ASSERT_NO_FATAL_FAILURE(call_imports(s, kValues));
}

TEST_F(GuestInGo, HoldsWhateverTheCollectorDoes) {
  ASSERT_NO_FATAL_FAILURE(start(testing::invented(12)));
  collect_in_realloc(true);
  for (std::uint32_t s = 0; s < batch_.schemas.size(); ++s) {
    ASSERT_NO_FATAL_FAILURE(call_exports(s, 3));
    ASSERT_NO_FATAL_FAILURE(call_imports(s, 3));
  }
}

TEST_F(GuestInGo, StartsAgainAsItStartedFirst) {
  ASSERT_NO_FATAL_FAILURE(start(testing::invented(4)));
  const auto copy = [this] {
    const auto all = session_->instance().memory();
    return std::vector<std::uint8_t>(all.begin(), all.end());
  };
  const std::vector<std::uint8_t> first = copy();
  ASSERT_NO_FATAL_FAILURE(call_exports(0, kValues));
  const std::uint64_t allocated = counter(3);
  EXPECT_NE(copy(), first);
  const Result<void> again = session_->restart();
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_TRUE(copy() == first);
  EXPECT_EQ(counter(3), 0u);
  ASSERT_NO_FATAL_FAILURE(call_exports(0, kValues));
  EXPECT_EQ(counter(3), allocated);
}

Batch water() {
  Batch batch;
  batch.schemas.push_back(in_package(testing::schema_of(testing::kWater), "fficheck:c0"));
  return batch;
}

TEST_F(GuestInGo, HasTheAdministrativeFunctionsOfResources) {
  const Built built = build(water(), true);
  const auto bytes = read_file(built.module);
  ASSERT_TRUE(bytes.ok()) << bytes.error().text();
  const WasmFunctions has = testing::WasmReader(bytes.value()).read();
  const std::pair<const char*, const char*> imports[] = {
      {"[export]fficheck:c0/api/ [resource-new]water", "(i32) -> (i32)"},
      {"[export]fficheck:c0/api/ [resource-rep]water", "(i32) -> (i32)"},
      {"[export]fficheck:c0/api/ [resource-drop]water", "(i32) -> ()"},
      {"fficheck:c0/host/ [resource-drop]tap-2", "(i32) -> ()"},
  };
  for (const auto& [name, type] : imports) {
    ASSERT_TRUE(has.imports.contains(name)) << name;
    EXPECT_EQ(has.imports.at(name), type);
  }
  const std::pair<const char*, const char*> exports[] = {
      {"fficheck:c0/api#[dtor]water", "(i32) -> ()"},
      {"fficheck:c0/api#[constructor]water", "(i32, i32, i32) -> (i32)"},
      {"fficheck:c0/api#[method]water.drink", "(i32, i32) -> (i64)"},
      {"fficheck:c0/api#[static]water.of", "(i32, i32) -> (i32)"},
      {"cabi_post_fficheck:c0/api#echo-text", "(i32) -> ()"},
      {"cabi_realloc", "(i32, i32, i32, i32) -> (i32)"},
  };
  for (const auto& [name, type] : exports) {
    ASSERT_TRUE(has.exports.contains(name)) << name;
    EXPECT_EQ(has.exports.at(name), type);
  }
  EXPECT_FALSE(has.exports.contains("cabi_post_fficheck:c0/api#consume-text"));
}

TEST_F(GuestInGo, DropsEveryResourceOnce) {
  ASSERT_NO_FATAL_FAILURE(start(water()));
  const Schema& schema = batch_.schemas[0];
  const auto call = [&](const char* name, const std::vector<Value>& args) {
    const Function* f = schema.find(name);
    EXPECT_NE(f, nullptr) << name;
    const auto index = static_cast<std::uint32_t>(f - schema.functions().data());
    WasmCall done = session_->call(0, index, args);
    EXPECT_FALSE(done.trap) << name << ": " << done.trap->reason;
    return done.result.value_or(Value::natural(0));
  };
  collect_in_realloc(true);
  std::vector<Value> waters;
  for (std::uint64_t i = 0; i < 5; ++i)
    waters.push_back(call("water.constructor", {Value::natural(i), Value::string("still")}));
  EXPECT_EQ(counter(6), 5u);
  call("water.drink", {waters[0], Value::natural(3)});
  // What echo answers is what it was given.
  const Value same = call("echo-waters", {Value::sequence({waters[1], waters[2]})});
  EXPECT_TRUE(equal(same, Value::sequence({waters[1], waters[2]})));
  EXPECT_EQ(counter(6), 5u);
  call("consume-waters", {same, Value::sequence({waters[0], Value::choice(1, waters[3])})});
  EXPECT_EQ(counter(6), 1u);
  EXPECT_EQ(counter(7), 4u);
  // The borrow of the host's resource is given back; the answer's resources are the caller's.
  const Value pair = call("look", {waters[4], Value::handle(77)});
  std::vector<Value> rest = {waters[4], pair.as<Sequence>()[0]};
  if (pair.as<Sequence>()[1].as<Choice>().index == 1)
    rest.push_back(*pair.as<Sequence>()[1].as<Choice>().payload);
  EXPECT_EQ(counter(6), rest.size());
  for (const Value& owned : rest)
    EXPECT_FALSE(session_->drop_rep(0, 1, static_cast<std::uint32_t>(owned.as<Handle>().rep)));
  EXPECT_EQ(counter(6), 0u);
  EXPECT_EQ(counter(0), 0u);
  EXPECT_EQ(counter(2), 0u);
  EXPECT_EQ(session_->handles().live(), 0u);
}

TEST(GuestInGoBuild, FailsInTheStageOfItsDefect) {
  const auto stage_of = [](const std::string& from, const std::string& to) -> std::string {
    const Schema schema = testing::schema_of(
        "package fficheck:c0;\ninterface api {\n  record r { a: u8, b: u32 }\n  f: func(x: r) -> "
        "r;\n}\n");
    const BatchEntry entry{"c0", &schema};
    FileSet files = emit_guest_go({&entry, 1});
    std::string& text = files.at("guest/c0.go");
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << text;
    text.replace(at, from.size(), to);
    auto dir = TempDir::create("broken");
    EXPECT_TRUE(dir.ok());
    BuildOptions options;
    options.dir = dir.value().path();
    EXPECT_TRUE(write_files(options.dir, files).ok());
    for (const auto& stage : {build_guest_go(options), lint_guest_go(options)}) {
      EXPECT_TRUE(stage.ok()) << stage.error().text();
      if (stage.ok() && stage.value()) return stage.value()->stage;
    }
    return "";
  };
  EXPECT_EQ(stage_of("B uint32", "B uint32"), "");
  EXPECT_EQ(stage_of("B uint32", "B uint64"), "compile-wasm-go");
  EXPECT_EQ(stage_of("B uint32", "B  uint32"), "gofmt");
}

TEST(GuestInGoProduct, CompilesWithWhatItsAuthorWrites) {
  FileSet files = emit_guest_go_product(testing::schema_of(testing::kWater), {"my_water", ""});
  files["guest/main.go"] = R"(package main

import "mywater/mywater"

type guest struct{ mywater.Exports }

type bottle struct{ liters uint64 }

func (b *bottle) Drink(liters uint32) uint64 {
	b.liters -= uint64(liters)
	return b.liters
}

func (b *bottle) Drop() {}

func (guest) NewWater(liters uint32, name string) mywater.Water {
	return mywater.MakeWater(&bottle{uint64(liters)})
}

func (guest) EchoText(text string) string {
	return mywater.HostEchoText(text)
}

func init() { mywater.Export(guest{}) }

func main() {}
)";
  auto dir = TempDir::create("product");
  ASSERT_TRUE(dir.ok());
  BuildOptions options;
  options.dir = dir.value().path();
  ASSERT_TRUE(write_files(options.dir, files).ok());
  for (const auto& stage : {build_guest_go(options), lint_guest_go(options)}) {
    ASSERT_TRUE(stage.ok()) << stage.error().text();
    EXPECT_FALSE(stage.value()) << stage.value()->stage << "\n" << stage.value()->log;
  }
}

TEST_F(GuestInGo, AnswersAsAComponent) {
  ASSERT_NO_FATAL_FAILURE(start(testing::invented(6)));
  std::vector<const Schema*> schemas;
  for (const Schema& schema : batch_.schemas) schemas.push_back(&schema);
  const auto text = read_file(built_->module);
  ASSERT_TRUE(text.ok());
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.value().data());
  const auto wrapped =
      componentize({data, text.value().size()}, batch_wit(schemas), "batch", StringEncoding::Utf8);
  ASSERT_TRUE(wrapped.ok()) << wrapped.error().text();
  const auto around = CompiledComponent::compile_around(module_, wrapped.value());
  ASSERT_TRUE(around.ok()) << around.error().text();
  ASSERT_EQ(around.value()->module(), module_);
  const auto component = ComponentSession::create(
      around.value(), schemas,
      [&](std::uint32_t s, std::uint32_t f, const std::vector<Value>& args) {
        return HostAnswer{expected_result(*schemas[s], schemas[s]->imports()[f], args, {}), {}};
      },
      kLimit);
  ASSERT_TRUE(component.ok()) << component.error().text();
  for (std::uint32_t s = 0; s < schemas.size(); ++s) {
    const Schema& schema = *schemas[s];
    for (std::uint32_t f = 0; f < schema.functions().size(); ++f) {
      const Function& function = schema.functions()[f];
      for (std::uint64_t i = 0; i < kValues; ++i) {
        const auto args = stream_args(schema, function, value_seed(5, i));
        std::optional<Value> result;
        const auto trap = component.value()->call(s, f, args, &result);
        ASSERT_FALSE(trap) << trap->reason << "\n" << function.name << "\n" << print_wit(schema);
        if (!function.result) continue;
        ASSERT_EQ(witness(schema, *function.result, *result),
                  witness(schema, *function.result, *expected_result(schema, function, args, {})))
            << function.name << "\n"
            << print_wit(schema);
      }
    }
  }
}

}  // namespace
}  // namespace fficheck
