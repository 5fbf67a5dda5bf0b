#include "harness/run/campaign.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <tuple>

#include "harness/core/case_seed.h"
#include "harness/core/sanitized.h"
#include "harness/run/files.h"
#include "harness/run/journal.h"
#include "tests/harness/run/fake_target.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using fake::EchoLaw;
using fake::FakeTarget;

bool has_kind(const Schema& s, Kind kind) {
  return std::any_of(s.types().begin(), s.types().end(),
                     [&](const Type& t) { return t.kind == kind; });
}

/// Swaps the first two fields of a record where they have one type.
Answer<CallOutcome> swaps_fields(const Schema& s, const Function& f,
                                 const std::vector<Value>& args) {
  CallOutcome out;
  out.result = args.at(0);
  const Type& type = s.type(f.params[0].type);
  if (type.kind == Kind::Record && type.parts.size() >= 2 &&
      type.parts[0].type == type.parts[1].type) {
    Sequence fields = args[0].as<Sequence>();
    std::swap(fields[0], fields[1]);
    out.result = Value::sequence(std::move(fields));
  }
  return out;
}

Answer<CallOutcome> dies_of_lists(const Schema& s, const Function& f,
                                  const std::vector<Value>& args) {
  const bool list = s.type(f.params[0].type).kind == Kind::List;
  if (list && args.at(0).as<Sequence>().size() >= 2)
    return WorkerLoss{WorkerLoss::How::Crashed, "signal 11 (Segmentation fault)"};
  return fake::echo(s, f, args);
}

struct Seen final : Observer {
  std::vector<Failure> failures;
  std::uint64_t schemas = 0;
  std::uint64_t verdicts = 0;
  std::vector<std::string> notes;
  std::function<void()> at_schema;
  void failure(const Failure& f) override { failures.push_back(f); }
  void schema_checked(const std::string&) override {
    ++schemas;
    if (at_schema) at_schema();
  }
  void verdict(const std::string&, const std::string&, const Verdict&) override { ++verdicts; }
  void note(const std::string& text) override { notes.push_back(text); }
};

class CampaignTest : public ::testing::Test {
 protected:
  CampaignTest() : dir_(TempDir::create("campaign-test").value()) {}

  CampaignConfig config(const Target& target, std::uint64_t cases) {
    CampaignConfig c;
    c.targets = {&target};
    c.properties = {&compiles_, &layout_, &echo_};
    c.source = fake::invent;
    c.cases = cases;
    c.seed = 7;
    c.values = 20;
    c.batch = 10;
    c.jobs = 2;
    c.work = dir_.path() / "work";
    return c;
  }
  CampaignResult run(const CampaignConfig& c) {
    Result<CampaignResult> result = run_campaign(c, seen_);
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().text());
    if (!result.ok()) return {};
    EXPECT_FALSE(result.value().error) << result.value().error->text();
    return std::move(result).value();
  }
  static std::set<std::pair<std::string, std::uint64_t>> failed(const Tally& tally) {
    std::set<std::pair<std::string, std::uint64_t>> out;
    for (const FailureRecord& f : tally.failures) out.insert({f.property, f.index});
    return out;
  }

  TempDir dir_;
  fake::BuildLaw compiles_{"compiles", "compile-c"};
  fake::BuildLaw layout_{"layout", "layout-c"};
  EchoLaw echo_;
  Seen seen_;
};

TEST_F(CampaignTest, ARightTargetHoldsEveryLawOnEverySchema) {
  const FakeTarget target("fake");
  const CampaignResult result = run(config(target, 35));
  const TargetTally& tally = result.tally.targets.at("fake");
  EXPECT_EQ(tally.schemas, 35U);
  EXPECT_EQ(tally.properties.at("echo"), (PropertyCounts{.pass = 35}));
  EXPECT_EQ(tally.properties.at("compiles"), (PropertyCounts{.pass = 35}));
  EXPECT_GT(tally.values, 35U * 20);
  EXPECT_EQ(seen_.schemas, 35U);
  EXPECT_EQ(seen_.verdicts, 3U * 35);
  EXPECT_EQ(exit_status(result), 0);
  EXPECT_EQ(target.counts.builds, 4);
}

