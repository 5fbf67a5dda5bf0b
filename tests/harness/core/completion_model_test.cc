#include "harness/core/completion_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/core/text.h"
#include "harness/core/witness.h"
#include "tests/harness/core/completion_schema.h"

namespace fficheck {
namespace {

using ::testing::HasSubstr;

constexpr ModelLimits kAll{.panic = true,
                           .cancel = true,
                           .raw_answers = true,
                           .counts_progress = true,
                           .most_callers = 100};

class Model : public ::testing::Test {
 protected:
  std::vector<Step> steps(const std::string& lines) {
    Case c;
    c.schema = schema_;
    std::string text = print_case(c);
    text.insert(text.find("--- end ---"), lines);
    const Result<Case> read = parse_case(text, "script");
    if (!read.ok()) throw std::runtime_error(read.error().text());
    return read.value().steps;
  }

  std::string printed(const std::vector<Step>& steps) {
    std::string out;
    for (const Step& step : steps) out += print_step(schema_, step) + "\n";
    return out;
  }

  std::string kept(const std::string& lines, const ModelLimits& limits = kAll) {
    const std::vector<Step> once = runnable(schema_, steps(lines), limits);
    EXPECT_EQ(printed(runnable(schema_, once, limits)), printed(once));
    return printed(once);
  }

  /// What is wrong with a script whose last group of calls ended so.
  std::string judged(const std::string& lines, const std::string& key, std::uint64_t count = 1) {
    const std::vector<Step> script = runnable(schema_, steps(lines), kAll);
    EXPECT_EQ(printed(script), lines);
    std::vector<StepSeen> seen(script.size());
    std::size_t last = 0;
    for (std::size_t i = 0; i < script.size(); ++i) {
      const Action& a = script[i].action;
      if (a.act == Act::Create || a.act == Act::Listen) seen[i].counts["ok"] = 1;
      if (a.act != Act::Start) continue;
      last = i;
      const Function& f = *schema_.find(script[i].function);
      for (std::uint64_t k = 0; k < std::uint64_t{a.callers} * a.calls; ++k)
        seen[i].counts["digest"] +=
            witness_args(schema_, f, start_args(schema_, f, script[i], k, {}));
    }
    seen[last].counts[key] += count;
    const auto problem = judge_script(schema_, script, seen, kAll, {});
    return problem ? problem->message : "";
  }

