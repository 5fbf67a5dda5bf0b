#include "targets/native/control_target.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "generators/generators.h"
#include "harness/core/witness.h"
#include "harness/run/files.h"
#include "tests/random_schema.h"

namespace fficheck {
namespace {

/// A batch of random schemas, built, with a worker on it.
class ControlOf : public ::testing::TestWithParam<Abi> {
 protected:
  void start(std::vector<Schema> schemas) {
    schemas_ = std::move(schemas);
    for (std::size_t i = 0; i < schemas_.size(); ++i) {
      std::string number = std::to_string(i);
      batch_.push_back({"c" + std::string(3 - number.size(), '0') + number, &schemas_[i]});
    }
    auto dir = TempDir::create("fficheck-control");
    ASSERT_TRUE(dir.ok()) << dir.error().text();
    dir_ = std::make_unique<TempDir>(std::move(dir).value());
    target_ = std::make_unique<ControlTarget>(GetParam());
    ASSERT_TRUE(target_->check_tools().ok()) << target_->check_tools().error().text();
    FileSet files = target_->emit(batch_);
    for (const Edit& edit : edits_) {
      std::string& text = files.at(edit.file);
      const std::size_t at = text.find(edit.from);
      ASSERT_NE(at, std::string::npos) << edit.from << " in\n" << text;
      text.replace(at, edit.from.size(), edit.to);
    }
    ASSERT_TRUE(write_files(dir_->path(), files).ok());
    const BuildOptions options{.dir = dir_->path()};
    const auto failure = target_->build(options);
    ASSERT_TRUE(failure.ok()) << failure.error().text();
    ASSERT_FALSE(failure.value()) << failure.value()->stage << "\n" << failure.value()->log;
    auto session = target_->open(options, batch_, std::chrono::seconds(20));
    ASSERT_TRUE(session.ok()) << session.error().text();
    session_ = std::move(session).value();
    for (std::uint32_t i = 0; i < schemas_.size(); ++i)
      ASSERT_EQ(failure_text(session_->open(i)), "");
  }

  template <class T>
  static std::string failure_text(const Answer<T>& answer) {
    if (const auto* loss = std::get_if<WorkerLoss>(&answer)) return "lost: " + loss->detail;
    if constexpr (std::is_same_v<T, CallOutcome>) {
      const CallOutcome& outcome = std::get<CallOutcome>(answer);
      return outcome.status == CallOutcome::Status::Ok ? "" : outcome.text;
    }
    return "";
  }

  /// The laws that a function's signature allows.
  static std::vector<BulkLaw> laws(const Schema& schema, const Function& f) {
    if (f.name == "create") return {};  // open calls it
    std::vector<BulkLaw> out{BulkLaw::Call, BulkLaw::Repeat};
    switch (schema.role(f)) {
      case Role::Consume: out.push_back(BulkLaw::Consume); break;
      case Role::Produce: out.push_back(BulkLaw::Produce); break;
      case Role::Echo: out.push_back(BulkLaw::Echo); break;
      case Role::Call: break;
    }
    if (f.result && schema.type(*f.result).kind == Kind::Result) out.push_back(BulkLaw::Errors);
    return out;
  }

  /// The outcome of a law on schema 0; a lost worker fails the test.
  BulkOutcome bulk(const std::string& function, BulkLaw law, std::uint64_t count) {
    const std::vector<Function>& all = schemas_[0].functions();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Function& f) { return f.name == function; });
    const auto answer =
        session_->bulk({0, static_cast<std::uint32_t>(found - all.begin()), law, 1, 0, count});
    EXPECT_TRUE(std::holds_alternative<BulkOutcome>(answer)) << failure_text(answer);
    return std::holds_alternative<BulkOutcome>(answer) ? std::get<BulkOutcome>(answer)
                                                       : BulkOutcome{};
  }

  Counters counters() {
    const Answer<Counters> answer = session_->counters();
    EXPECT_TRUE(std::holds_alternative<Counters>(answer)) << failure_text(answer);
    return std::holds_alternative<Counters>(answer) ? std::get<Counters>(answer) : Counters{};
  }