TEST_F(CampaignTest, VerdictsDoNotDependOnJobsNorOnTheBatchSize) {
  std::optional<Tally> first;
  for (const auto& [jobs, batch] :
       std::map<unsigned, std::uint32_t>{{1, 10}, {2, 7}, {3, 100}, {4, 1}}) {
    FakeTarget target("fake", swaps_fields);
    target.stage = [](const Schema& s) { return has_kind(s, Kind::S64) ? "compile-c" : ""; };
    target.other_legs = {"race", "checkptr"};
    CampaignConfig c = config(target, 330);
    c.jobs = jobs;
    c.batch = batch;
    c.leg_every = 2;
    c.shrinks_each = 0;
    Tally tally = run(c).tally;
    std::sort(tally.failures.begin(), tally.failures.end(), [](const auto& a, const auto& b) {
      return std::tie(a.index, a.property, a.leg) < std::tie(b.index, b.property, b.leg);
    });
    // A tool's log names the batch's files.
    for (FailureRecord& failure : tally.failures) failure.log.clear();
    if (first)
      EXPECT_EQ(tally, *first) << jobs << " jobs, batches of " << batch;
    else
      first = tally;
  }
  EXPECT_GT(first->total(Verdict::Outcome::Fail), 0U);
  EXPECT_EQ(first->targets.at("fake").legs.at("race").schemas, 25U);
  EXPECT_EQ(first->targets.at("fake").legs.at("checkptr").schemas, 8U);
}

TEST_F(CampaignTest, LegsAskedForRunEveryCaseWithAllValuesAndSchemasCountOnce) {
  FakeTarget target("fake");
  target.other_legs = {"race", "utf16", "latin1"};
  target.often = {"utf16"};
  CampaignConfig c = config(target, 100);
  c.leg_every = 1;
  const Tally plain = [&] {
    CampaignConfig without = c;
    without.leg_every = 0;
    return run(without).tally;
  }();
  c.legs = {"race", "nobody's", "plain", "race"};
  for (const std::uint32_t batch : {100U, 7U}) {
    c.batch = batch;
    const TargetTally seen = run(c).tally.targets.at("fake");
    EXPECT_EQ(seen.schemas, 100U);
    ASSERT_EQ(seen.legs.size(), 1U);
    EXPECT_EQ(seen.legs.at("race").schemas, 100U);
    EXPECT_EQ(seen.legs.at("race").values, plain.values());
  }
  c.legs = {"nobody's"};
  EXPECT_FALSE(run_campaign(c, seen_).ok());
}

TEST_F(CampaignTest, AShortCampaignMeetsEveryFrequentLegAndNoOther) {
  for (const std::uint32_t batch : {100U, 7U}) {
    FakeTarget target("fake");
    target.other_legs = {"race", "utf16", "latin1"};
    target.often = {"utf16", "latin1"};
    CampaignConfig c = config(target, 100);
    c.batch = batch;
    const auto legs = run(c).tally.targets.at("fake").legs;
    ASSERT_EQ(legs.size(), 2U);
    EXPECT_EQ(legs.at("utf16").schemas, 6U);
    EXPECT_EQ(legs.at("latin1").schemas, 6U);
    EXPECT_GT(legs.at("utf16").values, 0U);
    EXPECT_GT(legs.at("latin1").values, 0U);
  }
}