  Schema schema_ = testing::completion_schema();
};

TEST_F(Model, KeepsWhatRefersToWhatIsThere) {
  const std::string good =
      "create 0\nhost 0 ask-text answer\nlisten 0 on 0 on-noted\nstart 0 on 0 task-0 asks=1\n"
      "await 0\nunlisten 0\ndestroy 0\nstart 1 on 0 echo-note\nawait 1\n";
  EXPECT_EQ(kept(good), good);
  EXPECT_EQ(kept("destroy 0\nstart 0 on 0 task-0\nawait 0\nunlisten 0\n"), "");
  EXPECT_EQ(kept("create 0\ncreate 0\nstart 0 on 0..1 task-0\n"), "create 0\n");
  EXPECT_EQ(kept("create 0 fail\nstart 0 on 0 task-0\n"), "create 0 fail\n");
}

TEST_F(Model, LeavesOutWhatATargetCannotDo) {
  const std::string script =
      "create 0\nhost 0 ask-text panic\nhost 0 ask-text twice\nforge 0 unknown\n"
      "start 0 on 0 task-0 callers=50\ncancel 0\n";
  EXPECT_EQ(kept(script), script);
  EXPECT_EQ(kept(script, {.most_callers = 2}), "create 0\nstart 0 on 0 task-0 callers=2\n");
}

TEST_F(Model, AwaitsOnlyWhatIsSureToEnd) {
  EXPECT_EQ(kept("create 0\nstart 0 on 0 task-0 hold\nawait 0\n"),
            "create 0\nstart 0 on 0 task-0 hold\n");
  EXPECT_THAT(kept("create 0\nstart 0 on 0 task-0 hold\ndestroy 0\nawait 0\n"),
              HasSubstr("await 0"));
  const std::string held = "create 0\nhost 0 ask-text hold\nstart 0 on 0 task-0 asks=1 first=2\n";
  // ask-nothing is number 2 of the host functions: nothing holds it.
  EXPECT_THAT(kept(held + "await 0\n"), HasSubstr("await 0"));
  const std::string asks = "create 0\nhost 0 ask-text hold\nstart 0 on 0 task-0 asks=1\n";
  EXPECT_EQ(kept(asks + "await 0\n"), asks);
  EXPECT_THAT(kept(asks + "release 0\nawait 0\n"), HasSubstr("await 0"));
  EXPECT_EQ(kept(asks + "host 0 ask-text answer\nawait 0\n"), asks + "host 0 ask-text answer\n");
}

TEST_F(Model, SaysHowCallsMayEnd) {
  const std::string plain = "create 0\nstart 0 on 0 task-0\nawait 0\n";
  EXPECT_EQ(judged(plain, "right"), "");
  for (const char* key : {"destroyed", "host", "cancelled", "wrong", "pending"})
    EXPECT_NE(judged(plain, key), "") << key;
  EXPECT_NE(judged(plain, "right", 2), "");
  EXPECT_NE(judged(plain, "right", 0), "");

  const std::string gone = "create 0\ndestroy 0\nstart 0 on 0 task-0\nawait 0\n";
  EXPECT_EQ(judged(gone, "destroyed"), "");
  EXPECT_NE(judged(gone, "right"), "");

  const std::string racing = "create 0\nstart 0 on 0 task-0\ndestroy 0\nawait 0\n";
  EXPECT_EQ(judged(racing, "destroyed"), "");
  EXPECT_EQ(judged(racing, "right"), "");
  EXPECT_NE(judged(racing, "host"), "");

  const std::string held = "create 0\nstart 0 on 0 task-0 hold\ndestroy 0\nawait 0\n";
  EXPECT_EQ(judged(held, "destroyed"), "");
  EXPECT_NE(judged(held, "right"), "");

  const std::string bare = "create 0\nstart 0 on 0 task-0 asks=1\nawait 0\n";
  EXPECT_EQ(judged(bare, "host"), "");
  EXPECT_NE(judged(bare, "right"), "");

  const std::string refusing =
      "create 0\nhost 0 ask-text error\nstart 0 on 0 task-0 asks=1\nawait 0\n";
  EXPECT_EQ(judged(refusing, "host"), "");
  EXPECT_NE(judged(refusing, "right"), "");

  const std::string answering =
      "create 0\nhost 0 ask-text answer\nstart 0 on 0 task-0 asks=1\nawait 0\n";
  EXPECT_EQ(judged(answering, "right"), "");
  EXPECT_NE(judged(answering, "host"), "");

  const std::string replaced =
      "create 0\nhost 0 ask-text answer\nstart 0 on 0 task-0 asks=1\nhost 0 ask-text none\n"
      "await 0\n";
  EXPECT_EQ(judged(replaced, "right"), "");
  EXPECT_EQ(judged(replaced, "host"), "");

  const std::string given_up = "create 0\nstart 0 on 0 task-0\ncancel 0\nawait 0\n";
  EXPECT_EQ(judged(given_up, "cancelled"), "");
  EXPECT_EQ(judged(given_up, "right"), "");
}

TEST_F(Model, CountsEvents) {
  const std::string script =
      "create 0\nlisten 0 on 0 on-noted\nstart 0 on 0 task-0 events=2\nawait 0\nunlisten 0\n"
      "start 1 on 0 task-0 events=1\n";
  const std::vector<Step> steps = runnable(schema_, this->steps(script), kAll);
  const auto with_events = [&](std::uint64_t count, std::uint64_t digest) {
    std::vector<StepSeen> seen(steps.size());
    seen[0].counts["ok"] = 1;
    seen[1].counts = {{"ok", 1}, {"seen", count}, {"digest", digest}};
    for (const std::size_t i : {std::size_t{2}, std::size_t{5}}) {
      const Function& f = *schema_.find("task-0");
      seen[i].counts = {
          {"right", 1},
          {"digest", witness_args(schema_, f, start_args(schema_, f, steps[i], 0, {}))}};
    }
    const auto problem = judge_script(schema_, steps, seen, kAll, {});
    return problem ? problem->message : "";
  };
  const Function& f = *schema_.find("task-0");
  const Function& event = schema_.imports()[events_of(schema_)[0]];
  const std::uint64_t w = witness_args(schema_, f, start_args(schema_, f, steps[2], 0, {}));
  const std::uint64_t digest = witness_args(schema_, event, event_args(schema_, event, w, 0, {}));
  EXPECT_EQ(with_events(1, digest), "");
  EXPECT_THAT(with_events(1, digest + 1), HasSubstr("digest of the events"));
  EXPECT_THAT(with_events(0, 0), HasSubstr("events: expected 1"));
  EXPECT_THAT(with_events(2, digest), HasSubstr("events: expected 1"));
}

}  // namespace
}  // namespace fficheck
