// The state in which calls, traps and late answers leave an instance (Component Model, Component
// Invariants; CanonicalABI.md, canon lift, canon lower), under both sessions.
#include <gmock/gmock.h>

#include <functional>
#include <future>
#include <thread>

#include "tests/targets/wasm/hostile_guest.h"

namespace fficheck {
namespace {

using ::testing::HasSubstr;
using testing::HostileGuest;
using testing::HostileRun;

constexpr const char* kAsk = "(drop (call $ask (i32.const 7)))";
constexpr const char* kLocked = "cannot enter component instance";

HostileGuest guest_with(const std::string& name, const std::string& body) {
  HostileGuest guest;
  guest.bodies[name] = body;
  guest.bodies["an-enum"] = "i32.const 1";
  return guest;
}

/// A guest that traps in `function`, and how the host lets it.
struct Trapping {
  std::string name;
  std::string function;
  std::vector<Value> args;
  HostileGuest guest;
  bool in_import = false;
};

std::vector<Trapping> all_traps() {
  std::vector<Trapping> out;
  out.push_back({"InTheGuest", "run", {}, guest_with("run", "unreachable")});
  out.push_back({"InAnImport", "run", {}, guest_with("run", kAsk), true});
  out.push_back({"InTheResult", "a-char", {}, guest_with("a-char", "i32.const 0xD800")});
  out.push_back({"InRealloc", "take-string", {Value::string("x")}, guest_with("take-string", "")});
  out.back().guest.realloc = "unreachable";
  out.push_back({"InPostReturn", "a-string", {}, guest_with("a-string", "i32.const 64")});
  out.back().guest.bodies["cabi_post_a-string"] = "unreachable";
  out.push_back({"InADestructor",
                 "run",
                 {},
                 guest_with("run", "(call $drop-water (call $new-water (i32.const 1)))")});
  out.back().guest.bodies["[dtor]water"] = "unreachable";
  out.push_back(
      {"InAnImportOfRealloc", "take-string", {Value::string("x")}, guest_with("take-string", "")});
  out.back().guest.realloc = std::string(kAsk) + "(i32.const 1024)";
  out.push_back({"WithABorrowKept", "lend-tap", {Value::handle(9)}, guest_with("lend-tap", "")});
  out.push_back(
      {"WithAForeignHandle", "run", {}, guest_with("run", "(call $drop-tap (i32.const 3))")});
  out.push_back({"ByTheClock", "run", {}, guest_with("run", "(loop $l (br $l))")});
  return out;
}

class InstanceState : public ::testing::TestWithParam<Trapping> {};

TEST_P(InstanceState, ATrapLocksTheInstanceUntilItIsReplaced) {
  const Trapping& one = GetParam();
  HostileRun run(one.guest);
  ASSERT_TRUE(run.session) << run.error;
  ASSERT_TRUE(run.component) << run.component_error;
  EXPECT_EQ(run.trap("an-enum"), "");
  if (one.in_import) run.import_trap = Trap{"the well is dry"};
  EXPECT_NE(run.trap(one.function, one.args), "");
  run.import_trap.reset();

  EXPECT_THAT(run.trap("an-enum"), HasSubstr(kLocked));
  EXPECT_THAT(run.component_trap("an-enum"), HasSubstr(kLocked));
  const auto dropped = run.session->drop_rep(0, 1, 5);
  ASSERT_TRUE(dropped);
  EXPECT_THAT(dropped->reason, HasSubstr(kLocked));

  run.component.reset();
  ASSERT_TRUE(run.session->restart().ok());
  EXPECT_EQ(run.session->handles().live(), 0u);
  EXPECT_EQ(run.trap("an-enum"), "");
}

INSTANTIATE_TEST_SUITE_P(Traps, InstanceState, ::testing::ValuesIn(all_traps()),
                         [](const auto& info) { return info.param.name; });

TEST(Imports, OneThatTrapsEndsTheCallWithItsReason) {
  HostileRun run(guest_with("run", std::string(kAsk) + "(i32.store (i32.const 64) (i32.const 9))"));
  run.import_trap = Trap{"the well is dry"};
  const WasmCall call = run.call("run");
  ASSERT_TRUE(call.trap);
  EXPECT_THAT(call.trap->reason, HasSubstr("the well is dry"));
  EXPECT_EQ(call.trap->cause, Trap::Cause::Rule);
  EXPECT_EQ(run.session->instance().memory()[64], 0) << "the guest went on after the trap";
  EXPECT_THAT(run.component_trap("run"), HasSubstr("the well is dry"));
}

TEST(Imports, OneThatTrapsTakesWhatItWasGivenAndEndsItsLoans) {
  // The guest makes a water and lends a tap while the import traps.
  HostileRun run(guest_with("lend-tap",
                            "(drop (call $new-water (i32.const 3))) "
                            "(call $look-tap (local.get $p0))"));
  run.component.reset();
  run.import_trap = Trap{"the well is dry"};
  EXPECT_THAT(run.trap("lend-tap", {Value::handle(9)}), HasSubstr("the well is dry"));
  EXPECT_EQ(run.session->handles().live(), 2u);
  run.import_trap.reset();
  ASSERT_TRUE(run.session->restart().ok());
  EXPECT_EQ(run.session->handles().live(), 0u);
  EXPECT_EQ(run.session->handles().open_borrows(1), 0u);
}

/// The host answers from another thread, after a time; the guest waits in its call.
void answer_late(HostileRun& run, const std::function<void()>& meanwhile) {
  run.on_import = [&run, meanwhile] {
    std::promise<void> arrived;
    std::jthread elsewhere([&] {
      std::this_thread::sleep_for(3 * HostileRun::kLimit);  // the lateness itself
      arrived.set_value();
    });
    arrived.get_future().wait();
    run.on_import = nullptr;
    meanwhile();
  };
}

TEST(Imports, OneThatAnswersLateIsWaitedForAndTheInstanceIsNotEnteredMeanwhile) {
  HostileRun run(guest_with("run", R"((if (i32.ne (call $ask (i32.const 7)) (i32.const 7))
      (then unreachable)))"));
  std::string inner;
  answer_late(run, [&] { inner = run.call("an-enum").trap.value_or(Trap{"entered"}).reason; });
  EXPECT_FALSE(run.call("run").trap);
  EXPECT_THAT(inner, HasSubstr(kLocked));
  answer_late(run, [&] { inner = run.component_trap("an-enum"); });
  EXPECT_EQ(run.component_trap("run"), "");
  EXPECT_THAT(inner, HasSubstr(kLocked));
  EXPECT_EQ(run.trap("run"), "") << "what came late left nothing behind";
}

TEST(Imports, OneThatAnswersLateDoesNotStopAnotherInstance) {
  HostileRun waiting(guest_with("run", kAsk));
  HostileRun other(guest_with("run", ""));
  std::string seen = "not called";
  waiting.on_import = [&] { seen = other.trap("run"); };
  EXPECT_EQ(waiting.trap("run"), "");
  EXPECT_EQ(seen, "");
}

}  // namespace
}  // namespace fficheck
