#include "harness/core/completion.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "harness/core/action_shrink.h"
#include "harness/core/shrink.h"
#include "harness/core/witness.h"
#include "tests/harness/core/completion_schema.h"

namespace fficheck {
namespace {

TaskPlan random_plan(std::uint64_t seed) {
  SplitMix random(seed);
  return {.delay_us = random.below(0x10000),
          .progress = random.below(4),
          .asks = random.below(4),
          .first = random.below(8),
          .events = random.below(4),
          .event = random.below(8),
          .thread = random.below(2) == 1,
          .fail = random.below(2) == 1,
          .hold = random.below(2) == 1,
          .together = random.below(2) == 1};
}

RC_GTEST_PROP(Plan, APackedPlanUnpacksAgain, (std::uint64_t seed)) {
  const TaskPlan plan = random_plan(seed);
  RC_ASSERT(unpack_plan(pack_plan(plan)) == plan);
}

RC_GTEST_PROP(Plan, ANumberOfTheStreamIsNoPlan, (std::uint64_t seed)) {
  SchemaBuilder b;
  const TypeId u64 = b.scalar(Kind::U64);
  b.function({.name = "f", .params = {{"plan", u64}}, .result = u64});
  const Schema schema = std::move(b).build().value();
  const auto number = stream_value(schema, u64, seed).as<std::uint64_t>();
  RC_ASSERT(!unpack_plan(number).has_value());
}

const Function& function(const Schema& schema, std::string_view name) { return *schema.find(name); }

TEST(Task, IsAFunctionThatTakesAPlanFirst) {
  const Schema schema = testing::completion_schema();
  EXPECT_TRUE(has_plan(schema, function(schema, "task-0")));
  EXPECT_TRUE(has_plan(schema, function(schema, "create")));
  EXPECT_FALSE(has_plan(schema, function(schema, "echo-note")));
  EXPECT_EQ(host_functions(schema).size(), 3U);
  EXPECT_EQ(events_of(schema).size(), 2U);
}

Step start(const TaskPlan& plan, std::uint64_t seed) {
  Step step;
  step.kind = Step::Kind::Act;
  step.seed = seed;
  step.action.act = Act::Start;
  step.action.plan = pack_plan(plan);
  return step;
}

Ending ending(const Schema& schema, const TaskPlan& plan, std::uint64_t seed) {
  const Function& f = function(schema, "task-0");
  return expected_ending(schema, f, start_args(schema, f, start(plan, seed), 0, {}), {});
}

TEST(ExpectedEnding, ComesFromTheAnswersOfTheHostToo) {
  const Schema schema = testing::completion_schema();
  const std::vector<std::uint32_t> hosts = host_functions(schema);
  const Function& f = function(schema, "task-0");
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const TaskPlan plan{.asks = 1, .first = 0};
    const std::vector<Value> args = start_args(schema, f, start(plan, seed), 0, {});
    // By hand, from docs/completion.md.
    const std::uint64_t w = witness_args(schema, f, args);
    const Function& ask = schema.imports()[hosts[0]];
    const std::vector<Value> request = stream_args(schema, ask, value_seed(w, 0), {});
    const Value answer = *expected_result(schema, ask, request, {});
    std::uint64_t h = (w ^ witness(schema, *ask.result, answer)) * 0x9FB21C651E98DF25u;
    h ^= h >> 32;
    const Value wanted = stream_value(schema, *f.result, h);
    const Ending seen = ending(schema, plan, seed);
    ASSERT_FALSE(seen.is_error);
    EXPECT_TRUE(equal(*seen.value, wanted));
  }
}

TEST(ExpectedEnding, ADeclaredErrOfTheHostFailsTheCall) {
  const Schema schema = testing::completion_schema();
  int errs = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Ending seen = ending(schema, {.asks = 2, .first = 0}, seed);
    if (!seen.is_error) continue;
    ++errs;
    EXPECT_TRUE(seen.text.starts_with("host error: ")) << seen.text;
  }
  EXPECT_GT(errs, 5);
  EXPECT_EQ(ending(schema, {.fail = true}, 1).text, "task failed");
}

TEST(JudgeEnding, TellsEndsApart) {
  const Schema schema = testing::completion_schema();
  const Function& f = function(schema, "task-0");
  Ending right;
  right.value = Value::natural(7);
  Ending other;
  other.value = Value::natural(8);
  const auto end = [&](const Ending& expected, const Ending& seen) {
    return judge_ending(schema, f, expected, seen).end;
  };
  EXPECT_EQ(end(right, right), CallEnd::Right);
  EXPECT_EQ(end(right, other), CallEnd::Wrong);
  EXPECT_EQ(end(right, {true, "context destroyed", {}}), CallEnd::Destroyed);
  EXPECT_EQ(end(right, {true, "host error: context destroyed", {}}), CallEnd::Destroyed);
  EXPECT_EQ(end(right, {true, "host error: refused", {}}), CallEnd::Host);
  EXPECT_EQ(end(right, {true, "something", {}}), CallEnd::Wrong);
  EXPECT_EQ(end({true, "a", {}}, {true, "a", {}}), CallEnd::Right);
  EXPECT_EQ(end({true, "a", {}}, right), CallEnd::Wrong);
  EXPECT_EQ(end(right, {}), CallEnd::Wrong);
}

TEST(Shrinking, AScriptThatAlwaysFailsBecomesOneSimpleStep) {
  Case c;
  c.schema = testing::completion_schema();
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Step step = start(random_plan(seed), seed);
    step.function = "task-0";
    step.action.number = static_cast<std::uint32_t>(seed);
    step.action.callers = 100;
    step.action.calls = 30;
    step.action.contexts = 3;
    step.action.late = true;
    c.steps.push_back(step);
  }
  for (int rounds = 0; rounds < 1000; ++rounds) {
    std::vector<Case> smaller = shrink_steps(c);
    if (smaller.empty()) break;
    c = std::move(smaller.front());
  }
  ASSERT_EQ(c.steps.size(), 1U);
  const Action& a = c.steps[0].action;
  EXPECT_EQ(a.plan, 0U);
  EXPECT_EQ(a.callers, 1U);
  EXPECT_EQ(a.calls, 1U);
  EXPECT_EQ(a.contexts, 1U);
  EXPECT_FALSE(a.late);
}

}  // namespace
}  // namespace fficheck
