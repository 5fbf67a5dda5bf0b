// Guests in C under the core session: every function of invented schemas answers as
// docs/value-stream.md says, both ways, and leaves nothing behind.
#include <gtest/gtest.h>

#include "harness/core/value_stream.h"
#include "harness/core/witness.h"
#include "targets/wasm/component_session.h"
#include "targets/wasm/core_session.h"
#include "tests/targets/wasm/guest_batch.h"

namespace fficheck {
namespace {

using testing::Batch;

constexpr std::uint64_t kValues = 25;
constexpr std::chrono::seconds kLimit{20};

class GuestUnderCoreSession : public ::testing::TestWithParam<StringEncoding> {
 protected:
  void start(Batch batch) {
    batch_ = std::move(batch);
    built_ = testing::build(batch_, {GetParam()});
    auto engine = WasmEngine::create({});
    ASSERT_TRUE(engine.ok()) << engine.error().text();
    const auto bytes = read_file(built_->module);
    ASSERT_TRUE(bytes.ok());
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.value().data());
    auto module = CoreModule::compile(engine.value(), {data, bytes.value().size()});
    ASSERT_TRUE(module.ok()) << module.error().text();
    std::vector<WasmInterface> interfaces;
    for (const Schema& schema : batch_.schemas)
      interfaces.push_back({&schema, lower_canonical(schema)});
    auto session = CoreSession::create(
        module.value(), std::move(interfaces), GetParam(),
        [this](std::uint32_t s, std::uint32_t f, const std::vector<Value>& args) {
          const Schema& schema = batch_.schemas[s];
          return HostAnswer{expected_result(schema, schema.imports()[f], args, {}), {}};
        },
        kLimit);
    ASSERT_TRUE(session.ok()) << session.error().text();
    session_ = std::move(session).value();
    EXPECT_TRUE(session_->missing().empty());
    EXPECT_TRUE(session_->surplus().empty());
  }

  std::uint64_t probe(const char* name, std::vector<CoreType> params,
                      std::vector<std::uint64_t> values) {
    values.resize(std::max<std::size_t>(values.size(), 1));
    const CoreType result[] = {CoreType::I64};
    const auto trap = session_->probe(name, params, result, values);
    EXPECT_FALSE(trap) << trap->reason;
    return values[0];
  }
  std::uint64_t counter(std::uint64_t which) { return probe("counter", {CoreType::I32}, {which}); }

  Batch batch_;
  std::optional<testing::Built> built_;
  std::unique_ptr<CoreSession> session_;
};

TEST_P(GuestUnderCoreSession, AnswersEveryFunctionAndLeavesNothing) {
  ASSERT_NO_FATAL_FAILURE(start(testing::invented(24)));
  for (std::uint32_t s = 0; s < batch_.schemas.size(); ++s) {
    const Schema& schema = batch_.schemas[s];
    for (std::uint32_t f = 0; f < schema.functions().size(); ++f) {
      const Function& function = schema.functions()[f];
      for (std::uint64_t i = 0; i < kValues; ++i) {
        const auto args = stream_args(schema, function, value_seed(5, i));
        const WasmCall call = session_->call(s, f, args);
        ASSERT_FALSE(call.trap) << call.trap->reason << "\n"
                                << function.name << "\n"
                                << print_wit(schema);
        ASSERT_EQ(probe("last-witness", {}, {}), witness_args(schema, function, args))
            << function.name << "\n"
            << print_wit(schema);
        if (function.result) {
          ASSERT_EQ(witness(schema, *function.result, *call.result),
                    witness(schema, *function.result, *expected_result(schema, function, args, {})))
              << function.name << "\n"
              << print_wit(schema);
        }
        ASSERT_EQ(counter(0), 0u) << function.name << "\n" << print_wit(schema);
      }
    }
  }
  EXPECT_EQ(counter(1), 0u);
  EXPECT_EQ(counter(2), 0u);
}

TEST_P(GuestUnderCoreSession, CallsEveryImportAndLeavesNothing) {
  ASSERT_NO_FATAL_FAILURE(start(testing::invented(24)));
  const std::vector<CoreType> params = {CoreType::I32, CoreType::I32, CoreType::I32,
                                        CoreType::I64, CoreType::I64, CoreType::I64};
  for (std::uint32_t s = 0; s < batch_.schemas.size(); ++s) {
    const Schema& schema = batch_.schemas[s];
    for (std::uint32_t f = 0; f < schema.imports().size(); ++f) {
      const Function& function = schema.imports()[f];
      const std::string what = function.name + "\n" + print_wit(schema);
      for (const BulkLaw law : {BulkLaw::Call, BulkLaw::Repeat}) {
        ASSERT_EQ(
            probe("run-import", params, {s, f, static_cast<std::uint64_t>(law), 6, 100, kValues}),
            kValues)
            << what;
        ASSERT_EQ(probe("failed", {}, {}), ~std::uint64_t{0}) << what;
      }
      std::uint64_t digest = 0;
      for (std::uint64_t i = 100; i < 100 + kValues; ++i) {
        const std::uint64_t seed = value_seed(6, i);
        if (schema.role(function) == Role::Produce) {
          digest += witness(schema, *function.result,
                            *expected_result(schema, function, {Value::natural(seed)}, {}));
        } else {
          digest += witness_args(schema, function, stream_args(schema, function, seed));
        }
      }
      ASSERT_EQ(probe("digest", {}, {}), digest) << what;
      ASSERT_EQ(counter(0), 0u) << what;
    }
  }
  EXPECT_EQ(counter(2), 0u);
}

/// The world of docs/target-wasm.md around these schemas.
std::string world_of(const std::vector<Schema>& schemas) {
  std::string world = "package fficheck:batch;\nworld batch {\n";
  std::string packages;
  for (const Schema& schema : schemas) {
    world += "  import " + host_interface_id(schema) + ";\n";
    world += "  export " + interface_id(schema) + ";\n";
    const std::string wit = print_wit(schema);
    packages += "package " + schema.package() + " {" + wit.substr(wit.find(';') + 1) + "}\n";
  }
  return world + "  export fficheck:probe/probe;\n}\n" + packages + R"(
package fficheck:probe {
  interface probe {
    last-witness: func() -> u64;
    counter: func(which: u32) -> s64;
    collect: func();
    collect-in-realloc: func(on: bool);
    run-import: func(schema: u32, function: u32, law: u32, seed: u64, first: u64, count: u64) -> u64;
    failed: func() -> u64;
    digest: func() -> u64;
    errs: func() -> u64;
  }
}
)";
}

TEST_P(GuestUnderCoreSession, WrapsAsAComponentThatValidates) {
  Batch batch = testing::invented(24);
  batch.schemas.push_back(testing::schema_of(testing::kWater));
  const testing::Built built = testing::build(batch, {GetParam()});
  const auto bytes = read_file(built.module);
  ASSERT_TRUE(bytes.ok());
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.value().data());
  const auto component =
      componentize({data, bytes.value().size()}, world_of(batch.schemas), "batch", GetParam());
  ASSERT_TRUE(component.ok()) << component.error().text();
  EXPECT_GT(component.value().size(), bytes.value().size());
}

INSTANTIATE_TEST_SUITE_P(Encodings, GuestUnderCoreSession,
                         ::testing::Values(StringEncoding::Utf8, StringEncoding::Utf16,
                                           StringEncoding::Latin1Utf16),
                         [](const auto& info) {
                           return "Encoding" + std::to_string(static_cast<int>(info.param));
                         });

}  // namespace
}  // namespace fficheck
