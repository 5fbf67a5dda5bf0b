// Completion scripts (docs/completion.md) in the Go worker.
#include <gtest/gtest.h>

#include "harness/core/action_text.h"
#include "harness/core/completion.h"
#include "harness/core/text.h"
#include "harness/run/files.h"
#include "targets/go/go_target.h"

namespace fficheck {
namespace {

constexpr const char* kWit = R"(package a:b;
interface types {
  record tick { n: u64, label: string }
  enum color { red, green }
}
interface hosts {
  use types.{tick, color};
  fetch-token: func(key: string) -> result<string, string>;
  pick: func(c: color, l: list<string>) -> result<color, u32>;
  note: func() -> result<_, string>;
  echo-color: func(c: color) -> color;
  on-tick: func(event: tick);
  on-other: func(event: tick);
}
interface api {
  use types.{color};
  create: func(plan: u64, name: string) -> result<_, string>;
  task-0: func(plan: u64, salt: u64, l: list<string>) -> result<list<string>, string>;
  task-1: func(plan: u64, salt: u64) -> tuple<string, color>;
  plain: func(a: string) -> u32;
}
world w {
  import hosts;
  export api;
}
)";

/// A built batch of one schema with an open session.
class Worker {
 public:
  explicit Worker(const std::string& leg = "plain") { start(leg); }

  /// The observations of one script, its lines parted by newlines.
  std::vector<StepSeen> run(const std::string& text) {
    ScriptRequest request;
    request.limit_ms = 20000;
    request.scripts.emplace_back();
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      const std::string line = text.substr(from, end - from);
      from = end + 1;
      const std::size_t space = std::min(line.find(' '), line.size());
      const auto act = find_act(line.substr(0, space));
      EXPECT_TRUE(act) << line;
      auto step = parse_action(*schema_, *act, line.substr(std::min(space + 1, line.size())));
      EXPECT_TRUE(step.ok()) << line << ": " << step.error().text();
      if (!act || !step.ok()) return {};
      request.scripts[0].push_back(std::move(step).value());
    }
    auto answer = session_->script(request);
    if (const auto* loss = std::get_if<WorkerLoss>(&answer)) {
      ADD_FAILURE() << loss->detail;
      return std::vector<StepSeen>(request.scripts[0].size());
    }
    auto outcome = std::get<ScriptOutcome>(std::move(answer));
    EXPECT_EQ(outcome.size(), 1U);
    for (const StepSeen& seen : outcome[0])
      for (const char* bad : {"wrong", "pending", "again", "after", "stuck"})
        EXPECT_EQ(seen.count(bad), 0U) << bad << ": " << seen.detail << "\n" << text;
    return outcome[0];
  }

  void expect_at_rest() {
    const auto answer = session_->counters();
    ASSERT_TRUE(std::holds_alternative<Counters>(answer));
    for (const auto& [name, n] : std::get<Counters>(answer))
      if (name.starts_with("live_") && name != "live_descriptors") {
        EXPECT_EQ(n, name == "live_goroutines" ? 1 : 0) << name;
      }
  }

  explicit operator bool() const { return session_ != nullptr; }

