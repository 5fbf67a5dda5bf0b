// What a guest must not do, done by guests written by hand: each ends in a clear trap or error,
// none hangs, and none is taken at its word. Where wit-component takes the module, wasmtime's own
// canonical ABI must trap in the same calls (HostileRun::trap).
#include "tests/targets/wasm/hostile_guest.h"

#include <gmock/gmock.h>

namespace fficheck {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::HostileGuest;
using testing::HostileRun;

/// A guest in which one function has a body, over memory that holds `data` from byte 64 on.
HostileGuest guest_with(const std::string& name, const std::string& body,
                        const std::string& data = "") {
  HostileGuest guest;
  guest.bodies[name] = body;
  if (!data.empty()) guest.extra = "(data (i32.const 64) \"" + data + "\")";
  return guest;
}

std::string trap_of(const std::string& name, const std::string& body, const std::string& data = "",
                    StringEncoding encoding = StringEncoding::Utf8) {
  HostileRun run(guest_with(name, body, data), encoding);
  EXPECT_TRUE(run.component) << run.component_error;
  return run.trap(name);
}

TEST(HostileGuest, AnHonestOneAnswers) {
  HostileGuest guest = guest_with("a-string", "i32.const 64", "\\50\\00\\00\\00\\02\\00\\00\\00");
  guest.extra += "(data (i32.const 80) \"hi\")";
  guest.bodies["an-enum"] = "i32.const 2";
  guest.bodies["run"] =
      "(drop (call $ask (i32.const 7))) (call $tell (i32.const 80) (i32.const 2))";
  HostileRun run(guest);
  EXPECT_EQ(run.call("a-string").result->as<std::string>(), "hi");
  EXPECT_EQ(run.call("an-enum").result->as<Choice>().index, 2u);
  EXPECT_EQ(run.trap("run"), "");
  EXPECT_TRUE(run.session->missing().empty());
  EXPECT_TRUE(run.session->surplus().empty());
}

TEST(HostileGuest, InvalidDiscriminantsTrap) {
  EXPECT_THAT(trap_of("an-enum", "i32.const 3"), HasSubstr("invalid discriminant of enum"));
  EXPECT_THAT(trap_of("an-enum", "i32.const 256"), HasSubstr("invalid discriminant of enum"));
  EXPECT_THAT(trap_of("an-enum", "i32.const -1"), HasSubstr("invalid discriminant of enum"));
  EXPECT_THAT(trap_of("a-choice", "i32.const 64", "\\02"),
              HasSubstr("invalid discriminant of option"));
}

TEST(HostileGuest, InvalidCharsTrap) {
  for (const char* c : {"0xD800", "0xDFFF", "0x110000", "-1"})
    EXPECT_THAT(trap_of("a-char", std::string("i32.const ") + c), HasSubstr("invalid char")) << c;
  EXPECT_EQ(trap_of("a-char", "i32.const 0x10FFFF"), "");
}

TEST(HostileGuest, InvalidTextTraps) {
  // A string of 3 bytes, or 3 units, behind the pair at 64.
  for (const char* bytes : {"\\ff\\61\\61", "\\ed\\a0\\80", "\\c0\\80\\61", "\\61\\e2\\82"})
    EXPECT_THAT(trap_of("a-string", "i32.const 64",
                        std::string("\\48\\00\\00\\00\\03\\00\\00\\00") + bytes),
                HasSubstr("invalid UTF-8"))
        << bytes;
  for (const char* units : {"\\00\\d8\\61\\00\\61\\00", "\\61\\00\\61\\00\\00\\dc"})
    EXPECT_THAT(
        trap_of("a-string", "i32.const 64", std::string("\\48\\00\\00\\00\\03\\00\\00\\00") + units,
                StringEncoding::Utf16),
        HasSubstr("invalid UTF-16"))
        << units;
}

TEST(HostileGuest, MisalignedPointersTrap) {
  EXPECT_THAT(trap_of("a-string", "i32.const 65"), HasSubstr("not aligned"));
  EXPECT_THAT(trap_of("a-list", "i32.const 64", "\\49\\00\\00\\00\\01\\00\\00\\00"),
              HasSubstr("list pointer not aligned"));
  EXPECT_THAT(trap_of("a-string", "i32.const 64", "\\49\\00\\00\\00\\01\\00\\00\\00",
                      StringEncoding::Utf16),
              HasSubstr("string pointer not aligned"));
}

TEST(HostileGuest, PointersOutOfBoundsTrap) {
  EXPECT_THAT(trap_of("a-string", "i32.const 65532"), HasSubstr("out of bounds"));
  EXPECT_THAT(trap_of("a-string", "i32.const -8"), HasSubstr("out of bounds"));
  EXPECT_THAT(trap_of("a-string", "i32.const 64", "\\ff\\ff\\00\\00\\02\\00\\00\\00"),
              HasSubstr("string pointer out of bounds"));
  EXPECT_THAT(trap_of("a-list", "i32.const 64", "\\fc\\ff\\ff\\ff\\02\\00\\00\\00"),
              HasSubstr("list pointer out of bounds"));
  HostileGuest guest = guest_with("run", "(call $tell (i32.const 65535) (i32.const 2))");
  EXPECT_THAT(HostileRun(guest).trap("run"), HasSubstr("string pointer out of bounds"));
  guest = guest_with("run", "(call $tale (i32.const 65532))");
  EXPECT_THAT(HostileRun(guest).trap("run"), HasSubstr("out of bounds"));
}

TEST(HostileGuest, LengthsThatOverflowTrap) {
  EXPECT_THAT(trap_of("a-list", "i32.const 64", "\\40\\00\\00\\00\\01\\00\\00\\40"),
              HasSubstr("list length too large"));
  EXPECT_THAT(trap_of("a-string", "i32.const 64", "\\40\\00\\00\\00\\ff\\ff\\ff\\ff"),
              HasSubstr("string length too large"));
}

// 8,000 lists that are one and the same 60,000 bytes.
TEST(HostileGuest, ListsThatShareTheirMemoryDoNotFillTheHosts) {
  const std::string body = R"((local $i i32)
    (i32.store (i32.const 64) (i32.const 128)) (i32.store (i32.const 68) (i32.const 8000))
    (loop $more
      (i32.store (i32.add (i32.const 128) (i32.mul (local.get $i) (i32.const 8))) (i32.const 0))
      (i32.store (i32.add (i32.const 132) (i32.mul (local.get $i) (i32.const 8))) (i32.const 60000))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.const 8000))))
    (i32.const 64))";
  HostileRun run(guest_with("a-matrix", body));
  run.component.reset();  // wasmtime sets no such bound
  EXPECT_THAT(run.trap("a-matrix"), HasSubstr("more than the session takes"));
}

