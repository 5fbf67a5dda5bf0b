// A guest in Go exports and imports what the canonical ABI names, is formatted, answers every
// function as docs/value-stream.md says, both ways, and leaves nothing behind, whenever the
// collector runs.
#include "targets/wasm/guest_go.h"

#include <gtest/gtest.h>

#include "harness/core/text.h"
#include "harness/core/value_stream.h"
#include "harness/core/witness.h"
#include "harness/run/files.h"
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

constexpr const char* kWater = R"(package fficheck:c0;
interface host {
  resource tap-2 {
    constructor(pressure: u32);
    flow: func(by: string) -> u64;
  }
  record drop { size: u8, name: string }
  echo-text: func(text: string) -> string;
  echo-drops: func(drops: list<drop>) -> list<drop>;
  consume-tap: func(a: own<tap-2>, b: borrow<tap-2>) -> u64;
  sum: func(a: u8, b: s8, c: u16, d: s16, e: u32, f: s32, g: u64, h: s64, i: f32, j: f64, k: char, l: bool, m: u8, n: u8, o: u8, p: u8, q: string) -> u64;
}
interface api {
  use host.{tap-2, drop};
  resource water {
    constructor(liters: u32, name: string);
    drink: func(liters: u32) -> u64;
    of: static func(name: string) -> water;
  }
  variant mixed { a(f32), b(u64), c(string), d }
  record pair { first: own<water>, second: option<own<water>> }
  echo-text: func(text: string) -> string;
  echo-mixed: func(m: mixed) -> mixed;
  echo-nested: func(l: list<list<string>>) -> list<list<string>>;
  echo-waters: func(l: list<own<water>>) -> list<own<water>>;
  echo-enum: func(e: order) -> order;
  enum order { still, sparkling }
  consume-text: func(text: string) -> u64;
  consume-waters: func(l: list<own<water>>, p: pair) -> u64;
  look: func(w: borrow<water>, t: borrow<tap-2>) -> pair;
  many: func(a: u8, b: s8, c: u16, d: s16, e: u32, f: s32, g: u64, h: s64, i: f32, j: f64, k: char, l: bool, m: u8, n: u8, o: u8, p: u8, q: string) -> list<string>;
}
world library { import host; export api; }
)";

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
    auto module = CoreModule::compile(engine.value(), {data, bytes.value().size()});
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
  const auto component = ComponentSession::create(
      module_->engine(), wrapped.value(), schemas,
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
