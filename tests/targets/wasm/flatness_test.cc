// Over 100,000 calls a guest, in C or in Go, needs no more than over the first of them.
#include <gtest/gtest.h>

#include <functional>

#include "harness/core/witness.h"
#include "targets/wasm/adapter_memory.h"
#include "targets/wasm/build_guest_go.h"
#include "targets/wasm/correct_host.h"
#include "targets/wasm/guest_go.h"
#include "tests/targets/wasm/guest_batch.h"

namespace fficheck {
namespace {

constexpr std::uint64_t kCalls = 100'000;
constexpr std::uint64_t kSample = 10'000;
/// Until then a collector may look for the size of its heap.
constexpr std::uint64_t kSettled = 40'000;
constexpr std::chrono::seconds kLimit{60};
constexpr CoreType kI32 = CoreType::I32;
constexpr CoreType kI64 = CoreType::I64;

constexpr const char* kWit = R"(package fficheck:c0;
interface host {
  resource tap { constructor(name: string); }
  echo-names: func(names: list<string>) -> list<string>;
}
interface api {
  use host.{tap};
  record order { id: u32, names: list<string>, note: option<string> }
  resource water {
    constructor(name: string);
    drink: func(by: list<string>) -> string;
  }
  echo-order: func(o: order) -> order;
  consume-order: func(o: list<order>, t: borrow<tap>) -> u64;
  produce-orders: func(seed: u64) -> result<list<option<u16>>, string>;
  take: func(w: own<water>, t: own<tap>) -> string;
}
world library { import host; export api; }
)";

Result<std::vector<std::uint8_t>> module_of(const Schema& schema, bool go) {
  FFICHECK_TRY(const TempDir dir, TempDir::create("flat"));
  const BatchEntry entry{"c0", &schema};
  BuildOptions options;
  options.dir = dir.path();
  FFICHECK_CHECK(
      write_files(options.dir, go ? emit_guest_go({&entry, 1}) : emit_guest_c({&entry, 1})));
  FFICHECK_TRY(const auto failure, go ? build_guest_go(options) : build_guest_c(options));
  if (failure) return input_error(failure->log);
  FFICHECK_TRY(const std::string bytes,
               read_file(go ? guest_go_module(options.dir) : guest_c_module(options.dir)));
  return with_adapter_memory({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// What may not grow.
struct Sizes {
  std::size_t memory = 0;
  std::uint64_t blocks = 0, bytes = 0, bad_frees = 0, resources = 0;
  std::size_t handles = 0, taps = 0;
  bool operator==(const Sizes&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Sizes& s) {
    return out << "memory " << s.memory << ", blocks " << s.blocks << ", bytes " << s.bytes
               << ", bad frees " << s.bad_frees << ", resources " << s.resources << ", handles "
               << s.handles << ", taps " << s.taps;
  }
};

class Flatness : public ::testing::TestWithParam<bool> {
 protected:
  void start() {
    schemas_.push_back(testing::schema_of(kWit));
    const auto bytes = module_of(schemas_[0], GetParam());
    ASSERT_TRUE(bytes.ok()) << bytes.error().text();
    EngineOptions options;
    options.compiler = EngineOptions::Compiler::Cranelift;
    const auto engine = WasmEngine::create(options);
    ASSERT_TRUE(engine.ok()) << engine.error().text();
    const auto module = CoreModule::compile(engine.value(), bytes.value());
    ASSERT_TRUE(module.ok()) << module.error().text();
    auto session =
        CoreSession::create(module.value(), {{&schemas_[0], lower_canonical(schemas_[0])}},
                            StringEncoding::Utf8, host_.functions(), kLimit, host_.destructor());
    ASSERT_TRUE(session.ok()) << session.error().text();
    session_ = std::move(session).value();
    tap_ = schemas_[0].resources()[0].name == "tap" ? 0 : 1;
  }

  Value call(const char* name, const std::vector<Value>& args) {
    const Schema& schema = schemas_[0];
    const Function* f = schema.find(name);
    std::optional<Value> result;
    const auto trap = session_->call_fast(
        0, static_cast<std::uint32_t>(f - schema.functions().data()), args, &result);
    EXPECT_FALSE(trap) << name << ": " << trap->reason;
    return trap ? Value::natural(0) : *result;
  }
  std::uint64_t probe(const char* name, std::span<const CoreType> params,
                      std::vector<std::uint64_t> values) {
    const CoreType result[] = {kI64};
    const auto trap = session_->probe(name, params, result, values);
    EXPECT_FALSE(trap) << trap->reason;
    return values[0];
  }
  std::uint64_t counter(std::uint64_t which) {
    const CoreType in[] = {kI32};
    return probe("counter", in, {which});
  }
  Sizes sizes() {
    return {session_->instance().memory().size(), counter(0),  counter(1), counter(2), counter(6),
            session_->handles().live(),           host_.live()};
  }

  /// Five calls, whatever the number of the round.
  void round(std::uint64_t i) {
    Sequence names;
    for (std::uint64_t k = 0; k < i % 7; ++k)
      names.push_back(Value::string(std::string(k * 5, 'n')));
    const Value list = Value::sequence(names);
    const Value order = Value::sequence(
        {Value::natural(i), list,
         i % 2 == 0 ? Value::choice(0)
                    : Value::choice(1, names.empty() ? Value::string("") : names.back())});
    ASSERT_TRUE(equal(call("echo-order", {order}), order));
    const std::uint64_t tap = host_.make(0, tap_);
    call("consume-order", {Value::sequence({order, order}), Value::handle(tap)});
    call("produce-orders", {Value::natural(i)});
    const Value water = call("water.constructor", {Value::string("still")});
    call("water.drink", {water, list});
    call("take", {water, Value::handle(tap)});
    const CoreType in[] = {kI32, kI32, kI32, kI64, kI64, kI64};
    ASSERT_EQ(probe("run-import", in, {0, import_, 5, 7, i, 1}), 1u);
  }

  std::vector<Schema> schemas_;
  CorrectHost host_{schemas_};
  ResourceId tap_ = 0;
  std::uint32_t import_ = 1;
  std::unique_ptr<CoreSession> session_;
};

TEST_P(Flatness, OverAHundredThousandCalls) {
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_EQ(schemas_[0].imports()[import_].name, "echo-names");
  constexpr std::uint64_t kCallsInRound = 7;
  std::optional<Sizes> settled;
  for (std::uint64_t calls = 0, i = 0; calls < kCalls; calls += kCallsInRound, ++i) {
    ASSERT_NO_FATAL_FAILURE(round(i));
    if (calls % kSample >= kCallsInRound) continue;
    const Sizes now = sizes();
    EXPECT_EQ(now.blocks, 0u);
    EXPECT_EQ(now.resources, 0u);
    EXPECT_EQ(now.taps, 0u);
    EXPECT_EQ(now.bad_frees, 0u);
    if (calls < kSettled) continue;
    if (!settled) settled = now;
    ASSERT_EQ(now, *settled) << "after " << calls << " calls";
  }
  ASSERT_TRUE(settled);
}

INSTANTIATE_TEST_SUITE_P(Guests, Flatness, ::testing::Values(false, true),
                         [](const auto& info) { return info.param ? "Go" : "C"; });

}  // namespace
}  // namespace fficheck