TEST_F(CampaignTest, ExactlyTheSchemasThatDoNotBuildFailCompilesAndTheRestGoesOn) {
  for (const bool named : {true, false}) {
    FakeTarget target("fake");
    target.names_culprits = named;
    target.stage = [](const Schema& s) { return has_kind(s, Kind::S64) ? "compile-c" : ""; };
    CampaignConfig c = config(target, 40);
    std::set<std::pair<std::string, std::uint64_t>> expected;
    for (std::uint64_t i = 0; i < 40; ++i)
      if (has_kind(fake::invent(i, case_seed(c.seed, i)), Kind::S64))
        expected.insert({"compiles", i});
    ASSERT_FALSE(expected.empty());
    const CampaignResult result = run(c);
    EXPECT_EQ(failed(result.tally), expected);
    const auto& properties = result.tally.targets.at("fake").properties;
    const std::uint64_t good = 40 - expected.size();
    EXPECT_EQ(properties.at("compiles"), (PropertyCounts{.pass = good, .fail = expected.size()}));
    EXPECT_EQ(properties.at("layout"), (PropertyCounts{.pass = good, .broken = expected.size()}));
    EXPECT_EQ(properties.at("echo"), (PropertyCounts{.pass = good, .broken = expected.size()}));
    EXPECT_EQ(exit_status(result), 1);
  }
}

TEST_F(CampaignTest, AStageOfLintFailsItsLawWhileTheWorkerRuns) {
  FakeTarget target("fake");
  target.lint_stage = [](const Schema& s) { return has_kind(s, Kind::List) ? "layout-c" : ""; };
  const CampaignResult result = run(config(target, 30));
  const auto& properties = result.tally.targets.at("fake").properties;
  const std::uint64_t bad = properties.at("layout").fail;
  EXPECT_GT(bad, 0U);
  EXPECT_EQ(properties.at("echo"), (PropertyCounts{.pass = 30}));
  EXPECT_EQ(properties.at("layout"), (PropertyCounts{.pass = 30 - bad, .fail = bad}));
  EXPECT_EQ(properties.at("compiles"), (PropertyCounts{.pass = 30 - bad, .broken = bad}));
}

TEST_F(CampaignTest, ADeadWorkerFailsItsCaseOnlyAndTheRestGoesOn) {
  FakeTarget target("fake", dies_of_lists);
  const CampaignResult result = run(config(target, 30));
  const PropertyCounts& counts = result.tally.targets.at("fake").properties.at("echo");
  EXPECT_GT(counts.fail, 0U);
  EXPECT_GT(counts.pass, 0U);
  EXPECT_EQ(counts.pass + counts.fail, 30U);
  EXPECT_GT(target.counts.restarts, 0);
  ASSERT_FALSE(seen_.failures.empty());
  EXPECT_EQ(seen_.failures[0].shrunk.message, "worker crashed: signal 11 (Segmentation fault)");
}

TEST_F(CampaignTest, AHangIsAFailureOfItsCase) {
  FakeTarget target("fake", fake::hangs_for_options);
  const CampaignResult result = run(config(target, 30));
  ASSERT_FALSE(seen_.failures.empty());
  EXPECT_EQ(seen_.failures[0].shrunk.message, "worker hung: no answer");
  EXPECT_EQ(exit_status(result), 1);
}

TEST_F(CampaignTest, AShrunkCaseStillFailsAndIsNoHeavier) {
  FakeTarget target("fake", swaps_fields);
  run(config(target, 100));
  ASSERT_FALSE(seen_.failures.empty());
  const Failure& f = seen_.failures[0];
  EXPECT_TRUE(f.shrink_tried);
  EXPECT_TRUE(f.confirmed);
  EXPECT_EQ(f.shrunk.message, "differs");
  // Nothing smaller shows two fields swapped: one function, one record of two fields, one call.
  ASSERT_EQ(f.shrunk.schema.functions().size(), 1U);
  ASSERT_EQ(f.shrunk.steps.size(), 1U);
  const Type& type = f.shrunk.schema.type(f.shrunk.schema.functions()[0].params[0].type);
  EXPECT_EQ(type.kind, Kind::Record);
  EXPECT_EQ(type.parts.size(), 2U);
  EXPECT_EQ(f.shrunk.schema.types().size(), 2U);
}

