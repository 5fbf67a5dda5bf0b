#include "bench/track/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/bench/track/fake_contest.h"

namespace fficheck {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// 1000 ns with noise; the candidate is `slower` times as slow, both drift together.
FakeContest::Cost noisy(double slower, double deviation, std::uint64_t seed = 1) {
  auto noise = std::make_shared<Noise>(seed);
  auto blocks = std::make_shared<int>(0);
  return [=](Side side, const std::string&) -> Result<double> {
    const double drift = 1 + 0.3 * std::sin(++*blocks / 200.0);
    return 1000 * drift * (side == Side::Candidate ? slower : 1) * std::exp(noise->draw(deviation));
  };
}

Comparison run(FakeContest& contest, Watcher& watcher, const CompareOptions& options = {},
               const std::vector<std::string>& names = {"a"}) {
  Result<Comparison> done = compare(contest, names, options, watcher);
  EXPECT_TRUE(done.ok());
  return std::move(done).value();
}

TEST(Compare, EachRoundStartsFreshProcessesAndBlocksAlternateAtRandom) {
  FakeContest contest(noisy(1, 0.005));
  Watcher watcher;
  const Comparison c = run(contest, watcher, {}, {"a", "b"});
  EXPECT_EQ(watcher.rounds, 15u);
  EXPECT_EQ(contest.starts[Side::Baseline], 15);
  EXPECT_EQ(contest.starts[Side::Candidate], 15);
  // Five pairs for each round and benchmark, the first of them to warm up; each pair has both
  // sides.
  ASSERT_EQ(contest.blocks.size(), 15u * 2 * 5 * 2);
  int baseline_first = 0;
  int a_first = 0;
  for (std::size_t i = 0; i < contest.blocks.size(); i += 2) {
    EXPECT_NE(contest.blocks[i].first, contest.blocks[i + 1].first);
    EXPECT_EQ(contest.blocks[i].second, contest.blocks[i + 1].second);
    baseline_first += contest.blocks[i].first == Side::Baseline;
    a_first += i % 20 == 0 && contest.blocks[i].second == "a";
  }
  EXPECT_NEAR(baseline_first, 75, 30);
  EXPECT_NEAR(a_first, 7, 7);
  EXPECT_GT(a_first, 0);
}

TEST(Compare, ABlockIsTakenInTurnsThatAlternate) {
  for (const auto& [took, turns] : {std::pair{2e6, 8u}, {2.4e6, 7u}, {15e6, 2u}, {1e9, 1u}}) {
    FakeContest contest(noisy(1, 0.005));
    contest.took = took;
    Watcher watcher;
    EXPECT_EQ(run(contest, watcher).benchmarks.at(0).finding, Finding::Pass);
    ASSERT_EQ(contest.blocks.size(), 15u * (1 + 4 * turns) * 2) << took;
    for (std::size_t i = 0; i < contest.blocks.size(); i += 2)
      EXPECT_NE(contest.blocks[i].first, contest.blocks[i + 1].first);
  }
}

TEST(Compare, WhatOneTurnOfABlockCostsCounts) {
  std::map<Side, int> turns;
  FakeContest contest([&](Side side, const std::string&) -> Result<double> {
    const bool collects = ++turns[side] % 8 == 0;  // a garbage collector, say
    return 1000 + (collects && side == Side::Candidate ? 800 : 0);
  });
  contest.took = 2e6;
  Watcher watcher;
  const Compared c = run(contest, watcher).benchmarks.at(0);
  EXPECT_EQ(c.finding, Finding::Regression);
  EXPECT_NEAR(c.estimate.theta, std::log(1.1), 1e-9);
  EXPECT_NEAR(c.candidate.ns, 1100, 1e-9);
  EXPECT_NEAR(c.candidate.allocs, 2.2, 1e-9);
  EXPECT_EQ(c.candidate.bytes, 16);
  // 15 rounds of 1 turn and 4 blocks of 8; in the rerun, of 32.
  EXPECT_EQ(contest.blocks.size(), 15u * 2 * (1 + 4 * 8) + 15u * 2 * (1 + 4 * 32));
}

TEST(Compare, TheSameBuildPassesAndASlowerOneIsConfirmed) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Watcher watcher;
    CompareOptions options;
    options.seed = seed;
    FakeContest same(noisy(1, 0.01, seed));
    EXPECT_EQ(run(same, watcher, options).benchmarks.at(0).finding, Finding::Pass);
    FakeContest slower(noisy(1.05, 0.01, seed));
    const Compared c = run(slower, watcher, options).benchmarks.at(0);
    EXPECT_EQ(c.finding, Finding::Regression);
    EXPECT_NEAR(c.estimate.theta, std::log(1.05), 0.01);
    ASSERT_TRUE(c.rerun);
    EXPECT_NEAR(c.rerun->theta, std::log(1.05), 0.01);
    FakeContest faster(noisy(1 / 1.05, 0.01, seed));
    EXPECT_EQ(run(faster, watcher, options).benchmarks.at(0).finding, Finding::Improvement);
  }
}