TEST(HostileGuest, AReallocThatAnswersBadlyTraps) {
  const std::vector<Value> text{Value::string("hello")};
  HostileGuest guest = guest_with("take-string", "");
  EXPECT_EQ(HostileRun(guest).trap("take-string", text), "");
  guest.realloc = "(i32.const 65533)";
  EXPECT_THAT(HostileRun(guest).trap("take-string", text), HasSubstr("realloc return"));
  guest.realloc = "(i32.const -1)";
  EXPECT_THAT(HostileRun(guest).trap("take-string", text), HasSubstr("realloc return"));
  guest.realloc = "(i32.const 1025)";
  EXPECT_THAT(HostileRun(guest, StringEncoding::Utf16).trap("take-string", text),
              HasSubstr("realloc return: pointer not aligned"));
  guest.realloc = "unreachable";
  EXPECT_THAT(HostileRun(guest).trap("take-string", text), HasSubstr("unreachable"));
  guest.left_out = {"cabi_realloc"};
  EXPECT_THAT(HostileRun(guest).trap("take-string", text),
              HasSubstr("does not export cabi_realloc"));
}

TEST(HostileGuest, HandlesThatAreNotItsToGiveTrap) {
  // One own handle for two owners.
  EXPECT_THAT(trap_of("two-waters", R"((i32.store (i32.const 64) (call $new-water (i32.const 5)))
      (i32.store (i32.const 68) (i32.load (i32.const 64))) (i32.const 64))"),
              HasSubstr("unknown handle index"));
  EXPECT_THAT(trap_of("a-water", "(call $new-stone (i32.const 5))"), HasSubstr("wrong type"));
  EXPECT_THAT(trap_of("a-water", "(i32.const 0)"), HasSubstr("unknown handle index"));
  EXPECT_THAT(trap_of("a-water", "(i32.const 77)"), HasSubstr("unknown handle index"));
  EXPECT_THAT(trap_of("a-water", R"((local $h i32) (local.set $h (call $new-water (i32.const 5)))
      (call $drop-water (local.get $h)) (local.get $h))"),
              HasSubstr("unknown handle index"));
  EXPECT_THAT(trap_of("run", R"((local $h i32) (local.set $h (call $new-water (i32.const 5)))
      (call $drop-water (local.get $h)) (call $drop-water (local.get $h)))"),
              HasSubstr("unknown handle index"));
  EXPECT_THAT(trap_of("run", "(call $drop-stone (call $new-water (i32.const 5)))"),
              HasSubstr("wrong type"));
  EXPECT_THAT(trap_of("run", "(drop (call $rep-stone (call $new-water (i32.const 5))))"),
              HasSubstr("wrong type"));
}

