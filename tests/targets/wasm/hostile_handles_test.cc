// Handles that a host must not pass, passed to our guests: where a guest uses one, a trap ends it,
// and no resource meets two destructors.
#include <gmock/gmock.h>

#include "targets/wasm/adapter_memory.h"
#include "targets/wasm/build_guest_go.h"
#include "targets/wasm/core_session.h"
#include "targets/wasm/guest_go.h"
#include "tests/targets/wasm/guest_batch.h"

namespace fficheck {
namespace {

using ::testing::HasSubstr;

constexpr const char* kWit = R"(package fficheck:handles;
interface host {
  resource tap;
}
interface api {
  use host.{tap};
  resource water { constructor(liters: u32); }
  resource stone { constructor(weight: u32); }
  consume-one: func(w: own<water>) -> u64;
  consume-two: func(a: own<water>, b: own<water>) -> u64;
  consume-list: func(l: list<own<water>>) -> u64;
  consume-tap: func(t: own<tap>) -> u64;
  consume-lent: func(t: borrow<tap>) -> u64;
}
world library { import host; export api; }
)";

testing::Built build_go(const testing::Batch& batch) {
  auto dir = TempDir::create("guest-go");
  EXPECT_TRUE(dir.ok());
  BuildOptions options;
  options.dir = dir.value().path();
  EXPECT_TRUE(write_files(options.dir, emit_guest_go(batch.entries())).ok());
  const auto built = build_guest_go(options);
  EXPECT_TRUE(built.ok() && !built.value());
  return {std::move(dir).value(), guest_go_module(options.dir)};
}

class HostileHandles : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    batch_.schemas.push_back(testing::schema_of(kWit));
    built_ = std::string(GetParam()) == "go" ? build_go(batch_) : testing::build(batch_);
    const auto bytes = read_file(built_->module);
    ASSERT_TRUE(bytes.ok());
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.value().data());
    const auto whole = with_adapter_memory({data, bytes.value().size()});
    ASSERT_TRUE(whole.ok()) << whole.error().text();
    auto engine = WasmEngine::create({});
    ASSERT_TRUE(engine.ok());
    auto module = CoreModule::compile(engine.value(), with_exported_globals(whole.value()));
    ASSERT_TRUE(module.ok()) << module.error().text();
    const Schema& schema = batch_.schemas[0];
    auto created = CoreSession::create(
        module.value(), {{&schema, lower_canonical(schema)}}, StringEncoding::Utf8, nullptr,
        std::chrono::seconds(20),
        [this](std::uint32_t, ResourceId, std::uint32_t rep) { dropped_.push_back(rep); });
    ASSERT_TRUE(created.ok()) << created.error().text();
    session_ = std::move(created).value();
    for (ResourceId r = 0; r < schema.resources().size(); ++r) {
      if (schema.resources()[r].name == "water") water_ = {0, r};
      if (schema.resources()[r].name == "stone") stone_ = {0, r};
      if (schema.resources()[r].name == "tap") tap_ = {0, r};
    }
  }

  std::uint32_t index_of(const std::string& name) const {
    const auto& functions = batch_.schemas[0].functions();
    std::uint32_t i = 0;
    while (functions[i].name != name) ++i;
    return i;
  }
  /// The rep of a new water.
  std::uint64_t make_water() {
    const Schema& schema = batch_.schemas[0];
    for (std::uint32_t i = 0; i < schema.functions().size(); ++i) {
      const Function& f = schema.functions()[i];
      if (f.kind != FunctionKind::Constructor || f.resource != water_.resource) continue;
      const WasmCall made = session_->call(0, i, {Value::natural(3)});
      EXPECT_FALSE(made.trap) << made.trap->reason;
      return made.result->as<Handle>().rep;
    }
    ADD_FAILURE() << "no constructor";
    return 0;
  }
  /// Calls with arguments in which `change` put what it wants; why that trapped, or empty.
  std::string call(const std::string& name, const std::vector<Value>& args,
                   const CoreSession::Tamper& change) {
    std::optional<Value> ignored;
    const auto trap = session_->call_tampered(0, index_of(name), args, change, &ignored);
    if (!trap) return {};
    EXPECT_EQ(trap->cause, Trap::Cause::Rule) << trap->reason;
    const std::uint64_t destroyed = session_->destructor_calls();
    EXPECT_LE(destroyed, session_->handles().counts().created);
    EXPECT_TRUE(session_->restart().ok());
    return trap->reason;
  }
  std::string pass(const std::string& name, std::uint64_t rep, std::uint32_t index) {
    return call(name, {Value::handle(rep)},
                [&](std::span<CoreValue> flat, std::span<std::uint8_t>) { flat[0].bits = index; });
  }
  std::uint32_t dropped_handle(ResourceType type) {
    const std::uint32_t index = session_->handles().add_own(type, 7);
    HandleTable::Dropped ignored;
    EXPECT_FALSE(session_->handles().drop(index, type, &ignored));
    return index;
  }

  testing::Batch batch_;
  std::optional<testing::Built> built_;
  std::unique_ptr<CoreSession> session_;
  std::vector<std::uint32_t> dropped_;
  ResourceType water_, stone_, tap_;
};

