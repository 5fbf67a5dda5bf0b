// Scripts over resources of invented schemas, guests in C, both sessions.
#include "targets/wasm/resource_script.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "harness/core/witness.h"
#include "targets/wasm/value_handles.h"
#include "tests/targets/wasm/guest_batch.h"

namespace fficheck {
namespace {

constexpr std::chrono::seconds kLimit{20};

/// A batch whose scripts have both sessions over the same module.
class ResourceScripts {
 public:
  ResourceScripts() : built_(testing::build(fill())) {
    const auto bytes = read_file(built_.module);
    EXPECT_TRUE(bytes.ok());
    const std::span data(reinterpret_cast<const std::uint8_t*>(bytes.value().data()),
                         bytes.value().size());
    engine_ = std::move(WasmEngine::create({})).value();
    auto module = CoreModule::compile(engine_, data);
    EXPECT_TRUE(module.ok());
    std::vector<WasmInterface> interfaces;
    for (const Schema& schema : batch.schemas)
      interfaces.push_back({&schema, lower_canonical(schema)});
    auto core_session =
        CoreSession::create(module.value(), std::move(interfaces), StringEncoding::Utf8,
                            core_host.functions(), kLimit, core_host.destructor());
    EXPECT_TRUE(core_session.ok()) << core_session.error().text();
    core = std::move(core_session).value();
    std::vector<const Schema*> all;
    for (const Schema& schema : batch.schemas) all.push_back(&schema);
    auto wrapped = componentize(data, batch_wit(all), "batch", StringEncoding::Utf8);
    EXPECT_TRUE(wrapped.ok()) << wrapped.error().text();
    auto component_session =
        ComponentSession::create(engine_, wrapped.value(), all, component_host.functions(), kLimit,
                                 component_host.destructor());
    EXPECT_TRUE(component_session.ok()) << component_session.error().text();
    component = std::move(component_session).value();
  }

  testing::Batch batch;
  CorrectHost core_host{batch.schemas};
  CorrectHost component_host{batch.schemas};
  std::unique_ptr<CoreSession> core;
  std::unique_ptr<ComponentSession> component;

 private:
  const testing::Batch& fill() {
    const Profile& profile = *find_profile("resources");
    for (std::uint64_t i = 0; batch.schemas.size() < 12; ++i) {
      const Schema whole = generate_schema(case_seed(3, i), profile);
      std::vector<Function> carried;
      for (const Function& f : whole.functions())
        if (!unsupported_canonical(whole, f)) carried.push_back(f);
      for (const Function& f : whole.imports())
        if (!unsupported_canonical(whole, f)) carried.push_back(f);
      batch.schemas.push_back(in_package(restrict_to(whole, carried),
                                         "fficheck:c" + std::to_string(batch.schemas.size())));
    }
    return batch;
  }
  testing::Built built_;
  std::shared_ptr<WasmEngine> engine_;
};

TEST(ResourceScript, EveryResourceMeetsItsDestructorOnceWhateverTheScript) {
  ResourceScripts all;
  std::uint64_t runs = 0;  // RC_PARAMS may make them fewer
  std::uint64_t calls = 0;
  const bool held = rc::check([&](std::uint64_t seed) {
    ++runs;
    for (std::uint32_t i = 0; i < all.batch.schemas.size(); ++i) {
      ResourceScript script(all.batch.schemas[i], i, {*all.core, all.core_host},
                            {*all.component, all.component_host});
      const std::string problem = script.run(seed);
      calls += script.calls();
      if (!problem.empty()) RC_FAIL(problem + "\n" + print_wit(all.batch.schemas[i]));
    }
  });
  EXPECT_TRUE(held);
  EXPECT_GT(calls, 50 * runs);
  const HandleCounts& counts = all.core->handles().counts();
  EXPECT_EQ(counts.created, counts.moved_out - counts.moved_in + counts.dropped);
  EXPECT_EQ(all.core->handles().live(), 0u);
  EXPECT_EQ(counts.created, all.core->destructor_calls());
  EXPECT_GT(counts.borrowed_in, runs);
  EXPECT_EQ(counts.borrowed_in, counts.returned);
  EXPECT_EQ(all.core_host.live(), 0u);
  EXPECT_EQ(all.component_host.live(), 0u);
  EXPECT_EQ(all.component->live_resources(), 0u);
}

/// A host over one schema with one resource of its own.
class HostOfTaps : public ::testing::Test {
 protected:
  const std::vector<Schema> schemas_ = {testing::schema_of(testing::kWater)};
  CorrectHost host_{schemas_};
  const ResourceId tap_ = 0;
  HostAnswer call(const char* name, const std::vector<Value>& args) {
    std::uint32_t i = 0;
    while (schemas_[0].imports()[i].name != name) ++i;
    return host_.call(0, i, args);
  }
};

TEST_F(HostOfTaps, TakesWhatItOwnsAndGivesBackWhatItWasLent) {
  ASSERT_EQ(schemas_[0].resources()[tap_].name, "tap-2");
  const auto made = call("constructor", {Value::natural(3)}).result;
  const std::uint64_t lent = host_.make(0, tap_);
  EXPECT_EQ(host_.take_constructed().size(), 1u);
  EXPECT_FALSE(call("consume-tap", {*made, Value::handle(lent)}).trap);
  EXPECT_FALSE(host_.has(0, tap_, made->as<Handle>().rep));
  EXPECT_TRUE(host_.has(0, tap_, lent));
  EXPECT_EQ(host_.problem(), "");
}

TEST_F(HostOfTaps, TellsOfHandlesThatAreNotLiveAndOfSecondDestructors) {
  const std::uint64_t lent = host_.make(0, tap_);
  EXPECT_TRUE(call("consume-tap", {Value::handle(lent + 1), Value::handle(lent)}).trap);
  EXPECT_NE(host_.problem(), "");
  host_.clear();
  const std::uint32_t rep = host_.make(0, tap_);
  host_.drop(0, tap_, rep);
  EXPECT_EQ(host_.problem(), "");
  host_.drop(0, tap_, rep);
  EXPECT_NE(host_.problem(), "");
}

TEST(WithHandles, ReplacesEachHandleInOrderAndNothingElse) {
  SchemaBuilder builder;
  const ResourceId r = builder.resource({"water", false});
  const TypeId own = builder.add({.kind = Kind::Own, .name = {}, .parts = {}, .resource = r});
  const TypeId type =
      builder.tuple({builder.list(own), builder.scalar(Kind::U8), builder.option(own)});
  const auto schema = std::move(builder).build();
  ASSERT_TRUE(schema.ok());
  const Value value = Value::sequence({Value::sequence({Value::handle(1), Value::handle(2)}),
                                       Value::natural(7), Value::choice(1, Value::handle(3))});
  const Value seen = with_handles(schema.value(), type, value,
                                  [](const Type&, std::uint64_t rep) { return rep * 10; });
  const Value expected = Value::sequence({Value::sequence({Value::handle(10), Value::handle(20)}),
                                          Value::natural(7), Value::choice(1, Value::handle(30))});
  EXPECT_FALSE(first_difference(schema.value(), type, expected, seen));
}

}  // namespace
}  // namespace fficheck
