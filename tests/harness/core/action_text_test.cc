#include "harness/core/action_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "harness/core/completion.h"
#include "tests/harness/core/completion_schema.h"

namespace fficheck {
namespace {

using ::testing::HasSubstr;

Step random_action(const Schema& schema, std::uint64_t seed) {
  SplitMix random(seed);
  Step step;
  step.kind = Step::Kind::Act;
  Action& a = step.action;
  a.act = static_cast<Act>(random.below(kActs));
  const bool plans = a.act == Act::Create || a.act == Act::Start || a.act == Act::Churn;
  const bool timeless = a.act == Act::Churn || a.act == Act::Perturb || a.act == Act::Pause;
  if (!timeless) a.number = random.below(1000);
  if (plans && random.below(3) > 0)
    a.plan = random.below(5) == 0 ? random.next() | 1
                                  : 0xF1C0DE5ull << 36 | (random.next() & 0xFFFFFFFF);
  if (a.plan == pack_plan({})) a.plan = 0;
  if (plans || a.act == Act::Perturb) step.seed = random.next();
  if (a.act == Act::Start) {
    step.function = schema.functions()[1 + random.below(3)].name;
    a.context = random.below(10);
    a.contexts = 1 + random.below(4);
    a.callers = 1 + random.below(1000);
    a.calls = 1 + random.below(1000);
    a.late = random.below(2) == 1;
  }
  if (a.act == Act::Churn) {
    step.count = random.below(1000);
    a.callers = 1 + random.below(100);
  }
  if (a.act == Act::Host) {
    step.function = schema.imports()[host_functions(schema)[random.below(3)]].name;
    a.way = random.below(10);
  }
  if (a.act == Act::Listen) {
    a.context = random.below(10);
    step.function =
        random.below(3) == 0 ? "*" : schema.imports()[events_of(schema)[random.below(2)]].name;
    a.way = random.below(4);
  }
  if (a.act == Act::Forge) a.way = random.below(4);
  if (a.act == Act::Release) a.way = random.below(2);
  if (a.act == Act::Host || a.act == Act::Pause) a.us = random.below(10000);
  return step;
}

RC_GTEST_PROP(ActionText, APrintedActionReadsBack, (std::uint64_t seed)) {
  const Schema schema = testing::completion_schema();
  const Step step = random_action(schema, seed);
  Case c;
  c.schema = schema;
  c.steps = {step};
  const Result<Case> read = parse_case(print_case(c), "a.case");
  if (!read.ok()) RC_FAIL(read.error().text() + "\n" + print_step(schema, step));
  RC_ASSERT(read.value().steps.size() == 1);
  const Step& back = read.value().steps[0];
  RC_ASSERT(back.action == step.action);
  RC_ASSERT(back.function == step.function);
  RC_ASSERT(back.seed == step.seed);
  RC_ASSERT(print_step(schema, back) == print_step(schema, step));
}

TEST(ActionText, IsThatOfTheDocument) {
  const Schema schema = testing::completion_schema();
  constexpr const char* kLongStart =
      "start 3 on 0..3 task-0 seed=0x1 callers=64 calls=10 late delay=300us progress=2 asks=2 "
      "first=1 events=1 event=1 thread hold together";
  for (const char* line :
       {"create 0 seed=0x1 delay=300us fail", "destroy 0", "start 3 on 0 task-0 seed=0x1",
        kLongStart, "await 3", "cancel 3", "host 0 ask-text later us=300", "host 0 ask-text none",
        "release 0 backwards", "listen 2 on 0 on-noted", "listen 2 on 0 * once", "unlisten 2",
        "forge 0 unknown", "churn times=1000 seed=0x1 fail", "perturb seed=0x1", "pause us=200"}) {
    const std::string text(line);
    const std::size_t blank = std::min(text.find(' '), text.size());
    const auto act = find_act(text.substr(0, blank));
    ASSERT_TRUE(act) << line;
    const Result<Step> step = parse_action(schema, *act, text.substr(blank));
    ASSERT_TRUE(step.ok()) << line << ": " << step.error().text();
    EXPECT_EQ(print_action(step.value()), text);
  }
}

TEST(ActionText, RefusesWhatMakesNoSense) {
  const Schema schema = testing::completion_schema();
  const std::pair<const char*, const char*> table[] = {
      {"start 0 on 0 nobody", "no function"},
      {"start 0 0 task-0", "`on`"},
      {"start 0 on 3..1 task-0", "no range"},
      {"start 0 on 0 task-0 callers=0", "0 or too large"},
      {"start 0 on 0 task-0 callers=100001", "too large"},
      {"start 0 on 0 task-0 callers=1000 calls=100000", "too large"},
      {"start 0 on 0 task-0 delay=300", "unexpected"},
      {"start 0 on 0 task-0 asks=4", "too large"},
      {"host 0 on-noted answer", "no function"},
      {"host 0 ask-text well", "no way to behave"},
      {"listen 0 on 0 ask-text", "no event"},
      {"create x", "no number"},
      {"create 0 seed=", "no number"},
      {"destroy 0 now", "unexpected"},
  };
  for (const auto& [line, says] : table) {
    const std::string text(line);
    const std::size_t blank = text.find(' ');
    const Result<Step> step =
        parse_action(schema, *find_act(text.substr(0, blank)), text.substr(blank));
    ASSERT_FALSE(step.ok()) << line;
    EXPECT_THAT(step.error().text(), HasSubstr(says)) << line;
  }
}

}  // namespace
}  // namespace fficheck