TEST_P(HostileHandles, AnHonestOneIsUsedAndDroppedOnce) {
  const auto keep = [](std::span<CoreValue>, std::span<std::uint8_t>) {};
  EXPECT_EQ(call("consume-one", {Value::handle(make_water())}, keep), "");
  EXPECT_EQ(call("consume-tap", {Value::handle(5)}, keep), "");
  EXPECT_EQ(call("consume-lent", {Value::handle(6)}, keep), "");
  EXPECT_EQ(session_->destructor_calls(), 1u);
  EXPECT_EQ(dropped_, std::vector<std::uint32_t>{5});
  EXPECT_EQ(session_->handles().live(), 0u);
}

TEST_P(HostileHandles, OnesThatAreNotThereTrap) {
  EXPECT_THAT(pass("consume-one", make_water(), 0), HasSubstr("unknown handle index"));
  for (const std::uint32_t index : {0x00FFFFFFu, 0xFFFFFFFFu}) {
    EXPECT_THAT(pass("consume-one", make_water(), index), HasSubstr("unknown handle index"));
    EXPECT_THAT(pass("consume-tap", 5, index), HasSubstr("unknown handle index"));
    EXPECT_THAT(pass("consume-lent", 5, index), HasSubstr("unknown handle index"));
  }
}

// To a guest 0 is a handle that it gave up: it uses none and drops none.
TEST_P(HostileHandles, ZeroForOneOfTheHostsIsNotDropped) {
  EXPECT_EQ(pass("consume-tap", 5, 0), "");
  EXPECT_TRUE(dropped_.empty());
  EXPECT_THAT(pass("consume-lent", 5, 0), HasSubstr("borrow handles still remain"));
  EXPECT_TRUE(dropped_.empty());
}

TEST_P(HostileHandles, OnesThatWereDroppedTrap) {
  EXPECT_THAT(call("consume-one", {Value::handle(make_water())},
                   [&](std::span<CoreValue> flat, std::span<std::uint8_t>) {
                     flat[0].bits = dropped_handle(water_);
                   }),
              HasSubstr("unknown handle index"));
  EXPECT_THAT(call("consume-lent", {Value::handle(5)},
                   [&](std::span<CoreValue> flat, std::span<std::uint8_t>) {
                     flat[0].bits = dropped_handle(tap_);
                   }),
              HasSubstr("unknown handle index"));
}

TEST_P(HostileHandles, OnesOfAnotherResourceTrap) {
  const auto foreign = [&](std::span<CoreValue> flat, std::span<std::uint8_t>) {
    flat[0].bits = session_->handles().add_own(stone_, 7);
  };
  EXPECT_THAT(call("consume-one", {Value::handle(make_water())}, foreign), HasSubstr("wrong type"));
  EXPECT_THAT(call("consume-tap", {Value::handle(5)}, foreign), HasSubstr("wrong type"));
  EXPECT_THAT(call("consume-lent", {Value::handle(5)}, foreign), HasSubstr("wrong type"));
}

TEST_P(HostileHandles, OneThatIsPassedTwiceTraps) {
  const std::vector<Value> two{Value::handle(make_water()), Value::handle(make_water())};
  EXPECT_THAT(call("consume-two", two,
                   [](std::span<CoreValue> flat, std::span<std::uint8_t>) { flat[1] = flat[0]; }),
              HasSubstr("unknown handle index"));
  const std::vector<Value> list{
      Value::sequence({Value::handle(make_water()), Value::handle(make_water())})};
  EXPECT_THAT(call("consume-list", list,
                   [](std::span<CoreValue> flat, std::span<std::uint8_t> memory) {
                     std::uint8_t* const at = memory.data() + flat[0].bits;
                     std::copy_n(at, 4, at + 4);
                   }),
              HasSubstr("unknown handle index"));
}

TEST_P(HostileHandles, OneThatIsLentElsewhereIsNotDropped) {
  EXPECT_THAT(call("consume-one", {Value::handle(make_water())},
                   [&](std::span<CoreValue> flat, std::span<std::uint8_t>) {
                     std::uint32_t ignored = 0;
                     EXPECT_FALSE(session_->handles().lend(static_cast<std::uint32_t>(flat[0].bits),
                                                           water_, 0, &ignored));
                   }),
              HasSubstr("cannot drop a handle while it is lent"));
}

// The guest cannot tell, and gives it up as it would an own: the host loses no resource by it.
TEST_P(HostileHandles, ABorrowInPlaceOfAnOwnDestroysNothing) {
  EXPECT_EQ(call("consume-tap", {Value::handle(5)},
                 [&](std::span<CoreValue> flat, std::span<std::uint8_t>) {
                   flat[0].bits = session_->handles().add_borrow(tap_, 7, 0);
                 }),
            "");
  EXPECT_TRUE(dropped_.empty());
  EXPECT_EQ(session_->handles().counts().returned, 1u);
}

INSTANTIATE_TEST_SUITE_P(Guests, HostileHandles, ::testing::Values("c", "go"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace fficheck
