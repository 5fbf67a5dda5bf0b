#include "reports/summary.h"

#include <gtest/gtest.h>

namespace fficheck::reports {
namespace {

using Outcome = Summary::Outcome;

Campaign campaign(PropertyCounts counts) {
  Campaign c;
  TargetTally& go = c.tally.targets["go"];
  go.schemas = 10;
  go.values = 1000;
  go.properties["echo"] = counts;
  return c;
}

Comparison comparison(std::initializer_list<Compared::Verdict> verdicts) {
  Comparison out;
  for (const auto verdict : verdicts) {
    Compared c;
    c.name = "go/none/-/sync";
    c.verdict = verdict;
    c.theta = 0.05;
    c.low = 0.04;
    c.high = 0.06;
    out.benchmarks.push_back(c);
  }
  return out;
}

TEST(Summarize, AReportOfNothingNeverReadsAsSuccess) {
  EXPECT_EQ(summarize(Report()).outcome, Outcome::Nothing);
  EXPECT_EQ(summarize(Report()).headline, "Nothing was compared.");
  Report skipped;
  skipped.campaigns.push_back(campaign({.skip = 10}));
  EXPECT_NE(summarize(skipped).outcome, Outcome::Held);
}

TEST(Summarize, EverythingThatHeldHeld) {
  Report report;
  report.campaigns.push_back(campaign({.pass = 10}));
  report.comparison = comparison({Compared::Verdict::Pass, Compared::Verdict::Unconfirmed});
  const Summary summary = summarize(report);
  EXPECT_EQ(summary.outcome, Outcome::Held);
  EXPECT_EQ(summary.headline, "Every law held. Nothing got slower.");
  EXPECT_TRUE(summary.attention.empty());
}

TEST(Summarize, AFailureLeads) {
  Report report;
  report.campaigns.push_back(campaign({.pass = 8, .fail = 2}));
  report.campaigns.back().tally.list({.target = "go", .property = "echo", .message = "first"});
  report.comparison = comparison({Compared::Verdict::Regression});
  const Summary summary = summarize(report);
  EXPECT_EQ(summary.outcome, Outcome::Failed);
  EXPECT_EQ(summary.headline, "1 law failed. 1 benchmark got slower.");
  ASSERT_EQ(summary.attention.size(), 2U);
  EXPECT_EQ(summary.attention[0].subject, "go echo");
  EXPECT_EQ(summary.attention[0].text, "2 failures: first");
  EXPECT_EQ(summary.attention[1].text, "5.1 % slower (+4.1 % to +6.2 %)");
}

TEST(Summarize, ASurvivingFaultIsAFailure) {
  Report report;
  report.campaigns.push_back(campaign({.pass = 8}));
  report.faults.emplace();
  report.faults->faults.push_back({.id = "a", .status = FaultResult::Status::Survived});
  EXPECT_EQ(summarize(report).outcome, Outcome::Failed);
  EXPECT_EQ(summarize(report).headline, "Every law held. 1 seeded fault went unnoticed.");
}

TEST(Summarize, WhatCouldNotBeTriedIsNotHeld) {
  Report report;
  report.campaigns.push_back(campaign({.pass = 8, .broken = 1}));
  EXPECT_EQ(summarize(report).outcome, Outcome::Incomplete);
  Report killed;
  killed.campaigns.push_back(campaign({.pass = 8}));
  killed.campaigns.back().finished = false;
  EXPECT_EQ(summarize(killed).outcome, Outcome::Incomplete);
}

TEST(Summarize, UndecidedIsNeverSaidToHaveHeld) {
  Report report;
  report.campaigns.push_back(campaign({.pass = 8}));
  report.comparison =
      comparison({Compared::Verdict::Inconclusive, Compared::Verdict::Inconclusive});
  EXPECT_EQ(summarize(report).outcome, Outcome::Incomplete);
  EXPECT_EQ(summarize(report).headline, "Every law held. No change of speed could be decided.");
  report.comparison = comparison({Compared::Verdict::Inconclusive, Compared::Verdict::Pass});
  EXPECT_EQ(summarize(report).headline, "Every law held. Nothing got slower, 1 undecided.");
}

TEST(Summarize, FewerInstructionsAreNoRegression) {
  Report report;
  report.comparison = comparison({Compared::Verdict::Pass});
  report.comparison->benchmarks[0].instructions = -0.02;
  report.comparison->benchmarks[0].instructions_alarm = true;
  EXPECT_EQ(summarize(report).outcome, Outcome::Held);
  report.comparison->benchmarks[0].instructions = 0.02;
  EXPECT_EQ(summarize(report).outcome, Outcome::Failed);
}

TEST(Summarize, ManyFindingsAreCountedNotListed) {
  Report report;
  report.campaigns.push_back(campaign({.pass = 1}));
  report.comparison.emplace();
  for (int i = 0; i < 40; ++i)
    report.comparison->benchmarks.push_back(
        comparison({Compared::Verdict::Regression}).benchmarks.front());
  const Summary summary = summarize(report);
  EXPECT_EQ(summary.attention.size(), 5U);
  EXPECT_EQ(summary.attention.back().more, 35U);
}

TEST(Summarize, OnlyStepsOfTheLastNightsAreNews) {
  Report report;
  report.history.emplace();
  for (int day = 10; day < 30; ++day)
    report.history->runs.push_back({.night = "2026-01-" + std::to_string(day)});
  report.history->points.push_back({.benchmark = "new", .night = "2026-01-28", .change = 0.05});
  report.history->points.push_back({.benchmark = "old", .night = "2026-01-12", .change = 0.05});
  const Summary summary = summarize(report);
  ASSERT_EQ(summary.attention.size(), 1U);
  EXPECT_EQ(summary.attention[0].subject, "new");
}

}  // namespace
}  // namespace fficheck::reports
