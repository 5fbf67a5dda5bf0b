// Workers that do not start, seen from campaigns and from runs of faults.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/core/case_seed.h"
#include "harness/run/campaign.h"
#include "harness/run/fault_run.h"
#include "harness/run/files.h"
#include "tests/harness/run/fake_target.h"

namespace fficheck {
namespace {

using fake::FakeTarget;

bool has_option(const Schema& s) {
  return std::any_of(s.types().begin(), s.types().end(),
                     [](const Type& t) { return t.kind == Kind::Option; });
}

std::string of_options(const Schema& s) { return has_option(s) ? "start" : ""; }
std::string of_all(const Schema&) { return "start"; }

class Start : public testing::Test {
 protected:
  CampaignResult run(const Target& target) {
    CampaignConfig c;
    c.targets = {&target};
    c.properties = {&starts_, &echo_};
    c.source = fake::invent;
    c.cases = 20;
    c.seed = 7;
    c.values = 20;
    c.batch = 20;
    c.jobs = 1;
    c.work = dir_.path() / "work";
    Observer ignored;
    return run_campaign(c, ignored).value();
  }
  FaultOutcome run(const Fault& fault) {
    FaultSettings settings;
    settings.properties = {&starts_, &echo_};
    settings.source = [](std::uint64_t seed, const std::string&) { return fake::invent(0, seed); };
    settings.cases = 20;
    settings.batch = 10;
    settings.values = 20;
    settings.work = dir_.path() / "faults";
    Result<FaultOutcome> outcome = run_fault(target_, fault, settings);
    EXPECT_TRUE(outcome.ok()) << outcome.error().text();
    return outcome.ok() ? std::move(outcome).value() : FaultOutcome();
  }

  TempDir dir_ = TempDir::create("start-test").value();
  FakeTarget target_{"fake"};
  fake::BuildLaw starts_{"compiles", "start"};
  fake::EchoLaw echo_;
};

TEST_F(Start, ExactlyTheSchemasThatKeepAWorkerFromStartingFailAndTheRestIsJudged) {
  target_.start_stage = of_options;
  std::uint64_t bad = 0;
  for (std::uint64_t i = 0; i < 20; ++i)
    bad += has_option(fake::invent(i, case_seed(7, i))) ? 1U : 0U;
  ASSERT_TRUE(bad > 0 && bad < 20);
  const CampaignResult result = run(target_);
  ASSERT_FALSE(result.error) << result.error->text();
  const auto& laws = result.tally.targets.at("fake").properties;
  EXPECT_EQ(laws.at("compiles"), (PropertyCounts{.pass = 20 - bad, .fail = bad}));
  EXPECT_EQ(laws.at("echo"), (PropertyCounts{.pass = 20 - bad, .broken = bad}));
  for (const FailureRecord& failure : result.tally.failures)
    EXPECT_EQ(failure.message, "start: error: the worker did not start: signal 11");
}

TEST_F(Start, AFailedStartShrinksToASchemaWhoseWorkerDoesNotStartEither) {
  target_.start_stage = of_options;
  const CampaignResult result = run(target_);
  ASSERT_FALSE(result.tally.failures.empty());
  const FailureRecord& first = result.tally.failures.front();
  EXPECT_TRUE(first.confirmed);
  const auto types = std::count(first.schema.begin(), first.schema.end(), '<');
  EXPECT_EQ(types, 2) << first.schema;  // option<T>, there and back
}

TEST_F(Start, WhereNoWorkerStartsItIsTheEnvironment) {
  target_.start_stage = of_all;
  const CampaignResult result = run(target_);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->blame, Blame::Environment);
  EXPECT_EQ(result.tally.total(Verdict::Outcome::Fail), 0U);
}

TEST_F(Start, AWorkerThatStartsNowAndThenIsAFailureAndEverySchemaIsJudged) {
  target_.bad_starts = 2;
  const CampaignResult result = run(target_);
  ASSERT_FALSE(result.error) << result.error->text();
  const auto& laws = result.tally.targets.at("fake").properties;
  EXPECT_EQ(laws.at("compiles"), (PropertyCounts{.pass = 19, .fail = 1}));
  EXPECT_EQ(laws.at("echo"), (PropertyCounts{.pass = 20}));
}

TEST_F(Start, AFreshWorkerThatDoesNotStartFailsTheLawThatNeededItAndAnotherIsTried) {
  FakeTarget target("fake", fake::dies_of_options);
  target.bad_restarts = 2;
  const CampaignResult result = run(target);
  ASSERT_FALSE(result.error) << result.error->text();
  const FakeTarget sound("fake", fake::dies_of_options);
  EXPECT_GE(result.tally.total(Verdict::Outcome::Fail),
            run(sound).tally.total(Verdict::Outcome::Fail));
  EXPECT_EQ(result.tally.total(Verdict::Outcome::Broken), 0U);
}

TEST_F(Start, AWorkerThatNeverStartsAgainIsTheEnvironment) {
  FakeTarget target("fake", fake::dies_of_options);
  target.bad_restarts = 100;
  const CampaignResult result = run(target);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(exit_status(result), 3);
}

TEST_F(Start, AFaultThatKeepsEveryWorkerFromStartingIsAVerdictOnIt) {
  const auto breaks_starts = [](FileSet files) -> Result<FileSet> {
    for (auto& [name, text] : files)
      if (name.starts_with("start/")) text = "start";
    return files;
  };
  Fault fault{.id = "X",
              .target = "fake",
              .property = "compiles",
              .shows = Fault::Shows::NoBuild,
              .edit = breaks_starts};
  const FaultOutcome outcome = run(fault);
  EXPECT_EQ(outcome.end, FaultOutcome::End::Caught);
  EXPECT_TRUE(outcome.confirmed);
  EXPECT_EQ(outcome.schemas, 1U);
  fault.property = "echo";
  EXPECT_EQ(run(fault).end, FaultOutcome::End::CaughtElse);
}

}  // namespace
}  // namespace fficheck