  /// Builds, runs every law on every function, and looks for what was not freed.
  void expect_all_hold(std::vector<Schema> schemas) {
    constexpr std::uint64_t kValues = 20;
    ASSERT_NO_FATAL_FAILURE(start(std::move(schemas)));
    const Counters before = counters();
    std::vector<BulkRequest> requests;
    for (std::uint32_t s = 0; s < schemas_.size(); ++s) {
      for (std::uint32_t f = 0; f < schemas_[s].functions().size(); ++f)
        for (const BulkLaw law : laws(schemas_[s], schemas_[s].functions()[f]))
          requests.push_back({s, f, law, s + 1, 0, kValues});
    }
    const auto answers = session_->bulk_all(requests);
    ASSERT_EQ(answers.size(), requests.size());
    std::uint64_t held = 0;
    std::uint64_t errs = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::string name = schemas_[requests[i].schema].functions()[requests[i].function].name +
                               " of schema " + std::to_string(requests[i].schema) + ", " +
                               std::string(bulk_law_name(requests[i].law));
      ASSERT_TRUE(std::holds_alternative<BulkOutcome>(answers[i]))
          << name << ": " << failure_text(answers[i]);
      const BulkOutcome& outcome = std::get<BulkOutcome>(answers[i]);
      ASSERT_FALSE(outcome.failed)
          << name << ", value " << *outcome.failed << ": " << outcome.detail;
      ASSERT_EQ(outcome.held, kValues) << name;
      held += outcome.held;
      errs += outcome.errs;
    }
    EXPECT_GT(held, 30000u);
    EXPECT_GT(errs, 300u);
    Counters after = counters();
    for (const char* name : {"live_library_allocations", "live_library_bytes", "live_contexts",
                             "bad_frees", "live_caller_allocations", "live_slots", "live_threads",
                             "live_descriptors", "stray_completions"})
      EXPECT_EQ(after[name], before.at(name)) << name;
    EXPECT_EQ(after["bad_frees"], 0);
    EXPECT_EQ(after["total_calls"], after["total_completions"]);
    for (std::uint32_t i = 0; i < schemas_.size(); ++i)
      ASSERT_EQ(failure_text(session_->close(i)), "");
    after = counters();
    EXPECT_EQ(after["live_contexts"], 0);
    EXPECT_EQ(after["live_library_allocations"], 0);
  }

  /// A fault, seeded in the generated text.
  struct Edit {
    std::string file, from, to;
  };
  std::vector<Edit> edits_;
  std::vector<Schema> schemas_;
  std::vector<BatchEntry> batch_;
  std::unique_ptr<TempDir> dir_;
  std::unique_ptr<ControlTarget> target_;
  std::unique_ptr<Session> session_;
};
INSTANTIATE_TEST_SUITE_P(Both, ControlOf, ::testing::Values(Abi::Native, Abi::Nim),
                         [](const auto& info) { return std::string(abi_name(info.param)); });

TEST_P(ControlOf, EveryLawHoldsOnAHundredSchemasAndEverythingIsFreed) {
  std::vector<Schema> schemas;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    schemas.push_back(testing::random_schema(seed, GetParam()));
  expect_all_hold(std::move(schemas));
}

TEST_P(ControlOf, EveryLawHoldsOnAHundredHostileSchemas) {
  const bool nim = GetParam() == Abi::Nim;
  const auto profile = std::find_if(profiles().begin(), profiles().end(),
                                    [&](const Profile& p) { return p.nim == nim; });
  ASSERT_NE(profile, profiles().end());
  Profile hostile = *profile;
  hostile.hostile = 60;
  std::vector<Schema> schemas;
  for (std::uint64_t i = 0; i < 100; ++i)
    schemas.push_back(generate_schema(case_seed(1, i), hostile));
  expect_all_hold(std::move(schemas));
}

TEST_P(ControlOf, ACallAnswersWithBothWitnesses) {
  ASSERT_NO_FATAL_FAILURE(start({testing::random_schema(7, GetParam())}));
  const Schema& schema = schemas_[0];
  for (std::uint32_t f = 0; f < schema.functions().size(); ++f) {
    const Function& function = schema.functions()[f];
    if (function.name == "create") continue;
    const std::vector<Value> args = stream_args(schema, function, 11, target_->stream_limits());
    for (const unsigned times : {1u, 3u}) {
      const Answer<CallOutcome> answer = session_->call(0, f, args, times);
      ASSERT_EQ(failure_text(answer), "") << function.name;
      const CallOutcome& outcome = std::get<CallOutcome>(answer);
      EXPECT_EQ(outcome.callee_witness, witness_args(schema, function, args)) << function.name;
      EXPECT_EQ(outcome.args_after, witness_args(schema, function, args)) << function.name;
      const auto expected = expected_result(schema, function, args, target_->stream_limits());
      ASSERT_EQ(outcome.result.has_value(), expected.has_value()) << function.name;
      if (expected) {
        EXPECT_TRUE(equal(*outcome.result, *expected)) << function.name;
      }
    }
  }
}