TEST(Compare, NoisyOnesGetMoreRoundsAndAreAtLastInconclusive) {
  const auto cost = [quiet = noisy(1, 0.003), wild = noisy(1, 0.3)](Side side,
                                                                    const std::string& name) {
    return (name == "quiet" ? quiet : wild)(side, name);
  };
  FakeContest contest(cost);
  Watcher watcher;
  const Comparison c = run(contest, watcher, {}, {"quiet", "wild"});
  EXPECT_EQ(c.benchmarks.at(0).estimate.rounds, 15u);
  EXPECT_EQ(c.benchmarks.at(0).finding, Finding::Pass);
  EXPECT_EQ(c.benchmarks.at(1).estimate.rounds, 60u);
  EXPECT_EQ(c.benchmarks.at(1).finding, Finding::Inconclusive);
  EXPECT_EQ(c.benchmarks.at(1).rho.size(), 60u);
  EXPECT_EQ(watcher.rounds, 60u);
}

TEST(Compare, AChangeThatItsRerunDoesNotShowIsUnconfirmed) {
  FakeContest* started = nullptr;
  FakeContest contest(
      [&, cost = noisy(1, 0.003)](Side side, const std::string& name) -> Result<double> {
        FFICHECK_TRY(const double ns, cost(side, name));
        return side == Side::Candidate && started->starts[side] <= 15 ? 1.1 * ns : ns;
      });
  started = &contest;
  Watcher watcher;
  const Compared c = run(contest, watcher).benchmarks.at(0);
  EXPECT_EQ(c.finding, Finding::Unconfirmed);
  EXPECT_NEAR(c.estimate.theta, std::log(1.1), 0.01);
  EXPECT_NEAR(c.rerun->theta, 0, 0.01);
  EXPECT_EQ(watcher.rerun_rounds, 15u);
}

TEST(Compare, OneThatFailsLeavesTheOthers) {
  FakeContest contest(
      [cost = noisy(1, 0.003)](Side side, const std::string& name) -> Result<double> {
        if (name == "broken" && side == Side::Candidate) return input_error("no fixture");
        if (name == "crash" && side == Side::Baseline) return environment_error("it ended");
        return cost(side, name);
      });
  Watcher watcher;
  const Comparison c = run(contest, watcher, {}, {"a", "broken", "crash", "b"});
  ASSERT_EQ(c.benchmarks.size(), 4u);
  EXPECT_EQ(c.benchmarks[0].finding, Finding::Pass);
  EXPECT_EQ(c.benchmarks[1].finding, Finding::Error);
  EXPECT_EQ(c.benchmarks[1].error, "candidate: no fixture");
  EXPECT_EQ(c.benchmarks[2].finding, Finding::Error);
  EXPECT_THAT(c.benchmarks[2].error, HasSubstr("baseline: it ended"));
  EXPECT_EQ(c.benchmarks[3].finding, Finding::Pass);
  EXPECT_EQ(c.benchmarks[3].estimate.rounds, 15u);
  EXPECT_LE(contest.starts[Side::Baseline], 16);
}

TEST(Compare, ASideThatCannotBeStartedIsAnError) {
  FakeContest contest(noisy(1, 0.01));
  contest.fail_start = true;
  Watcher watcher;
  const auto failed = compare(contest, {"a"}, {}, watcher);
  ASSERT_FALSE(failed.ok());
  EXPECT_THAT(failed.error().message, HasSubstr("no such program"));
}

TEST(Compare, WhatIsTooSlowIsLeftOut) {
  FakeContest contest(
      [](Side, const std::string& name) -> Result<double> { return name == "slow" ? 3e9 : 1000; });
  Watcher watcher;
  const Comparison c = run(contest, watcher, {}, {"slow", "a"});
  EXPECT_THAT(c.left_out, ElementsAre("slow"));
  EXPECT_EQ(c.benchmarks.size(), 1u);
}

TEST(Compare, AnInterruptedOneDecidesNothingThatItDoesNotKnow) {
  int blocks = 0;
  CompareOptions options;
  options.stopped = [&] { return blocks > 100; };
  FakeContest contest([&](Side, const std::string&) -> Result<double> { return ++blocks, 1000; });
  Watcher watcher;
  const Comparison c = run(contest, watcher, options);
  EXPECT_TRUE(c.interrupted);
  EXPECT_TRUE(c.benchmarks.empty());
}

TEST(Compare, AnUnconfirmedChangeIsNoRegressionWhereTheRerunWasInterrupted) {
  int blocks = 0;
  CompareOptions options;
  options.stopped = [&] { return blocks > 160; };
  FakeContest contest([&](Side side, const std::string&) -> Result<double> {
    return ++blocks, side == Side::Candidate ? 1200 : 1000;
  });
  Watcher watcher;
  const Comparison c = run(contest, watcher, options);
  EXPECT_EQ(c.benchmarks.at(0).finding, Finding::Unconfirmed);
  EXPECT_FALSE(c.benchmarks.at(0).rerun);
}

TEST(Compare, TheSameSeedGivesTheSameResult) {
  CompareOptions options;
  options.seed = 7;
  Watcher watcher;
  FakeContest one(noisy(1.01, 0.02));
  FakeContest two(noisy(1.01, 0.02));
  const Comparison first = run(one, watcher, options, {"a", "b"});
  const Comparison second = run(two, watcher, options, {"a", "b"});
  EXPECT_EQ(one.blocks, two.blocks);
  EXPECT_EQ(first.benchmarks[1].rho, second.benchmarks[1].rho);
  EXPECT_EQ(first.benchmarks[1].estimate.interval, second.benchmarks[1].estimate.interval);
}

}  // namespace
}  // namespace fficheck