TEST_F(CampaignTest, ABuildFailureShrinksToASchemaThatStillDoesNotBuild) {
  FakeTarget target("fake");
  target.stage = [](const Schema& s) { return has_kind(s, Kind::S64) ? "compile-c" : ""; };
  run(config(target, 40));
  ASSERT_FALSE(seen_.failures.empty());
  for (const Failure& f : seen_.failures) {
    EXPECT_TRUE(has_kind(f.shrunk.schema, Kind::S64));
    if (f.shrink_tried) {
      EXPECT_EQ(f.shrunk.schema.functions().size(), 1U);
    }
  }
}

TEST_F(CampaignTest, FailuresAreSavedAsFilesThatReadBack) {
  FakeTarget target("fake", swaps_fields);
  CampaignConfig c = config(target, 100);
  c.save = dir_.path() / "save";
  const CampaignResult result = run(c);
  ASSERT_FALSE(result.tally.failures.empty());
  for (const FailureRecord& f : result.tally.failures) {
    const Result<std::string> text = read_file(f.file);
    ASSERT_TRUE(text.ok());
    const Result<Case> read = parse_case(text.value(), f.file);
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(read.value().message, f.message);
    EXPECT_EQ(read.value().target, "fake");
  }
}

TEST_F(CampaignTest, UnsupportedFunctionsAreSkippedWithTheirReasonsCounted) {
  FakeTarget target("fake");
  target.refuses = [](const Schema& s, const Function& f) -> std::optional<std::string> {
    if (s.type(f.params[0].type).kind == Kind::List) return "no lists";
    return std::nullopt;
  };
  const CampaignResult result = run(config(target, 60));
  const TargetTally& tally = result.tally.targets.at("fake");
  EXPECT_GT(tally.skips.at("no lists"), 0U);
  EXPECT_GT(tally.skipped, 0U);
  EXPECT_EQ(tally.schemas + tally.skipped, 60U);
}

TEST_F(CampaignTest, ACampaignThatComparedNothingIsNoSuccess) {
  FakeTarget target("fake");
  target.refuses = [](const Schema&, const Function&) { return std::optional<std::string>("no"); };
  EXPECT_EQ(exit_status(run(config(target, 5))), 2);
}

TEST_F(CampaignTest, AResumedCampaignHasTheTotalsOfAnUninterruptedOne) {
  const auto campaign = [&](const std::string& save, bool resume, const std::atomic<bool>* stop) {
    FakeTarget target("fake", swaps_fields);
    CampaignConfig c = config(target, 120);
    c.save = dir_.path() / save;
    c.resume = resume;
    c.stop = stop;
    c.shrinks_each = 0;
    CampaignResult result = run(c);
    return std::pair(std::move(result), target.counts.builds.load());
  };
  const auto [whole, whole_builds] = campaign("whole", false, nullptr);

  std::atomic<bool> stop = false;
  seen_.at_schema = [&] { stop = seen_.schemas >= 120 + 45; };
  const auto [cut, cut_builds] = campaign("parts", false, &stop);
  EXPECT_TRUE(cut.interrupted);
  EXPECT_LT(cut.tally.targets.at("fake").schemas, 120U);
  seen_.at_schema = nullptr;
  const auto [rest, rest_builds] = campaign("parts", true, nullptr);

  EXPECT_EQ(rest.tally.targets, whole.tally.targets);
  EXPECT_EQ(failed(rest.tally), failed(whole.tally));
  EXPECT_LT(rest_builds, whole_builds);
  EXPECT_GE(rest.elapsed_s, cut.elapsed_s);
}