 private:
  void start(const std::string& leg) {
    auto schema = parse_schema(kWit, "test.wit");
    ASSERT_TRUE(schema.ok()) << schema.error().text();
    schema_.emplace(std::move(schema).value());
    entries_.push_back({"c000", &*schema_});
    auto dir = TempDir::create("fficheck-go-script");
    ASSERT_TRUE(dir.ok());
    dir_.emplace(std::move(dir).value());
    ASSERT_TRUE(write_files(dir_->path(), target_.emit(entries_)).ok());
    BuildOptions options;
    options.dir = dir_->path();
    options.leg = leg;
    options.limit = std::chrono::seconds(600);
    const auto built = target_.build(options);
    ASSERT_TRUE(built.ok()) << built.error().text();
    ASSERT_FALSE(built.value()) << built.value()->log;
    auto opened = target_.open(options, entries_, std::chrono::milliseconds(60'000));
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    session_ = std::move(opened).value();
  }

  GoTarget target_;
  std::optional<Schema> schema_;
  std::vector<BatchEntry> entries_;
  std::optional<TempDir> dir_;
  std::unique_ptr<Session> session_;
};

constexpr const char* kHosts =
    "create 0 seed=0x1\n"
    "host 0 fetch-token answer\n"
    "host 0 pick later us=300\n"
    "host 0 note answer\n"
    "host 0 echo-color call\n";

void keep_laws(Worker& worker) {
  ASSERT_TRUE(worker);
  const std::string hosts = kHosts;
  // Calls that complete out of order, with progress, host functions, events.
  auto seen = worker.run(hosts +
                         "perturb seed=0x7\n"
                         "listen 0 on 0 on-tick stay\n"
                         "listen 1 on 0 * once\n"
                         "listen 2 on 0 on-tick grow\n"
                         "start 0 on 0 task-0 seed=0x5 callers=40 calls=5 delay=500us progress=2 "
                         "asks=3 events=2\n"
                         "start 1 on 0 task-1 seed=0x6 callers=20 calls=5 asks=2 first=2 thread "
                         "together\n"
                         "start 2 on 0 plain seed=0x7 callers=3 calls=2\n"
                         "await 0\nawait 1\nawait 2");
  ASSERT_EQ(seen.size(), 15U);
  EXPECT_EQ(seen[9].count("right"), 200U) << seen[9].detail;
  EXPECT_EQ(seen[10].count("right"), 100U) << seen[10].detail;
  EXPECT_EQ(seen[11].count("right"), 6U) << seen[11].detail;
  EXPECT_EQ(seen[6].count("seen"), 200U);
  EXPECT_EQ(seen[7].count("seen"), 1U);
  EXPECT_GT(seen[8].count("grown"), 0U);
  EXPECT_GT(seen[1].count("asked"), 0U);
  EXPECT_EQ(seen[4].count("right"), seen[4].count("asked"));
  // Errors, panics, cleared functions: errors of those calls.
  for (const char* way : {"error", "panic", "none"}) {
    SCOPED_TRACE(way);
    seen = worker.run(hosts + "host 0 fetch-token " + way +
                      "\nstart 0 on 0 task-0 seed=0x5 callers=10 calls=3 asks=1\nawait 0");
    ASSERT_EQ(seen.size(), 8U);
    EXPECT_EQ(seen[6].count("host"), 30U) << seen[6].detail;
  }
  // The end of a context ends what it holds; another one goes on.
  seen = worker.run(hosts +
                    "create 1 seed=0x2\n"
                    "host 0 fetch-token hold\n"
                    "start 0 on 0 task-0 seed=0x5 callers=30 calls=2 asks=1 events=1\n"
                    "start 1 on 0 task-1 seed=0x5 callers=30 hold\n"
                    "start 2 on 1 task-1 seed=0x5 callers=30 calls=3 late delay=100us\n"
                    "start 5 on 0 task-1 seed=0x5 callers=10 hold\n"
                    "cancel 5\n"
                    "await 5\n"
                    "destroy 0\n"
                    "destroy 0\n"
                    "await 0\nawait 1\nawait 2\n"
                    "start 3 on 0 plain seed=0x5 callers=4");
  ASSERT_EQ(seen.size(), 19U);
  EXPECT_EQ(seen[7].count("destroyed"), 60U) << seen[7].detail;
  EXPECT_EQ(seen[8].count("destroyed"), 30U) << seen[8].detail;
  EXPECT_EQ(seen[9].count("right"), 90U) << seen[9].detail;
  EXPECT_EQ(seen[10].count("cancelled"), 10U) << seen[10].detail;
  EXPECT_EQ(seen[13].count("code"), 0U);
  EXPECT_EQ(seen[14].count("code"), 1U);
  EXPECT_EQ(seen[18].count("destroyed"), 4U) << seen[18].detail;
  // Held closures are released; constructors fail and leave nothing.
  seen = worker.run(hosts +
                    "host 0 fetch-token hold\n"
                    "start 0 on 0 task-0 seed=0x5 callers=16 asks=1\n"
                    "pause us=20000\n"
                    "release 0 backwards\n"
                    "await 0\n"
                    "churn times=50 seed=0x5 fail\n"
                    "churn times=50 seed=0x5");
  ASSERT_EQ(seen.size(), 12U);
  EXPECT_EQ(seen[6].count("right"), 16U) << seen[6].detail;
  EXPECT_EQ(seen[10].count("failed"), 50U) << seen[10].detail;
  EXPECT_EQ(seen[11].count("ok"), 50U) << seen[11].detail;
  worker.expect_at_rest();
}

TEST(GoScriptTest, CallsEndOnceOnTheRightSideWhateverElseHappens) {
  Worker worker;
  keep_laws(worker);
}

TEST(GoScriptTest, TheRaceDetectorIsSilent) {
  Worker worker("race");
  keep_laws(worker);
}

TEST(GoScriptTest, TenThousandCallersAtOnceGetTheirOwnAnswers) {
  Worker worker;
  ASSERT_TRUE(worker);
  const auto seen = worker.run(std::string(kHosts) +
                               "start 0 on 0 task-0 seed=0x5 callers=10000 asks=1 delay=2000us\n"
                               "await 0");
  ASSERT_EQ(seen.size(), 7U);
  EXPECT_EQ(seen[5].count("right"), 10000U) << seen[5].detail;
  worker.expect_at_rest();
}

}  // namespace
}  // namespace fficheck