TEST(HostileGuest, HandlesPassedToImportsAreItsOwnLiveAndNotLent) {
  const auto run = [](const std::string& body) {
    return trap_of("run", "(local $h i32) (local.set $h (call $make-tap)) " + body);
  };
  EXPECT_EQ(run("(call $look-tap (local.get $h)) (call $take-tap (local.get $h))"), "");
  EXPECT_THAT(run("(call $take-tap (local.get $h)) (call $take-tap (local.get $h))"),
              HasSubstr("unknown handle index"));
  EXPECT_THAT(run("(call $drop-tap (local.get $h)) (call $look-tap (local.get $h))"),
              HasSubstr("unknown handle index"));
  EXPECT_THAT(run("(call $trade (local.get $h) (local.get $h))"),
              HasSubstr("cannot move a handle while it is lent"));
  EXPECT_THAT(trap_of("run", "(call $take-tap (call $new-water (i32.const 5)))"),
              HasSubstr("wrong type"));
  EXPECT_THAT(trap_of("run", "(call $look-tap (i32.const 0))"), HasSubstr("unknown handle index"));
}

TEST(HostileGuest, BorrowsAreNoOwnsAndDoNotOutliveTheirCall) {
  const std::vector<Value> tap{Value::handle(9)};
  EXPECT_EQ(
      HostileRun(guest_with("lend-tap", "(call $drop-tap (local.get $p0))")).trap("lend-tap", tap),
      "");
  EXPECT_THAT(
      HostileRun(guest_with("lend-tap", "(call $take-tap (local.get $p0))")).trap("lend-tap", tap),
      HasSubstr("borrow handle passed where own is required"));
  EXPECT_THAT(
      HostileRun(guest_with("lend-tap", "(call $look-tap (local.get $p0))")).trap("lend-tap", tap),
      HasSubstr("borrow handles still remain"));
}

TEST(HostileGuest, ReEntryTraps) {
  HostileRun run(guest_with("run", "(drop (call $ask (i32.const 1)))"));
  std::string inner;
  std::string drop;
  run.on_import = [&] {
    inner = run.call("run").trap.value_or(Trap{}).reason;
    const auto trap = run.session->drop_rep(0, 1, 5);
    drop = trap ? trap->reason : "";
  };
  EXPECT_FALSE(run.call("run").trap);
  EXPECT_THAT(inner, HasSubstr("cannot enter component instance"));
  EXPECT_THAT(drop, HasSubstr("cannot enter component instance"));
}

TEST(HostileGuest, ImportsFromReallocAndPostReturnTrap) {
  for (const char* call :
       {"(drop (call $ask (i32.const 1)))", "(drop (call $new-water (i32.const 1)))",
        "(call $drop-tap (i32.const 1))"}) {
    HostileGuest guest = guest_with("take-string", "");
    guest.realloc = std::string(call) + " (i32.const 1024)";
    EXPECT_THAT(HostileRun(guest).trap("take-string", {Value::string("x")}),
                HasSubstr("cannot leave component instance"))
        << call;
    guest = guest_with("a-string", "i32.const 64");
    guest.bodies["cabi_post_a-string"] = call;
    EXPECT_THAT(HostileRun(guest).trap("a-string"), HasSubstr("cannot leave component instance"))
        << call;
  }
}