TEST_P(ControlOf, ACallAfterCloseIsRefusedWithTheLibrarysText) {
  ASSERT_NO_FATAL_FAILURE(start({testing::random_schema(7, GetParam())}));
  ASSERT_EQ(failure_text(session_->close(0)), "");
  const Function& function = *schemas_[0].find("consume-0");
  const auto index = static_cast<std::uint32_t>(&function - schemas_[0].functions().data());
  const auto args = stream_args(schemas_[0], function, 1, target_->stream_limits());
  EXPECT_EQ(failure_text(session_->call(0, index, args, 1)), "context destroyed");
  ASSERT_EQ(failure_text(session_->open(0)), "");
  EXPECT_EQ(failure_text(session_->call(0, index, args, 1)), "");
}

// Faults of the generated library, seeded in its text, and the law that sees each.

Schema pairs() {
  SchemaBuilder b;
  const TypeId u32 = b.scalar(Kind::U32);
  const TypeId text = b.scalar(Kind::String);
  const TypeId pair = b.add({Kind::Record, "pair", {{"a", u32}, {"b", u32}, {"s", text}}, 0});
  const TypeId u64 = b.scalar(Kind::U64);
  b.function({"consume-p", FunctionKind::Free, 0, {{"p", pair}}, u64});
  b.function({"echo-p", FunctionKind::Free, 0, {{"p", pair}}, pair});
  b.function({"produce-p", FunctionKind::Free, 0, {{"s", u64}}, pair});
  return std::move(b).build().value();
}

TEST_P(ControlOf, FieldsSwappedOnBothWaysAreSeenByConsumeAndProduceButNotByEcho) {
  edits_ = {{"native/c000.c", "offsetof(C000Pair, a)", "offsetof(C000Pair, X)"},
            {"native/c000.c", "offsetof(C000Pair, b)", "offsetof(C000Pair, a)"},
            {"native/c000.c", "offsetof(C000Pair, X)", "offsetof(C000Pair, b)"}};
  ASSERT_NO_FATAL_FAILURE(start({pairs()}));
  EXPECT_TRUE(bulk("consume-p", BulkLaw::Consume, 100).failed);
  const BulkOutcome produce = bulk("produce-p", BulkLaw::Produce, 100);
  EXPECT_TRUE(produce.failed);
  EXPECT_NE(produce.detail.find("expected"), std::string::npos) << produce.detail;
  EXPECT_EQ(bulk("echo-p", BulkLaw::Echo, 100).held, 100u);
}

TEST_P(ControlOf, ASecondCompletionIsSeen) {
  edits_ = {{"native/c000.c",
             "return ffi_rt_call(&c000_Library, 0, ctx, &ffi_args, callback, userData);",
             "const int ret = ffi_rt_call(&c000_Library, 0, ctx, &ffi_args, callback, userData);\n"
             "  callback(1, \"twice\", 5, userData);\n  return ret;"}};
  ASSERT_NO_FATAL_FAILURE(start({pairs()}));
  EXPECT_TRUE(bulk("consume-p", BulkLaw::Consume, 100).failed);
  EXPECT_EQ(bulk("echo-p", BulkLaw::Echo, 100).held, 100u);
}

TEST_P(ControlOf, AnArgumentThatIsNotCopiedDeeplyIsSeen) {
  // The record's descriptor says that it owns nothing.
  edits_ = {{"native/c000.c", "{FFI_RECORD, 1, 0, 0, 3, sizeof(C000Pair)",
             "{FFI_RECORD, 0, 0, 0, 3, sizeof(C000Pair)"},
            {"native/c000.c", "{FFI_RECORD, 1, 0, 0, 1, sizeof(c000_A0)",
             "{FFI_RECORD, 0, 0, 0, 1, sizeof(c000_A0)"}};
  ASSERT_NO_FATAL_FAILURE(start({pairs()}));
  EXPECT_TRUE(bulk("consume-p", BulkLaw::Consume, 2000).failed);
}

}  // namespace
}  // namespace fficheck