TEST_F(CampaignTest, AJournalTornByAKillLosesOnlyItsLastLine) {
  FakeTarget target("fake");
  CampaignConfig c = config(target, 40);
  c.save = dir_.path() / "save";
  const CampaignResult whole = run(c);
  const fs::path journal = c.save / "journal.jsonl";
  const std::string text = read_file(journal).value();
  for (const std::size_t cut :
       {text.size() - 1, text.size() - 30, text.find('\n') + 2, std::size_t{5}}) {
    std::ofstream(journal, std::ios::binary | std::ios::trunc) << text.substr(0, cut);
    c.resume = true;
    EXPECT_EQ(run(c).tally, whole.tally) << "cut at " << cut;
  }
}

TEST_F(CampaignTest, OneDirectoryHoldsOneCampaignAtATime) {
  FakeTarget target("fake");
  CampaignConfig c = config(target, 10);
  c.save = dir_.path() / "save";
  const auto lock = DirLock::take(c.save);
  ASSERT_TRUE(lock.ok());
  const auto refused = run_campaign(c, seen_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().blame, Blame::Input);
}

TEST_F(CampaignTest, AFullDiskIsTheEnvironmentsFaultAndNoSchemas) {
  FakeTarget target("fake");
  target.stage = [](const Schema&) { return "compile-c"; };
  target.complaint = "fatal error: cannot write: No space left on device";
  CampaignConfig c = config(target, 10);
  c.save = dir_.path() / "save";
  const auto result = run_campaign(c, seen_);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(exit_status(result.value()), 3);
  EXPECT_EQ(result.value().tally.total(Verdict::Outcome::Fail), 0u);
}

TEST_F(CampaignTest, ACampaignIsNeverBegunOverTheResultsOfAnother) {
  FakeTarget target("fake");
  CampaignConfig c = config(target, 10);
  c.save = dir_.path() / "save";
  run(c);
  const std::string before = read_file(c.save / "journal.jsonl").value();
  const auto refused = run_campaign(c, seen_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().blame, Blame::Input);
  EXPECT_EQ(read_file(c.save / "journal.jsonl").value(), before);
}

TEST_F(CampaignTest, ResumingAnotherCampaignIsRefusedAndSaysWhatDiffers) {
  FakeTarget target("fake");
  CampaignConfig c = config(target, 10);
  c.save = dir_.path() / "save";
  c.resume = true;
  EXPECT_FALSE(run_campaign(c, seen_).ok());
  c.resume = false;
  run(c);
  c.resume = true;
  c.values = 21;
  const auto refused = run_campaign(c, seen_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().text().find("values was 20, now 21"), std::string::npos)
      << refused.error().text();
}

TEST_F(CampaignTest, TheBuildsOfACampaignAreGoneWhenItEnds) {
  FakeTarget target("fake", swaps_fields);
  CampaignConfig c = config(target, 30);
  run(c);
  EXPECT_FALSE(fs::exists(c.work));
}

TEST_F(CampaignTest, MemoryDoesNotGrowWithTheNumberOfCases) {
  if (kAddressSanitizer || kThreadSanitizer)
    GTEST_SKIP() << "sanitizers keep freed memory and shadows of it";
  FakeTarget target("fake");
  CampaignConfig c = config(target, 300);
  c.values = 1;
  const auto resident_kib = [] {
    std::ifstream status("/proc/self/statm");
    long size = 0;
    long resident = 0;
    status >> size >> resident;
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
  };
  run(c);
  const long before = resident_kib();
  c.cases = 3000;
  run(c);
  EXPECT_LT(resident_kib() - before, 8 * 1024);
}

TEST_F(CampaignTest, ATimeLimitEndsACampaignWithoutANumberOfCases) {
  FakeTarget target("fake");
  CampaignConfig c = config(target, 0);
  c.cases.reset();
  c.time = std::chrono::seconds(1);
  const CampaignResult result = run(c);
  EXPECT_GE(result.elapsed_s, 1.0);
  EXPECT_LT(result.elapsed_s, 20.0);
  EXPECT_GT(result.tally.targets.at("fake").schemas, 0U);
}

}  // namespace
}  // namespace fficheck
