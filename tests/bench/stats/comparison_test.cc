#include "bench/stats/comparison.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <vector>

namespace fficheck {
namespace {

constexpr CompareRule kRule;

Estimate at(double theta, double low, double high, std::size_t rounds = 15) {
  return {theta, {low, high}, rounds};
}

TEST(CompareRule, HasTheNumbersOfTheMethod) {
  EXPECT_EQ(kRule.rounds, 15u);
  EXPECT_EQ(kRule.max_rounds, 60u);
  EXPECT_EQ(kRule.blocks, 4u);
  EXPECT_EQ(kRule.resamples, 10'000u);
  EXPECT_EQ(kRule.confidence, 0.99);
}

TEST(Estimate, TakesMediansOfBlocksThenOfRounds) {
  EXPECT_DOUBLE_EQ(round_ratio(std::vector<double>{0.1, 9, 0.3, -9}), 0.2);
  const std::vector<double> rho{0.0012,  -0.0034, 0.0101, 0.0005, 0.0022,  -0.0007, 0.0009, 0.0051,
                                -0.0015, 0.0030,  0.0002, 0.0044, -0.0021, 0.0013,  0.0008};
  const Estimate e = estimate(rho, kRule, 7);
  EXPECT_EQ(e.theta, 0.0009);
  EXPECT_EQ(e.interval, (Interval{-0.0007, 0.003}));  // as in summary_test.cc
  EXPECT_EQ(e.rounds, 15u);
}

TEST(WantsMore, WhileHalfTheIntervalIsWiderThanOnePercent) {
  EXPECT_FALSE(wants_more(at(0, -0.0099, 0.0099), kRule));
  EXPECT_TRUE(wants_more(at(0, -0.0101, 0.0101), kRule));
  EXPECT_TRUE(wants_more(at(0, -0.0101, 0.0101, 45), kRule));
  EXPECT_FALSE(wants_more(at(0, -0.0101, 0.0101, 60), kRule));
}

TEST(Judge, AChangeIsClearOfZeroAndAtLeastThreePercent) {
  EXPECT_EQ(judge(at(0.03, 0.025, 0.035), kRule), Finding::Regression);  // ln 1.03 = 0.02956
  EXPECT_EQ(judge(at(0.029, 0.025, 0.035), kRule), Finding::Pass);
  EXPECT_EQ(judge(at(0.03, -0.0001, 0.0150), kRule), Finding::Pass);
  EXPECT_EQ(judge(at(-0.03, -0.035, -0.025), kRule), Finding::Improvement);
  EXPECT_EQ(judge(at(-0.029, -0.035, -0.025), kRule), Finding::Pass);
}

TEST(Judge, WhatStaysWideIsNeverAPass) {
  EXPECT_EQ(judge(at(0, -0.02, 0.02, 60), kRule), Finding::Inconclusive);
  EXPECT_EQ(judge(at(0.028, 0.001, 0.05, 60), kRule), Finding::Inconclusive);
  EXPECT_EQ(judge(at(0.5, 0.45, 0.55, 60), kRule), Finding::Regression);
}

RC_GTEST_PROP(Judge, SwappingTheBuildsMirrorsTheVerdict, ()) {
  const auto number = [] { return *rc::gen::inRange(-100, 101) / 1000.0; };
  double low = number();
  double high = number();
  if (low > high) std::swap(low, high);
  const double theta = number();
  const Finding v = judge(at(theta, low, high, 60), kRule);
  const Finding w = judge(at(-theta, -high, -low, 60), kRule);
  const Finding mirrored = v == Finding::Regression    ? Finding::Improvement
                           : v == Finding::Improvement ? Finding::Regression
                                                       : v;
  RC_ASSERT(w == mirrored);
}

TEST(Confirm, OnlyTheSameChangeAgainConfirms) {
  EXPECT_EQ(confirm(Finding::Regression, at(0.04, 0.03, 0.05), kRule), Finding::Regression);
  EXPECT_EQ(confirm(Finding::Regression, at(0.01, 0.005, 0.015), kRule), Finding::Unconfirmed);
  EXPECT_EQ(confirm(Finding::Regression, at(-0.04, -0.05, -0.03), kRule), Finding::Unconfirmed);
  EXPECT_EQ(confirm(Finding::Improvement, at(-0.04, -0.05, -0.03), kRule), Finding::Improvement);
  EXPECT_EQ(confirm(Finding::Regression, at(0, -0.05, 0.05, 60), kRule), Finding::Unconfirmed);
}

TEST(VerdictName, IsReadBack) {
  for (const Finding v : {Finding::Pass, Finding::Regression, Finding::Improvement,
                          Finding::Unconfirmed, Finding::Inconclusive, Finding::Error})
    EXPECT_EQ(parse_finding(finding_name(v)), v);
  EXPECT_EQ(parse_finding("passed"), std::nullopt);
}

}  // namespace
}  // namespace fficheck