TEST(HostileGuest, EndlessLoopsEndByTheClock) {
  const std::string loop = "(loop $l (br $l))";
  HostileRun in_call(guest_with("run", loop));
  const WasmCall call = in_call.call("run");
  ASSERT_TRUE(call.trap);
  EXPECT_EQ(call.trap->cause, Trap::Cause::Time);
  HostileGuest guest = guest_with("take-string", "");
  guest.realloc = loop + "(i32.const 0)";
  EXPECT_THAT(HostileRun(guest).trap("take-string", {Value::string("x")}), HasSubstr("interrupt"));
  guest = guest_with("a-string", "i32.const 64");
  guest.bodies["cabi_post_a-string"] = loop;
  EXPECT_THAT(HostileRun(guest).trap("a-string"), HasSubstr("interrupt"));
  guest = guest_with("run", "(call $drop-water (call $new-water (i32.const 1)))");
  guest.bodies["[dtor]water"] = loop;
  EXPECT_THAT(HostileRun(guest).trap("run"), HasSubstr("interrupt"));
  guest = HostileGuest();
  guest.extra = "(func $start " + loop + ") (start $start)";
  EXPECT_THAT(HostileRun(guest).error, HasSubstr("does not start"));
  guest.extra = R"((func (export "_initialize") )" + loop + ")";
  EXPECT_THAT(HostileRun(guest).error, HasSubstr("traps in _initialize"));
}

TEST(HostileGuest, EndlessGrowthAndRecursionEnd) {
  const std::string grow =
      "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 64)) (i32.const -1)))) unreachable";
  HostileRun memory(guest_with("run", grow));
  EXPECT_EQ(memory.call("run").trap->cause, Trap::Cause::Guest);
  EXPECT_LE(memory.session->instance().memory().size(), 64u << 20);
  HostileGuest guest = guest_with("run", R"((loop $l (br_if $l (i32.ne
      (table.grow $t (ref.null func) (i32.const 100000)) (i32.const -1)))) (if (i32.gt_u
      (table.size $t) (i32.const 2000000)) (then (return))) unreachable)");
  guest.extra = "(table $t 0 funcref)";
  EXPECT_THAT(HostileRun(guest).trap("run"), HasSubstr("unreachable"));
  guest = guest_with("run", "(call $deep)");
  guest.extra = "(func $deep (call $deep) (call $deep))";
  EXPECT_THAT(HostileRun(guest).trap("run"), HasSubstr("stack"));
}

TEST(HostileGuest, ABadStartIsAnError) {
  HostileGuest guest;
  guest.extra = "(func $start unreachable) (start $start)";
  EXPECT_THAT(HostileRun(guest).error, HasSubstr("does not start"));
  guest.extra = R"((func (export "_initialize") unreachable))";
  EXPECT_THAT(HostileRun(guest).error, HasSubstr("traps in _initialize"));
  for (const char* call : {"(call $tell (i32.const 0) (i32.const 1))", "(call $tale (i32.const 0))",
                           "(call $drop-water (call $new-water (i32.const 1)))"}) {
    guest.extra = std::string("(func $start ") + call + ") (start $start)";
    EXPECT_THAT(HostileRun(guest).error, HasSubstr("cannot leave component instance")) << call;
  }
}

TEST(HostileGuest, TooLittleAndTooMuchIsNamed) {
  HostileGuest guest;
  guest.left_out = {"an-enum", "cabi_post_a-string", "[dtor]water"};
  HostileRun less(guest);
  ASSERT_TRUE(less.session);
  EXPECT_THAT(less.session->missing(), Contains("fficheck:hostile/api#an-enum"));
  EXPECT_THAT(less.session->missing(), Contains("cabi_post_fficheck:hostile/api#a-string"));
  EXPECT_THAT(less.session->missing(), Contains("fficheck:hostile/api#[dtor]water"));
  EXPECT_THAT(less.trap("an-enum"), HasSubstr("does not export an-enum"));

  guest = HostileGuest();
  guest.extra = R"((func (export "cabi_post_fficheck:hostile/api#an-enum") (param i32)))";
  HostileRun more(guest);
  ASSERT_TRUE(more.session);
  EXPECT_THAT(more.session->surplus(), Contains("cabi_post_fficheck:hostile/api#an-enum"));

  guest = HostileGuest();
  guest.left_out = {"an-enum"};
  guest.extra = R"((func (export "fficheck:hostile/api#an-enum") (result i64) i64.const 0))";
  HostileRun other(guest);
  ASSERT_TRUE(other.session);
  EXPECT_THAT(other.session->missing(), Contains("fficheck:hostile/api#an-enum"));

  guest = HostileGuest();
  guest.memory = "(memory 1)";
  guest.bodies["a-string"] = "i32.const 64";
  EXPECT_THAT(HostileRun(guest).trap("a-string"), HasSubstr("out of bounds"));
}

}  // namespace
}  // namespace fficheck
