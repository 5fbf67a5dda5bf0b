#include "properties/properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "properties/bulk_property.h"
#include "properties/drive.h"
#include "tests/properties/fake_session.h"

namespace fficheck {
namespace {

using testing::HasSubstr;
using testing_support::Defect;
using testing_support::FakeSession;
using testing_support::FakeTarget;
using testing_support::property_schema;
using Args = Defect::Args;
using Outcome = Verdict::Outcome;

std::unique_ptr<Property> property(std::string_view name) {
  for (auto& p : all_properties()) {
    if (p->name() == name) return std::move(p);
  }
  return nullptr;
}

/// A property, driven against a session with a defect.
struct Trial {
  explicit Trial(Defect defect, Schema s = property_schema())
      : schema(std::move(s)), session(schema, std::move(defect)) {}
  Verdict check(std::string_view name, std::uint64_t values = 400) {
    return property(name)->check({target, session, schema, 0, 7, values});
  }
  Verdict replay(std::string_view name, const std::vector<Step>& steps) {
    return property(name)->replay({target, session, schema, 0, 7, 400}, steps);
  }
  FakeTarget target;
  Schema schema;
  FakeSession session;
};

bool holds_nul(const Value& v) {
  return v.is<std::string>() && v.as<std::string>().find('\0') != std::string::npos;
}
bool any_nul(const Args& args) { return std::any_of(args.begin(), args.end(), holds_nul); }

Value swapped(const Value& v) {
  if (!v.is<Sequence>() || v.as<Sequence>().size() != 2 ||
      !v.as<Sequence>()[0].is<std::uint64_t>()) {
    return v;
  }
  return Value::sequence({v.as<Sequence>()[1], v.as<Sequence>()[0]});
}
Args swapped_all(const Function&, Args args) {
  for (Value& v : args) v = swapped(v);
  return args;
}
Args cut_at_nul(const Function&, Args args) {
  for (Value& v : args) {
    // What follows a NUL is lost. NOLINTNEXTLINE(readability-redundant-string-cstr)
    if (v.is<std::string>()) v = Value::string(v.as<std::string>().c_str());
  }
  return args;
}
void leak(const Function& f, const Args& args, Counters& counters) {
  if (f.name == "echo-text" && any_nul(args)) counters["live_library_allocations"] += 1;
}

struct Row {
  const char* name;
  const char* property;
  Defect defect;
  const char* function;  ///< that the failure names
  const char* message;   ///< part of it
  Step::Kind step;       ///< the only step of its script
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::vector<Row> rows() {
  using enum Step::Kind;
  return {
      {"SwapBothWays",
       "consume",
       {.down = swapped_all, .up = [](auto&, const Value& v) { return swapped(v); }},
       "consume-pair",
       "witness of the arguments as the callee held them: expected 0x",
       Call},
      {"SwapBothWays2",
       "produce",
       {.up = [](auto&, const Value& v) { return swapped(v); }},
       "produce-pair",
       "result.a: expected ",
       Call},
      {"SwapDown", "echo", {.down = swapped_all}, "echo-pair", "result.a: expected ", Call},
      {"CutAtNul", "echo", {.down = cut_at_nul}, "echo-text", "result: expected \"", Call},
      {"CutAtNulConsumed", "consume", {.down = cut_at_nul}, "consume-text", "witness", Call},
      {"NeighboursSwapped",
       "call",
       {.down =
            [](const Function& f, Args args) {
              if (f.name == "mix") std::swap(args[0], args[1]);
              return args;
            }},
       "mix",
       "witness",
       Call},
      {"SecondTimeOther",
       "repeat",
       {.spoil =
            [](Args& args) {
              for (Value& v : args) {
                if (v.is<std::string>()) v = Value::string("");
              }
            }},
       "consume-text",
       "",
       Repeat},
      {"CallersOwnSpoiled",
       "repeat",
       // After the second time only, so that what was sent is right both times.
       {.spoil =
            [n = 0](Args& args) mutable {
              for (Value& v : args) {
                if (v.is<std::string>() && n % 2 == 1) v = Value::string("spoiled");
              }
              ++n;
            }},
       "consume-text",
       "witness of the caller's arguments after the call",
       Repeat},
      {"ErrBecomesOk",
       "errors",
       {.up =
            [](const Function& f, Value v) {
              if (f.name != "attempt" || v.as<Choice>().index == 0) return v;
              return Value::choice(0, Value::sequence({Value::natural(0), Value::natural(0)}));
            }},
       "attempt",
       "result: expected err(",
       Call},
      {"ErrTextLost",
       "errors",
       {.up =
            [](const Function& f, Value v) {
              if (f.name != "attempt" || v.as<Choice>().index == 0) return v;
              return Value::choice(1, Value::string("error"));
            }},
       "attempt",
       "result.err: expected ",
       Call},
      {"DestroyedTextLost",
       "errors",
       {.destroyed = "error 1"},
       "",
       "expected \"context destroyed\", seen \"error 1\"",
       Call},
      {"Crash",
       "echo",
       {.crash = [](const Function&, const Args& a) { return any_nul(a); }},
       "echo-text",
       "the worker crashed: signal 11",
       Call},
      {"Hang",
       "consume",
       {.hang = [](const Function&, const Args& a) { return any_nul(a); }},
       "consume-text",
       "the worker hung",
       Call},
      {"BothSidesWrong", "echo", {.salt = 1}, "echo-pair", "digest", Bulk},
      {"CrashInCompany", "echo", {.crash_after_calls = 390}, "echo-pair", "neither half", Bulk},
      {"CannotCreate", "call", {.fail_open = true}, "", "creating the context: no memory", Cycle},
      {"LeakInOneFunction",
       "balance",
       {.count = leak},
       "echo-text",
       "live_library_allocations: expected to return to its baseline, seen to change by 1",
       Call},
      {"LeakAtRefusal",
       "balance",
       {.refuse = [](Counters& c) { c["live_slots"] += 1; }},
       "creating and destroying",
       "live_slots",
       Cycle},
      {"BadFree",
       "balance",
       {.count = [](const Function& f, const Args&,
                    Counters& c) { c["bad_frees"] += f.name == "mix"; }},
       "mix",
       "bad_frees: expected 0",
       Call},
      {"CompletesTwice",
       "balance",
       {.count = [](const Function& f, const Args&,
                    Counters& c) { c["total_completions"] += f.name == "ping"; }},
       "ping",
       "total_completions: expected one for each",
       Call},
      {"CrashAtDestroy",
       "balance",
       {.crash = [](const Function& f, const Args&) { return f.name == "consume-text"; }},
       "consume-text",
       "crashed",
       Call},
  };
}

class Defects : public testing::TestWithParam<Row> {};

TEST_P(Defects, AreFoundByTheirLawAndReplayed) {
  const Row& row = GetParam();
  Trial wrong(row.defect);
  const Verdict verdict = wrong.check(row.property);
  ASSERT_EQ(verdict.outcome, Outcome::Fail) << verdict.message;
  EXPECT_THAT(verdict.message, HasSubstr(row.function));
  EXPECT_THAT(verdict.message, HasSubstr(row.message));
  ASSERT_EQ(verdict.steps.size(), 1u) << verdict.message;
  EXPECT_EQ(verdict.steps[0].kind, row.step) << verdict.message;

  Trial fresh(row.defect);
  const Verdict again = fresh.replay(row.property, verdict.steps);
  EXPECT_EQ(again.outcome, Outcome::Fail) << "the script does not show the failure";
  Trial right({});
  const Verdict held = right.replay(row.property, verdict.steps);
  EXPECT_EQ(held.outcome, Outcome::Pass) << held.message;
  EXPECT_GT(held.values, 0u);
}

INSTANTIATE_TEST_SUITE_P(Properties, Defects, testing::ValuesIn(rows()),
                         [](const auto& info) { return std::string(info.param.name); });

const char* const kSessionLaws[] = {"consume", "produce", "echo",   "call",
                                    "repeat",  "errors",  "balance"};

TEST(Properties, ARightBindingPassesEveryLaw) {
  Trial right({});
  for (const char* name : kSessionLaws) {
    const Verdict verdict = right.check(name);
    EXPECT_EQ(verdict.outcome, Outcome::Pass) << name << ": " << verdict.message;
    EXPECT_GT(verdict.values, 0u) << name;
  }
  EXPECT_EQ(right.session.restarts, 0);
  EXPECT_EQ(right.check("echo").values, 800u);
  EXPECT_EQ(right.check("call").values, 800u) << "ping has nothing to compare";
  const Verdict errors = right.check("errors");
  EXPECT_EQ(errors.values, 401u);
  EXPECT_GT(errors.errs, 50u);
}

TEST(Properties, AnEchoIsBlindToASwapOnBothWays) {
  Trial wrong({.down = swapped_all, .up = [](auto&, const Value& v) { return swapped(v); }});
  EXPECT_EQ(wrong.check("echo").outcome, Outcome::Pass);
  EXPECT_EQ(wrong.check("consume").outcome, Outcome::Fail);
}

TEST(Properties, WhatComparedNothingIsASkipWithReason) {
  SchemaBuilder builder("fficheck:none", "api");
  builder.function({.name = "create"});
  const Schema empty = std::move(builder).build().value();
  for (const char* name : kSessionLaws) {
    Trial trial({}, empty);
    const Verdict verdict = trial.check(name);
    if (std::string_view(name) == "balance") {  // create and destroy are something
      EXPECT_EQ(verdict.outcome, Outcome::Pass);
      continue;
    }
    EXPECT_EQ(verdict.outcome, Outcome::Skip) << name;
    EXPECT_FALSE(verdict.message.empty()) << name;
  }
  for (const char* name : kSessionLaws) {
    if (std::string_view(name) == "balance" || std::string_view(name) == "errors") continue;
    EXPECT_EQ(Trial({}).check(name, 0).outcome, Outcome::Skip) << name << " of no values";
    EXPECT_EQ(Trial({}).replay(name, {}).outcome, Outcome::Skip) << name << " of no steps";
  }
  EXPECT_EQ(Trial({.no_counters = true}).check("balance").outcome, Outcome::Skip);
}

TEST(Properties, ALawWhoseValuesAreDearSendsFewOfEachFunction) {
  BulkRules rules{.name = "few",
                  .sentence = "",
                  .law = BulkLaw::Echo,
                  .applies = [](const Schema&, const Function& f) { return f.name == "echo-text"; },
                  .nothing = ""};
  Trial trial({});
  const Subject subject{trial.target, trial.session, trial.schema, 0, 7, 400};
  EXPECT_EQ(BulkProperty(rules).check(subject).values, 400u);
  rules.most_values = 3;
  EXPECT_EQ(BulkProperty(rules).check(subject).values, 3u);
}

TEST(Properties, GrowthThatStopsIsNoLeakAndAddsNoValues) {
  const std::uint64_t still = Trial({}).check("balance").values;
  for (const int growing : {5, 6, 7}) {  // contexts: the last of them in the measured round
    int closed = 0;
    Trial warming({.destroy = [&](Counters& c) {
      if (++closed < growing) c["live_library_allocations"] += 10;
    }});
    const Verdict verdict = warming.check("balance");
    EXPECT_EQ(verdict.outcome, Outcome::Pass) << growing;
    EXPECT_EQ(verdict.values, still) << growing;
  }
}

TEST(Properties, AScriptOfAnotherSchemaIsBroken) {
  Trial trial({});
  EXPECT_EQ(trial.replay("echo", {{.kind = Step::Kind::Call, .function = "gone"}}).outcome,
            Outcome::Broken);
}

TEST(Properties, ALostWorkerServesTheNextLaw) {
  Trial trial({.crash = [](const Function& f, const Args&) { return f.name == "echo-text"; }});
  EXPECT_EQ(trial.check("echo").outcome, Outcome::Fail);
  EXPECT_EQ(trial.check("consume").outcome, Outcome::Pass);
}

TEST(Properties, ALossIsToldOnOneLineWithoutWhatDiffersFromRunToRun) {
  EXPECT_EQ(
      loss_line({WorkerLoss::How::Crashed,
                 "exit status 2; stderr: =====\n==77==ERROR: use after free at 0x7f01\n#0 0x1"}),
      "the worker crashed: exit status 2: ERROR: use after free at 0x?");
  EXPECT_EQ(loss_line({WorkerLoss::How::Hung, "no answer"}), "the worker hung: no answer");
  EXPECT_EQ(loss_line({WorkerLoss::How::Crashed, "signal 9; stderr: \n"}),
            "the worker crashed: signal 9");
}

TEST(Properties, EachHasItsNameAndItsSentence) {
  std::set<std::string_view> names;
  const auto all = all_properties();
  for (const auto& p : all) {
    EXPECT_TRUE(names.insert(p->name()).second);
    EXPECT_TRUE(p->sentence().ends_with(".")) << p->name();
  }
  EXPECT_EQ(names.size(), 21u);
  EXPECT_FALSE(property("compiles")->stages().empty());
  EXPECT_FALSE(property("layout")->stages().empty());
  EXPECT_TRUE(property("echo")->stages().empty());
}

}  // namespace
}  // namespace fficheck
